"""A whole world: the contents of all its files, and what of them was lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from mud.areas.circle import encoding, records, shops, zones
from mud.areas.circle.colours import Colours
from mud.areas.circle.files import WorldFiles
from mud.areas.circle.mend import mend
from mud.areas.circle.reader import Findings, Malformed, Reader
from mud.core.text.words import count
from mud.core.world import area as a

Read = Callable[[Reader, int, dict[str, Any]], None]


class Format(NamedTuple):
    """A kind of file: where its records go in an area, how the report calls them, what reads one, what it becomes, and
    with which fields one is worth to be kept if the rest of it can't be read."""

    field: str
    what: str
    read: Read
    make: type[a.Definition]
    needs: tuple[str, ...]


_TEXTS = ("keywords", "short", "long", "description")
ZONES = Format("", "zones", zones.zone, a.AreaDef, ("name",))
FORMATS: dict[str, Format] = {
    "wld": Format("rooms", "rooms", records.room, a.RoomDef, ("name", "description")),
    "mob": Format("mobs", "mobs", records.mob, a.MobDef, _TEXTS),
    "obj": Format("items", "objects", records.item, a.ItemDef, _TEXTS),
    "shp": Format("shops", "shops", shops.shop, a.ShopDef, ("hours",)),
}
#: Kinds of files whose records are only counted, and their names in the report.
COUNTED = {"trg": "triggers", "qst": "quests"}

#: Where mortals begin in CircleMUD's own configuration: no file of the world says it.
MORTAL_START = "3001"
#: How many places of one kind the report for people names.
MAX_WARNINGS = 20


class ImportedWorld(Struct):
    """The result of an import.

    `problems` are mistakes in the files, `warnings` are references to nothing, `lost` is what has no equivalent, each
    kind once. `notes` tell how the files were read and what was read differently.
    """

    areas: list[a.AreaDef]
    problems: list[str]
    warnings: list[str]
    report: dict[str, int]
    left_out: list[str]
    lost: list[str] = []
    notes: list[str] = []

    @property
    def start(self) -> str | None:
        """Where newcomers wake: CircleMUD's room for that, if this world has it."""
        return next((MORTAL_START for area in self.areas for room in area.rooms if room.id == MORTAL_START), None)

    @property
    def whole(self) -> bool:
        """Whether everything in the files was imported."""
        return not (self.problems or self.warnings or self.lost or self.left_out)


class Owners:
    """Which area a record belongs to: the zone of the file with that name, otherwise the one with its number."""

    def __init__(self, heads: dict[str, a.AreaDef], by_stem: dict[str, list[a.AreaDef]]) -> None:
        self._heads = dict(heads)
        self._by_stem = by_stem

    def of(self, stem: str, number: int) -> tuple[str, a.AreaDef]:
        """The area's id and head for a record with that number in a file with that name."""
        alike = self._by_stem.get(stem, [])
        if len(alike) == 1:
            return alike[0].id, alike[0]
        for head in [*alike, *self._heads.values()]:
            if head.numbers and head.numbers[0] <= number <= head.numbers[1]:
                return head.id, head
        id_ = (
            stem
            if stem.isdecimal() and stem.isascii()
            else f"zone-{re.sub('[^a-z0-9]+', '-', stem.casefold()).strip('-') or 'unnamed'}"
        )
        return id_, a.AreaDef(id=id_, name=f"Zone {stem}")


