"""A whole world: which files there are, what they hold together, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from mud.areas.circle import records, zones
from mud.areas.circle.mend import mend
from mud.areas.circle.reader import Malformed, Reader
from mud.core import area as a

T = TypeVar("T")

#: Where mortals begin in CircleMUD's own configuration: no file of the world says it.
MORTAL_START = "3001"


class Imported(Struct):
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


class Import:
    """An import in progress."""

    def __init__(self, source: Path) -> None:
        self._source = source
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self.counts: Counter[str] = Counter()

    def run(self) -> Imported:
        """Read everything."""
        if not self._source.is_dir():
            self.problems.append(
                f"{self._source}:1: there is no such folder; name the one that holds wld, mob, obj ..."
            )
        heads = {
            area.id: (area, steps) for stem, found in self._files("zon", zones.zone).items() for area, steps in found
        }
        rooms = self._files("wld", records.room)
        mobs, items = self._files("mob", records.mob), self._files("obj", records.item)
        shops = self._files("shp", records.shop)
        for stem in {*rooms, *mobs, *items, *shops} - {*heads}:
            heads[stem] = (a.AreaDef(id=stem, name=f"Zone {stem}"), [])
        areas = [
            msgspec.structs.replace(
                head,
                rooms=tuple(rooms.get(stem, ())),
                mobs=tuple(mobs.get(stem, ())),
                items=tuple(items.get(stem, ())),
                shops=tuple(shops.get(stem, ())),
                resets=tuple(step.reset for step in steps),
            )
            for stem, (head, steps) in sorted(heads.items(), key=lambda pair: (len(pair[0]), pair[0]))
        ]
        self.counts.update(
            rooms=sum(len(x.rooms) for x in areas),
            mobs=sum(len(x.mobs) for x in areas),
            objects=sum(len(x.items) for x in areas),
            shops=sum(len(x.shops) for x in areas),
            zones=len(areas),
        )
        mended, missing = mend(areas, self.warnings)
        self.counts["exits_missing"] = missing
        left_out = self._left_out()
        return Imported(mended, self.problems, self.warnings, dict(self.counts), left_out)

    def _files(self, kind: str, read: Callable[[Reader, int, Counter[str]], T]) -> dict[str, list[T]]:
        """All records of one kind of file, by the file's number."""
        return {path.stem: self._records(path, read) for path in self._paths(kind)}

    def _paths(self, kind: str) -> list[Path]:
        """The files that the index names; without one, all of that kind."""
        folder = self._source / kind
        index = folder / "index"
        if not index.is_file():
            found = [p for p in folder.glob(f"*.{kind}") if p.stem.isdigit()]
            return sorted(found, key=lambda p: int(p.stem))
        names = [n for n in index.read_bytes().decode("latin-1").split() if n != "$"]
        paths = [folder / name for name in names]
        for line, path in enumerate(paths, 1):
            if not path.is_file():
                self.problems.append(
                    f"{kind}/index:{line}: there is no file {path.name}; take it out, or bring it back"
                )
        return [path for path in paths if path.is_file()]

    def _records(self, path: Path, read: Callable[[Reader, int, Counter[str]], T]) -> list[T]:
        """The records of a file; what is malformed is noted, and reading goes on at the next one."""
        reader = Reader(path)
        found: list[T] = []
        seen: set[int] = set()
        for number in reader.records():
            line = reader.line
            try:
                made = read(reader, number, self.counts)
            except Malformed as error:
                self.problems.append(f"{reader.name}:{error.line}: {error} (#{number} is left out)")
                continue
            if number in seen:
                self.problems.append(f"{reader.name}:{line}: #{number} is there twice; the second one is left out")
                continue
            seen.add(number)
            found.append(made)
        return found

    def _left_out(self) -> list[str]:
        """Scripts and quests: counted by file, not imported."""
        rows = []
        for kind, what in (("trg", "triggers"), ("qst", "quests")):
            for path in self._paths(kind) if (self._source / kind).is_dir() else []:
                count = sum(1 for _ in Reader(path).records())
                self.counts[what] += count
                if count:
                    rows.append(f"{kind}/{path.name}: {count} {what}")
        return rows


def import_world(source: Path) -> Imported:
    """Import the world in `source`, the folder that holds `wld`, `mob`, `obj`, `zon` and `shp`."""
    return Import(source).run()


def report_text(found: Imported) -> str:
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
