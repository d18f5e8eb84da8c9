"""Writes builders' changes into area files: checked as at a start before a byte is written, then all or nothing."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from mud.areas.area_file import AreaFile, read
from mud.areas.references import places_of
from mud.areas.reload import Changes
from mud.areas.rewrite import FileEdit, rewrite
from mud.areas.workable import lacks
from mud.areas.write import write
from mud.core.errors import WorldError
from mud.core.world import area as a
from mud.core.world.draft import PARTS, Change, Edits

#: Who may do what with a new file, as for those that are in the world already.
NEW_MODE = 0o644


class Saved(Struct, frozen=True):
    """The world with the edits; the ids of the changed `areas`; the names of the written files."""

    defs: a.WorldDef
    areas: tuple[str, ...]
    files: tuple[str, ...]


def save(directory: Path, defs: a.WorldDef, edits: Edits, over: bool) -> Saved:
    """Write `edits` into the files in `directory`, from which `defs` was read. With `over`, overwrite others' changes.

    It may be repeated if it is not known whether it was done. Raises WorldError and OSError, with nothing written.
    """
    plan = _Plan(directory, defs, over)
    for key, changes in (("area", edits.areas), ("room", edits.rooms), ("mob", edits.mobs), ("item", edits.items)):
        for change in changes:
            plan.add(key, change)
    if plan.problems:
        raise WorldError(plan.problems)
    return plan.write()


class _Plan:
    """What is to be written into each area's file."""

    def __init__(self, directory: Path, defs: a.WorldDef, over: bool) -> None:
        self._directory = directory
        self._defs = defs
        self._over = over
        self._edits: dict[str, list[FileEdit]] = {}  # by area
        self._new: dict[Path, a.AreaDef] = {}
        self.problems: list[str] = []

    def add(self, key: str, change: Change[Any]) -> None:
        """Add a change, merged with the current world; or note why that is impossible."""
        base, draft, area = change.base, change.draft, change.area
        if key == "area" and base is None:
            self._begin(draft)
            return
        current = self._current(key, draft.id)
        if area not in self._defs.areas:
            self.problems.append(f"area {area!r} no longer exists; its file is gone")
        elif base is None and current is not None and current != draft:
            self.problems.append(f"a {key} with the id {draft.id!r} already exists; choose another id")
        elif base is not None and current is None and not self._over:
            self.problems.append(f"{key} {draft.id!r} has been removed in the meantime; `save over` writes it anew")
        elif current is None:
            self._edits.setdefault(area, []).append(FileEdit(key, None, draft))
        else:
            wanted = self._merged(key, base or draft, current, draft)
            if wanted != current:
                self._edits.setdefault(area, []).append(FileEdit(key, current, wanted))

    def _begin(self, area: a.AreaDef) -> None:
        """Take a new area in, which gets a file of its own."""
        path = self._directory / f"{area.id}.toml"
        known = self._defs.areas.get(area.id)
        if known is not None and known != area:
            self.problems.append(f"there is an area with the id {area.id!r} already; choose another id")
        elif known is None and path.exists() and path.read_text("utf-8", "replace") != write(area):
            self.problems.append(f"there is a file {path.name} already; choose another id, or `world reload` it")
        elif known is None:
            self._new[path] = area

    def _current(self, key: str, id_: str) -> Any:
        """The current definition; of an area, without its parts."""
        if key == "area":
            area = self._defs.areas.get(id_)
            return msgspec.structs.replace(area, **dict.fromkeys(PARTS, ())) if area is not None else None
        return getattr(self._defs, f"{key}s").get(id_)

    def _merged(self, key: str, base: Any, current: Any, draft: Any) -> Any:
        """`current` with the differences between `base` and `draft`. Notes conflicts with others' changes."""
        wanted = {}
        for field in msgspec.structs.fields(draft):
            was, now, is_ = (getattr(each, field.name) for each in (base, draft, current))
            if now == was:
                continue
            wanted[field.name] = now
            if is_ not in (was, now) and not self._over:
                self.problems.append(
                    f"somebody else changed {field.name} of {key} {draft.id!r} meanwhile; "
                    "`save over` writes yours over it, `cancel` keeps theirs"
                )
        return msgspec.structs.replace(current, **wanted)

    def write(self) -> Saved:
        """Check everything, then write the files. Raises WorldError or OSError."""
        changes = Changes(self._directory, self._defs)
        new: list[tuple[Path, AreaFile, bytes | None]] = []
        for path, area in self._new.items():
            file = AreaFile(path, self._directory, write(area).encode("utf-8"))
            changes.take(file)
            new.append((path, file, None))
        for id_, edits in self._edits.items():
            name = next((n for n, s in self._defs.sources.items() if s.area == id_), None)
            if name is None:
                raise WorldError([f"the file of area {id_!r} is not known"])
            path = self._directory / name
            source, content = read(path)
            wanted = with_edits(self._defs.areas[id_], edits)
            if source.digest != self._defs.sources[name].digest:
                self._look_at_disk(changes, path, wanted)
                continue
            written = rewrite(content.decode("utf-8"), edits).encode("utf-8")
            file = AreaFile(path, self._directory, written)
            said = changes.take(file)
            _need_workable(file, edits)
            if not file.problems and said != wanted:
                raise WorldError([f"{name} is written in a way that can't be edited here; edit it by hand"])
            new.append((path, file, content))
        found = changes.world()
        sources = dict(found.defs.sources)
        for number, (path, file, before) in enumerate(new):
            try:
                write_whole(path, before, file.content)
            except OSError as error:
                if not number:
                    raise
                done = " and ".join(f.name for _, f, _ in new[:number])
                problem = f"{path.name} can't be written: {error.strerror}; {done} is written already: `save` again"
                raise WorldError([problem]) from error
            sources[file.name] = msgspec.structs.replace(read(path)[0], area=sources[file.name].area)
        defs = msgspec.structs.replace(found.defs, sources=sources)
        return Saved(defs, found.areas, tuple(file.name for _, file, _ in new))

    def _look_at_disk(self, changes: Changes, path: Path, wanted: a.AreaDef) -> None:
        """The file is not what was loaded. It is taken if it says what is wanted: then we wrote it ourselves, and never
        heard the end of it."""
        file = AreaFile(path, self._directory)
        on_disk = changes.take(file)
        if file.problems or on_disk != wanted:
            raise WorldError(
                [
                    f"{file.name} was changed on the disk since it was loaded; `reload` takes that into the game, "
                    "then `save` again"
                ]
            )