class Import:
    """An import in progress."""

    def __init__(self, source: Path, charset: str | None) -> None:
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self.findings = Findings()
        self._kinds = (*FORMATS, "zon", *COUNTED)
        self._files = WorldFiles(source, self._kinds, self.problems, self.findings)
        self._texts = encoding.decode_all(self._contents(), charset)
        self._colours = Colours(
            self._texts[str(path)].text
            for kind in FORMATS
            for path in self._files.paths(kind)
            if str(path) in self._texts
        )

    def run(self) -> ImportedWorld:
        """Read everything."""
        if not any(self._files.paths(kind) for kind in FORMATS):
            self.problems.append(self._files.explain())
        counts = self.findings.counts
        areas, places = self._areas()
        ways = [way for area in areas for room in area.rooms for way in room.exits.values()]
        counts.update(exits=len(ways), exits_nowhere=sum(way.to is None for way in ways))
        mended, counts["exits_missing"] = mend(areas, places, self.warnings, self.findings.changed)
        left_out = self._left_out()
        if not mended and not self.problems:
            self.problems.append("the files hold no room, mob, object, zone or shop; is this the right folder?")
        self._files.others(self._kinds)
        notes = [*self._read_as(), *self.findings.changed.rows()]
        return ImportedWorld(
            mended, self.problems, self.warnings, dict(counts), left_out, self.findings.lost.rows(), notes
        )

    def _areas(self) -> tuple[list[a.AreaDef], dict[str, list[str]]]:
        """All areas as in their files, and the places of each one's resets."""
        heads, by_stem, steps = self._zones()
        self.findings.counts["zones"] = len(heads)
        whose = Owners(heads, by_stem)
        parts: dict[str, dict[str, list[Any]]] = {}
        for kind, format_ in FORMATS.items():
            for path, number, part in self._records(kind, format_):
                self.findings.counts[format_.what] += 1
                owner = heads.setdefault(*whose.of(path.stem, number))
                parts.setdefault(owner.id, {}).setdefault(format_.field, []).append(part)
        areas = [
            msgspec.structs.replace(
                head,
                resets=tuple(step.reset for step in steps.get(id_, ())),
                **{field: tuple(found) for field, found in parts.get(id_, {}).items()},
            )
            for id_, head in sorted(heads.items(), key=lambda pair: (len(pair[0]), pair[0]))
        ]
        return areas, {id_: [step.where for step in found] for id_, found in steps.items()}

    def _contents(self) -> dict[str, bytes]:
        """The contents of all files, by kind and name."""
        found: dict[str, bytes] = {}
        for path in (path for kind in self._kinds for path in self._files.paths(kind)):
            try:
                found[str(path)] = path.read_bytes()
            except OSError as error:
                self.problems.append(f"{path.parent.name}/{path.name}:1: it can't be read: {error.strerror}; mend that")
        return found

    def _readers(self, kind: str) -> Iterable[tuple[Path, Reader]]:
        """All files of a kind that could be read."""
        for path in self._files.paths(kind):
            if str(path) in self._texts:
                name = f"{path.parent.name}/{path.name}"
                yield path, Reader(name, self._texts[str(path)].text, self._colours, self.findings)

    def _zones(self) -> tuple[dict[str, a.AreaDef], dict[str, list[a.AreaDef]], dict[str, list[zones.ResetStep]]]:
        """The heads of all zones, by id and by the stem of their file; and their resets by id."""
        heads: dict[str, a.AreaDef] = {}
        by_stem: dict[str, list[a.AreaDef]] = {}
        steps: dict[str, list[zones.ResetStep]] = {}
        for path, _, zone in self._records("zon", ZONES):
            steps[zone.id] = list(zone.resets)
            heads[zone.id] = msgspec.structs.replace(zone, resets=())
            by_stem.setdefault(path.stem, []).append(heads[zone.id])
        return heads, by_stem, steps

    def _records(self, kind: str, format_: Format) -> Iterable[tuple[Path, int, Any]]:
        """The records of all files of a kind. A malformed one is noted, and reading continues at the next."""
        seen: dict[int, str] = {}
        for path, reader in self._readers(kind):
            for number in reader.records():
                line, place = reader.line, reader.place
                made = self._record(reader, number, format_)
                if made is not None and number in seen:
                    what = f"#{number} is there twice, first at {seen[number]}; give one another number"
                    reader.problems.append((line, f"{what} (this one is left out)"))
                elif made is not None:
                    seen[number] = place
                    yield path, number, made
            self.problems += [f"{reader.name}:{line}: {text}" for line, text in sorted(reader.problems)]

    def _record(self, reader: Reader, number: int, format_: Format) -> a.Definition | None:
        """One record, or the part of it that could be read; None if that is too little."""
        found: dict[str, Any] = {}
        try:
            format_.read(reader, number, found)
        except Malformed as error:
            kept = all(field in found for field in format_.needs)
            left = f"the rest of #{number}" if kept else f"#{number}"
            reader.problems.append((error.line, f"{error} ({left} is left out)"))
            reader.lost = True
            if not kept:
                return None
        return format_.make(
            id=str(number), **{name: tuple(each) if isinstance(each, list) else each for name, each in found.items()}
        )

    def _left_out(self) -> list[str]:
        """Scripts and quests: counted by file, not imported."""
        rows = []
        for kind, what in COUNTED.items():
            for _, reader in self._readers(kind):
                number = sum(1 for _ in reader.records())
                self.findings.counts[what] += number
                if number:
                    rows.append(f"{reader.name}: {count(number, what.removesuffix('s'))}")
        return rows

    def _read_as(self) -> list[str]:
        """Notes about the files' encoding and colour codes."""
        files = Counter(decoded.encoding for decoded in self._texts.values() if decoded.encoding)
        notes = [f"encoding: {name.upper()} in {count(n, 'file')}" for name, n in files.most_common()]
        for name, decoded in self._texts.items():
            place = "/".join(Path(name).parts[-2:])
            if decoded.strays:
                kind = f"bytes that are no {decoded.encoding.upper()}, taken as CP1252"
                self.findings.changed.add(kind, place, decoded.strays)
            if decoded.unsure:
                self.findings.lost.add(
                    f"letters that make no words, read as {decoded.encoding.upper()}: say --encoding"
                    + (f" ({', '.join(decoded.likelier)} can be read)" if decoded.likelier else ""),
                    place,
                    decoded.unsure,
                )
            if decoded.bad:
                self.findings.lost.add(f"letters that are none in {decoded.encoding.upper()}", place, decoded.bad)
        colours = self._colours.names
        return [*(notes or ["encoding: ASCII"]), *([f"colour codes: {' '.join(colours)}"] if colours else [])]


