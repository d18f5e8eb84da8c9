"""What each line that somebody types holds the game for, in a large world of which nothing was looked at yet, as right
after a copyover.

Every command of the tables is tried with arguments of every shape, and every field of every form. Times are of the
processor, not of the clock on the wall: the machine may have other work. Garbage is collected as in a server, and a
collection counts for the line in which it comes.

    python -m tests.bench.commands [MILLISECONDS]     names the lines that take longer than that (20)
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TypeVar

import msgspec

from mud.areas import cache
from mud.areas.circle import import_world
from mud.core import events as e
from mud.core.world.area import WorldDef
from mud.core.world.word_index import WordIndex
from mud.play.olc.form import KINDS
from mud.testing import Kit, Player
from tests.areas.written import write_world
from tests.bench import tba
from tests.bench.table import Table

T = TypeVar("T")
START = "3001"
MODULES = ("auction", "buffs", "channels", "groups", "people", "post", "raffle", "socials", "trading", "weather")
#: What ends the game, or what somebody is in the middle of.
NEVER = frozenset({"quit", "shutdown", "copyover", "password"})
#: Words as they may be typed: of things near and far, of what is not there, ids, amounts, and the like.
WORDS = (
    *("", "guard", "all", "all.guard", "2.guard", "9999.guard", "zzzzz", "the", "a", "3002", "30099", "zzz99", "me"),
    *("here", "north", "20", "new zzz1", "reset", "check", "list", "write Tides", "in bread", "bob guard", "guard bob"),
    *("sell bread 5", "item 3010", "mob 3060", "item zzzz", "mob zzzz", "bob to 3002", "bob 3002", "midgaard", "30"),
    *("north 3002", "north 30001", "north zzzz9", "bread from zzzzz", "bread short x", "economy", "bob level 3"),
)
#: The same behind a field of a form.
FIELD_WORDS = (
    *("", "zzzzz", "5", "north to 30001", "north to zzzz9", 'north door "oak" key zzzz', "guard", "key 3010", "key zz"),
    *("add mob 3060 3002", "add mob zzzz here", "add item zzzz 3002", "add item 3010 zzzz", "add door zz north open"),
    *("remove 1", "move 1 2", "here", "strength 5", "2d6"),
)


class Large:
    """A game on a large world, and a builder in it."""

    def __init__(self, folder: Path) -> None:
        self._compiled, self._data = cache._read(cache._path(folder / "world", folder / "cache"))
        modules = [import_module(f"modules.{name}").MODULE for name in MODULES]
        self.kit = Kit(*modules, world=self.fresh(), watched=False)
        self.root: Player = self.kit.player("Root", "owner", gold=1000)
        self.kit.player("Bob", gold=1000)

    def fresh(self) -> WorldDef:
        """The world's definitions, with no area decoded."""
        assert self._compiled is not None
        return cache._world(self._compiled, self._data)

    def reset(self) -> None:
        """As right after a copyover, with the builder in play at the start."""
        world, root = self.kit.game.world, self.root.character
        world.defs, world.words = self.fresh(), WordIndex()
        del self.kit.game.sessions.by_id[self.root.session].stack[1:]
        if root.room != START:
            self.kit.act(lambda ctx: ctx.world.move_character(root, START))
        root.position, root.fighting, root.hp = "standing", None, root.max_hp
        self.kit.game.world.room(START)
        self.root.heard = ""

    def type(self, line: str) -> float:
        """Milliseconds of the processor that a line holds the game for: the longest of all that it is done in."""
        took, effects = timed(lambda: self.kit.game.handle(e.Line(self.root.session, line)))
        if not any(isinstance(effect, e.ReadKinds) for effect in effects):
            return took
        world, end = self.kit.game.world, object()
        reading = world.words.fill(world.defs)
        while True:
            step, read = timed(lambda: next(reading, end))
            took = max(took, step)
            if read is end:
                break
        return max(took, timed(lambda: self.kit.game.handle(e.KindsRead(self.root.session)))[0])

    def take_in(self, area: str) -> float:
        """Milliseconds that it takes to have another definition of an area in the game, as a save brings it."""
        defs = self.kit.game.world.defs
        room = msgspec.structs.replace(defs.areas[area].rooms[0], name="Another name")
        other = msgspec.structs.replace(defs.areas[area], rooms=(room, *defs.areas[area].rooms[1:]))
        after = WorldDef.of([other if id_ == area else each for id_, each in defs.areas.items()], START)
        return timed(lambda: self.kit.game.handle(e.WorldRead(after, (area,))))[0]


def timed(do: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds of the processor, and what came of it."""
    began = time.process_time()
    found = do()
    return 1000 * (time.process_time() - began), found


def lines(large: Large) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is typed before, and the line that is measured."""
    for name, entry in large.kit.game.commands.commands.items():
        if name not in NEVER and (not entry.yields or name in ("smile", "purge")):  # gestures are all alike
            yield from (((), f"{name} {words}".strip()) for words in WORDS)
    for opener, kind in zip(("redit", "medit 3060", "oedit 3010", "zedit"), KINDS.values(), strict=True):
        for name in [field.name for field in kind.fields] + ["help", "show", "undo", "zzz"]:
            yield from (((opener,), f"{name} {words}".strip()) for words in FIELD_WORDS)


def measured(large: Large, say: Callable[[str], None] = lambda text: None) -> list[tuple[float, str]]:
    """Each line and its milliseconds, the slowest first."""
    found = []
    gc.collect()
    gc.freeze()
    for before, line in lines(large):
        large.reset()
        for each in before:
            large.type(each)
        found.append((large.type(line), " / ".join((*before, line))))
    large.reset()
    found.append((large.take_in("30"), "(an area that was saved or reloaded)"))
    return sorted(found, reverse=True)


def prepared(folder: Path) -> Large | None:
    """The game on tbaMUD's world; None where that is not."""
    source = tba.source()
    if source is None:
        return None
    write_world(list(import_world(source).areas), folder / "world", START)
    cache.load_cached(folder / "world", folder / "cache")
    return Large(folder)


def measure(table: Table, folder: Path) -> None:
    """The slowest of all lines, and how many are over 20 ms."""
    large = prepared(folder)
    if large is not None:
        found = measured(large)
        table.add("commands: the slowest line in 12,700 rooms", "ms", found[0][0])
        table.add("commands: lines over 20 ms", "", float(sum(took > 20 for took, _ in found)))


def main() -> int:
    """Print those that take long; exit 1 when there are any."""
    least = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    with tempfile.TemporaryDirectory(prefix="everwake-bench-") as folder:
        large = prepared(Path(folder))
        if large is None:
            print("The tbaMUD world is not on this machine: EVERWAKE_TBA_WORLD may name it.", file=sys.stderr)
            return 2
        found = measured(large)
    slow = [(took, line) for took, line in found if took > least]
    for took, line in slow or found[:10]:
        print(f"{took:8.1f} ms  {line}")
    print(f"{len(slow)} of {len(found)} lines take more than {least:g} ms")
    return bool(slow)


if __name__ == "__main__":
    sys.exit(main())