def _need_workable(file: AreaFile, edits: list[FileEdit]) -> None:
    """Note everything of what was edited that would be of no use. What is in a file already may stay as it is."""
    for edit in edits:
        if isinstance(edit.after, a.ItemDef):
            where = places_of(file, "item").get(edit.after.id, ("item",))
            for lack in lacks(edit.after):
                if lack.grave:
                    file.wrong((*where, "values"), lack.text)


def with_edits(area: a.AreaDef, edits: list[FileEdit]) -> a.AreaDef:
    """The area with the edits. New things come last."""
    for edit in edits:
        if edit.key == "area":
            parts = {name: getattr(area, name) for name in PARTS}
            assert isinstance(edit.after, a.AreaDef)
            area = msgspec.structs.replace(edit.after, **parts)
            continue
        field = f"{edit.key}s"
        things = list(getattr(area, field))
        if edit.before is None:
            things.append(edit.after)
        else:
            things[things.index(edit.before)] = edit.after
        area = msgspec.structs.replace(area, **{field: tuple(things)})
    return area


def write_whole(path: Path, before: bytes | None, content: bytes) -> None:
    """Put `content` in place of `before` (None: there is no such file): at every instant the file is one or the other,
    also after a power cut.

    Raises WorldError if somebody else has changed it, and OSError, both with the file as it was.
    """
    path = path.resolve()  # a link stays a link
    temporary = path.with_name(f".{path.name}.new")  # a name that is never taken for an area's
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), path.stat().st_mode & 0o7777 if before is not None else NEW_MODE)
            os.fsync(file.fileno())
        if before is None and not path.exists():
            os.link(temporary, path)  # which fails when somebody has made it just now
            temporary.unlink()
        elif path.read_bytes() != (content if before is None else before):
            raise WorldError([f"{path.name} was changed on the disk just now; `save` again"])
        else:
            temporary.rename(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