def import_world(source: Path, charset: str | None = None) -> ImportedWorld:
    """Import the world in `source`, the folder that holds `wld`, `mob`, `obj`, `zon` and `shp`.

    The files are in `charset`; without one, in the most likely encoding.
    """
    return Import(source, charset).run()


def report_text(found: ImportedWorld) -> str:
    """What was imported and what was not, for people."""
    r: dict[str, Any] = Counter(found.report)
    resets = ", ".join(f"{k[-1]} {v:,}" for k, v in sorted(r.items()) if k.startswith("resets_"))
    things = ", ".join(count(r[f"{what}s"], what) for what in ("room", "mob", "object", "zone", "shop"))
    lines = [
        things,
        f"{count(r['exits'], 'exit')}: {r['exits_nowhere']:,} lead nowhere by intent (-1), "
        f"{r['exits_missing']:,} to a missing room",
        f"resets: {resets or 'none'}",
        *(f"read as: {note}" if at == 0 else f"  {note}" for at, note in enumerate(found.notes)),
        f"not imported: {count(r['triggers'], 'trigger')} ({r['triggers_attached']:,} attached), "
        f"{count(r['quests'], 'quest')}",
        *(f"  {row}" for row in found.left_out),
    ]
    if found.lost:
        lines += ["lost, having no like here:", *(f"  {row}" for row in found.lost)]
    if found.warnings:
        names = count(len(found.warnings), "name")
        lines += [f"{names} without a thing, left out:", *_by_kind(found.warnings)]
    if found.problems:
        lines += [f"{count(len(found.problems), 'problem')}:", *(f"  {p}" for p in found.problems)]
    return "\n".join(lines)


def _by_kind(warnings: list[str]) -> list[str]:
    """Each kind once, with its places below it."""
    kinds: dict[str, list[str]] = {}
    for warning in warnings:
        kinds.setdefault(re.sub(r"\b[0-9]+\b", "N", warning.split(": ", 1)[-1]), []).append(warning)
    rows = []
    for kind, each in kinds.items():
        rows += [f"  {kind}: {len(each):,}", *(f"    {warning}" for warning in each[:MAX_WARNINGS])]
        rows += [f"    and {len(each) - MAX_WARNINGS:,} more, which --json lists"] if len(each) > MAX_WARNINGS else []
    return rows
