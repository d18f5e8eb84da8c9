"""A whole world: which files there are, what they hold together, and what was left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from mud.areas.circle import records, zones
from mud.areas.circle.mend import mend
from mud.areas.circle.reader import Malformed, Reader
from mud.core.world import area as a

Read = Callable[[Reader, int, Counter[str]], Any]

_NUMBER = re.compile("[0-9]{1,9}")
_PLAIN = re.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")

#: The folder of each kind of file: where its records go in an area, how the report calls them, what reads one.
FORMATS: dict[str, tuple[str, str, Read]] = {
    "wld": ("rooms", "rooms", records.room),
    "mob": ("mobs", "mobs", records.mob),
    "obj": ("items", "objects", records.item),
    "shp": ("shops", "shops", records.shop),
}

#: Where mortals begin in CircleMUD's own configuration: no file of the world says it.
MORTAL_START = "3001"


class ImportedWorld(Struct):
    """What came of an import. `problems` are mistakes in the files, `warnings` what they name that is not there."""

    areas: list[a.AreaDef]
    problems: list[str]
    warnings: list[str]
    report: dict[str, int]
    left_out: list[str]

    @property
    def start(self) -> str | None:
        """Where newcomers wake: the room that CircleMUD has for that, if this world has it too."""
        return next((MORTAL_START for area in self.areas for room in area.rooms if room.id == MORTAL_START), None)


class Owners:
    """Which area a record belongs to: the zone of the file that is called alike, else the one that has its number."""

    def __init__(self, heads: dict[str, a.AreaDef], by_stem: dict[str, list[a.AreaDef]]) -> None:
        self._heads = dict(heads)
        self._by_stem = by_stem

    def of(self, stem: str, number: int) -> tuple[str, a.AreaDef]:
        """The area's id and head, for a record of that number in a file of that name."""
        alike = self._by_stem.get(stem, [])
        if len(alike) == 1:
            return alike[0].id, alike[0]
        for head in [*alike, *self._heads.values()]:
            if head.numbers and head.numbers[0] <= number <= head.numbers[1]:
                return head.id, head
        id_ = stem if stem.isdecimal() else f"zone-{re.sub('[^A-Za-z0-9]', '-', stem).lower()}"
        return id_, a.AreaDef(id=id_, name=f"Zone {stem}")


