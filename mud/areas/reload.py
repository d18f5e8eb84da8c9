"""Changed area files, read into the loaded world: all changes or none.

Only files that changed are parsed. Their contents are checked as at a start, and so are references from other files to
what is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from mud.areas import references
from mud.areas.area_file import AreaFile, near
from mud.areas.load import WORLD_FILE, files_of, read_area, read_start
from mud.core.errors import WorldError
from mud.core.world import area as a


class Reread(Struct, frozen=True):
    """A world after its files were read again: the ids of new, changed or removed `areas`, and remarks."""

    defs: a.WorldDef
    areas: tuple[str, ...]
    notes: tuple[str, ...] = ()


def reread(directory: Path, defs: a.WorldDef, area: str = "", gone: bool = False) -> Reread:
    """Read `area` again, or every changed file. Raises WorldError with all problems, or if there is no such area.

    An area whose file is gone stays, unless it is named by its id or `gone` is set.
    """
    changed = Changes(directory, defs)
    if area:
        changed.look_for(area)
    else:
        changed.look_at_all(gone)
    return changed.world()


class Changes:
    """The files that replace those of a loaded world."""

    def __init__(self, directory: Path, defs: a.WorldDef) -> None:
        self._directory = directory
        self._defs = defs
        self._sources = dict(defs.sources)
        self._areas = {n: defs.areas[s.area] for n, s in defs.sources.items() if s.area in defs.areas}
        self._files: dict[str, AreaFile] = {}  # what was parsed
        self._notes: list[str] = []

    def look_at_all(self, gone: bool) -> None:
        """Take every changed file; with `gone` remove areas whose file is gone."""
        paths = {str(path.relative_to(self._directory)): path for path in files_of(self._directory)}
        for name, path in paths.items():
            if Path(name).name != WORLD_FILE:
                self._look_at(name, path)
        for name in set(self._sources) - set(paths):
            area = self._sources[name].area
            if gone or not area:
                del self._sources[name]
                self._areas.pop(name, None)
            else:
                self._notes.append(f"{name} is gone. Its area stays for now: `world reload {area}` removes it.")

    def look_for(self, area: str) -> None:
        """Take the file of one area. Raises WorldError if there is none and never was."""
        known = next((name for name, source in self._sources.items() if source.area == area), None)
        if known is not None and (self._directory / known).exists():
            self._look_at(known, self._directory / known)
            return
        for path in files_of(self._directory):  # it is new, or was renamed
            name = str(path.relative_to(self._directory))
            if name not in self._sources and Path(name).name != WORLD_FILE:
                file = AreaFile(path, self._directory)
                head = file.raw.get("area")
                if path.stem == area or (isinstance(head, dict) and head.get("id") == area):
                    self.take(file)
        if known is not None:
            del self._sources[known], self._areas[known]
        elif not self._files:
            raise WorldError([f"no area is called {area!r}{near(area, self._defs.areas)}"])

    def _look_at(self, name: str, path: Path) -> None:
        """Take a file if it has changed."""
        known = self._sources.get(name)
        stat = path.stat()
        now = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
        if known is not None and (known.size, known.changed, known.touched, known.inode) == now:
            return
        file = AreaFile(path, self._directory)
        if known is not None and known.digest == file.source.digest:
            self._sources[name] = msgspec.structs.replace(file.source, area=known.area)
        else:
            self.take(file)

    def take(self, file: AreaFile) -> a.AreaDef:
        """Take a parsed file. Returns its area."""
        area = read_area(file)
        self._files[file.name] = file
        self._areas[file.name] = area
        self._sources[file.name] = msgspec.structs.replace(file.source, area=area.id)
        return area

    def world(self) -> Reread:
        """The world with everything that was taken. Raises WorldError with all its problems."""
        names = sorted(self._areas, key=Path)
        areas = [self._areas[name] for name in names]
        defs = a.WorldDef.of(areas, self._start(), self._sources)
        before = self._defs.areas
        changed = [i for i in {*before, *defs.areas} if before.get(i) is not defs.areas.get(i)]
        problems = self._problems(defs)
        if problems:
            raise WorldError(problems)
        return Reread(defs, tuple(sorted(changed)), tuple(self._notes))

    def _start(self) -> str | None:
        """Where new characters wake, as world.toml says."""
        start = None
        for path in files_of(self._directory):
            if path.name == WORLD_FILE:
                file = self._files[str(path.relative_to(self._directory))] = AreaFile(path, self._directory)
                self._sources[file.name] = file.source
                start = read_start(file)
        return start

    def _problems(self, defs: a.WorldDef) -> list[str]:
        """The problems of what was taken, and of other areas' references to what is gone."""
        taken = [(file, self._areas[name]) for name, file in self._files.items() if name in self._areas]
        for file, area in taken:
            references.check(file, area, defs)
        references.check_duplicates(taken)
        self._check_others_ids(taken)
        for name, file in self._files.items():
            if Path(name).name == WORLD_FILE and defs.start not in defs.rooms:
                file.wrong(("world", "start"), f"no room is called {defs.start!r}{near(defs.start, defs.rooms)}")
        files = [*self._files.values(), *self._left_behind(defs)]
        found = [f"{f.name}:{line}: {text}" for f in files for line, text in sorted(set(f.problems))]
        return found if found or defs.rooms else [f"{self._directory}: no room would be left"]

    def _check_others_ids(self, taken: list[tuple[AreaFile, a.AreaDef]]) -> None:
        """Note every id that already belongs to an area which was not read again."""
        others = {name: area for name, area in self._areas.items() if name not in self._files}
        wanted = {(kind, each.id) for _, area in taken for kind, each in parts(area)}
        owned = {key: name for name, area in others.items() for key in ids(area) if key in wanted}
        for file, area in taken:
            for name, other in others.items():
                if other.id == area.id:
                    file.wrong(("area", "id"), f"area {area.id!r} is there already, in {name}; give one another id")
            numbers: dict[str, int] = {}
            for kind, each in parts(area):
                numbers[kind] = numbers.get(kind, -1) + 1
                if (kind, each.id) in owned:
                    text = f"{kind} {each.id!r} is there already, in {owned[kind, each.id]}"
                    file.wrong((kind, numbers[kind], "id"), f"{text}; give one of them another id")

    def _left_behind(self, defs: a.WorldDef) -> list[AreaFile]:
        """The files of other areas that refer to what is gone, checked."""
        gone = {key for area in self._defs.areas.values() if defs.areas.get(area.id) is not area for key in ids(area)}
        gone -= {key for area in defs.areas.values() if self._defs.areas.get(area.id) is not area for key in ids(area)}
        if not gone:
            return []
        files = []
        for name, area in self._areas.items():
            lost = [key for key in named(area) if key in gone] if name not in self._files else []
            if lost:
                file = AreaFile(self._directory / name, self._directory)
                references.check(file, read_area(file), defs)
                if not file.problems:  # the file on the disk is newer than what is loaded
                    kind, what = lost[0]
                    file.wrong((), f"as loaded, it names {kind} {what!r}, which would be gone; reload it too")
                files.append(file)
        return files