class Import:
    """An import in progress."""

    def __init__(self, source: Path) -> None:
        self._source = source
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self.counts: Counter[str] = Counter()

    def run(self) -> ImportedWorld:
        """Read everything."""
        if not self._source.is_dir():
            self.problems.append(
                f"{self._source}:1: there is no such folder; name the one that holds wld, mob, obj ..."
            )
        elif not any((self._source / kind).is_dir() for kind in FORMATS):
            self.problems.append(f"{self._source}:1: no wld, mob, obj or shp in it; name the folder that holds them")
        zones_of = {stem: [zone for _, zone in found] for stem, found in self._files("zon", zones.zone).items()}
        heads = {head.id: head for found in zones_of.values() for head, _ in found}
        steps = {head.id: found for zone in zones_of.values() for head, found in zone}
        self.counts["zones"] = len(heads)
        whose = Owners(heads, {stem: [head for head, _ in found] for stem, found in zones_of.items()})
        parts: dict[str, dict[str, list[Any]]] = {}
        for kind, (field, what, read) in FORMATS.items():
            for stem, found in self._files(kind, read).items():
                self.counts[what] += len(found)
                for number, part in found:
                    owner = heads.setdefault(*whose.of(stem, number))
                    parts.setdefault(owner.id, {}).setdefault(field, []).append(part)
        areas = [
            msgspec.structs.replace(
                head,
                resets=tuple(step.reset for step in steps.get(id_, ())),
                **{field: tuple(found) for field, found in parts.get(id_, {}).items()},
            )
            for id_, head in sorted(heads.items(), key=lambda pair: (len(pair[0]), pair[0]))
        ]
        ways = [way for area in areas for room in area.rooms for way in room.exits.values()]
        self.counts.update(exits=len(ways), exits_nowhere=sum(way.to is None for way in ways))
        places = {id_: [step.where for step in found] for id_, found in steps.items()}
        mended, self.counts["exits_missing"] = mend(areas, places, self.warnings)
        left_out = self._left_out()
        return ImportedWorld(mended, self.problems, self.warnings, dict(self.counts), left_out)

    def _files(self, kind: str, read: Read) -> dict[str, list[tuple[int, Any]]]:
        """All records of one kind of file with their numbers, by the file's stem."""
        seen: dict[int, str] = {}
        return {path.stem: self._records(path, read, seen) for path in self._paths(kind)}

    def _paths(self, kind: str) -> list[Path]:
        """The files that the index names; without one, all of that kind."""
        folder = self._source / kind
        try:
            if (folder / "index").is_file():
                return self._indexed(folder)
            found = [p for p in folder.glob(f"*.{kind}") if _NUMBER.fullmatch(p.stem) and p.is_file()]
        except OSError as error:
            self.problems.append(f"{kind}:1: it can't be read: {error.strerror}; mend that")
            return []
        return sorted(found, key=lambda path: int(path.stem))

    def _indexed(self, folder: Path) -> list[Path]:
        """The files that an index names, each once. Raises OSError."""
        paths: list[Path] = []
        for line, name in enumerate(Reader(folder / "index").lines(), 1):
            if name.startswith("$"):
                break
            # Plain names only: an index must not lead out of its folder.
            if name and not (_PLAIN.fullmatch(name) and (folder / name).is_file()):
                what = f"there is no file {name[:40]}; take it out, or bring it back"
                self.problems.append(f"{folder.name}/index:{line}: {what}")
            elif name and folder / name not in paths:
                paths.append(folder / name)
        return paths

    def _reader(self, path: Path) -> Reader | None:
        try:
            return Reader(path)
        except OSError as error:
            self.problems.append(f"{path.parent.name}/{path.name}:1: it can't be read: {error.strerror}; mend that")
            return None

    def _records(self, path: Path, read: Read, seen: dict[int, str]) -> list[tuple[int, Any]]:
        """The records of a file; what is malformed is noted, and reading goes on at the next one."""
        reader = self._reader(path)
        if reader is None:
            return []
        found: list[tuple[int, Any]] = []
        for number in reader.records():
            line = reader.line
            place = f"{reader.name}:{line}"
            try:
                made = read(reader, number, self.counts)
            except Malformed as error:
                reader.problems.append((error.line, f"{error} (#{number} is left out)"))
                reader.lost = True
                continue
            if number in seen:
                what = f"#{number} is there twice, first at {seen[number]}; give one another number"
                reader.problems.append((line, f"{what} (this one is left out)"))
                continue
            seen[number] = place
            found.append((number, made))
        self.problems += [f"{reader.name}:{line}: {text}" for line, text in sorted(reader.problems)]
        return found

    def _left_out(self) -> list[str]:
        """Scripts and quests: counted by file, not imported."""
        rows = []
        for kind, what in (("trg", "triggers"), ("qst", "quests")):
            for path in self._paths(kind) if (self._source / kind).is_dir() else []:
                reader = self._reader(path)
                count = sum(1 for _ in reader.records()) if reader else 0
                self.counts[what] += count
                if count:
                    rows.append(f"{kind}/{path.name}: {count} {what}")
        return rows


def import_world(source: Path) -> ImportedWorld:
    """Import the world in `source`, the folder that holds `wld`, `mob`, `obj`, `zon` and `shp`."""
    return Import(source).run()


def report_text(found: ImportedWorld) -> str:
    """What was imported and what was not, for people."""
    r: dict[str, Any] = Counter(found.report)
    resets = ", ".join(f"{k[-1]} {v:,}" for k, v in sorted(r.items()) if k.startswith("resets_"))
    things = ", ".join(f"{r[what]:,} {what}" for what in ("rooms", "mobs", "objects", "zones", "shops"))
    lines = [
        things,
        f"{r['exits']:,} exits: {r['exits_nowhere']:,} lead nowhere by intent (-1), "
        f"{r['exits_missing']:,} to a missing room",
        f"resets: {resets or 'none'}",
        f"not imported: {r['triggers']:,} triggers ({r['triggers_attached']:,} attached), {r['quests']:,} quests",
        *(f"  {row}" for row in found.left_out),
    ]
    if found.warnings:
        lines += [f"{len(found.warnings)} names without a thing, left out:", *(f"  {w}" for w in found.warnings)]
    if found.problems:
        lines += [f"{len(found.problems)} problems:", *(f"  {p}" for p in found.problems)]
    return "\n".join(lines)