def parts(area: a.AreaDef) -> Iterator[tuple[str, a.RoomDef | a.MobDef | a.ItemDef | a.ShopDef]]:
    """Everything in an area that has an id, with its kind."""
    yield from (("room", room) for room in area.rooms)
    yield from (("mob", mob) for mob in area.mobs)
    yield from (("item", item) for item in area.items)
    yield from (("shop", shop) for shop in area.shops)


def ids(area: a.AreaDef) -> Iterator[tuple[str, str]]:
    """What others can refer to in an area: its parts, and its doors as "ROOM DIRECTION"."""
    yield from ((kind, each.id) for kind, each in parts(area))
    yield from (("door", f"{room.id} {d}") for room in area.rooms for d, way in room.exits.items() if way.door)


def named(area: a.AreaDef) -> Iterator[tuple[str, str]]:
    """Everything that an area refers to, in the form of `ids`."""
    for room in area.rooms:
        for way in room.exits.values():
            yield "room", way.to or ""
            yield "item", way.key or ""
    for item in area.items:
        yield "item", str(item.values.get("key"))
    for shop in area.shops:
        yield "mob", shop.keeper or ""
        yield from (("room", room) for room in shop.rooms)
        yield from (("item", item) for item in shop.sells)
    for reset in area.resets:
        match reset:
            case a.MobReset():
                yield from (("mob", reset.id), ("room", reset.room))
            case a.ItemReset() | a.RemoveReset():
                yield from (("item", reset.id), ("room", reset.room))
            case a.GiveReset() | a.EquipReset():
                yield "item", reset.id
            case a.PutReset():
                yield from (("item", reset.id), ("item", reset.into))
            case a.DoorReset():
                yield from (("room", reset.room), ("door", f"{reset.room} {reset.direction}"))
