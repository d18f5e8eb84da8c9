"""Many timers on both clocks in the real server, whose wall clock is set forward and back: each once, in due order."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from tests.e2e.harness import ROOT, Game, wait_for

pytestmark = pytest.mark.e2e

HOUR = 3600.0
#: The server's wall clock is the machine's and so many seconds more as a file says. A program that takes over reads the
#: file `set` first, if there is one: so the clock is set in the silence, and some of it goes by. When that is over it
#: writes down what the wall clock says.
SITE = """
import os, pathlib, time
folder = pathlib.Path(os.environ["WALL"])
real, sleep = time.time, time.sleep
time.time = lambda: real() + float((folder / "offset").read_text())
if "EVERWAKE_HANDOVER" in os.environ:
    if (folder / "set").exists():
        (folder / "set").rename(folder / "offset")
    sleep(1)
    (folder / "woke").write_text(repr(time.time()))
"""

#: A module whose every timer leaves a line in its state: which it was, when it was due, and when it came.
KEEPER = '''"""Sets timers, and writes down what comes."""

from mud.api import Command, Context, Module, On, State, Timer, WallTimer


class Kept(State):
    lines: list[str] = []
    number: int = 0


class Tick(Timer):
    number: int
    due: float


class Tock(WallTimer):
    number: int
    due: float


def plan(ctx: Context[Kept], args: str) -> None:
    """plan COUNT GAME WALL EVERY -- so many timers on each clock from then on, the latest first, two at each moment"""
    count, game, wall, every = (float(word) for word in args.split())
    for n in reversed(range(int(count))):
        for kind, first in ((Tick, ctx.clock.game + game), (Tock, ctx.clock.wall + wall)):
            due = first + every * (n // 2)
            ctx.set_timer_at(due, kind(ctx.state.number, due))
            ctx.state.number += 1


def fell_due(ctx: Context[Kept], timer: Tick | Tock) -> None:
    write(ctx, type(timer).__name__, timer.number, timer.due)


def mark(ctx: Context[Kept], args: str) -> None:
    """mark NUMBER -- leave a line, too"""
    write(ctx, "mark", int(args), 0.0)


def write(ctx: Context[Kept], what: str, number: int, due: float) -> None:
    ctx.state.lines.append(f"{what} {number} {due!r} {ctx.clock.game!r} {ctx.clock.wall!r}")


def kept(ctx: Context[Kept], args: str) -> None:
    """kept -- all that was written down, and what is to come"""
    for line in ctx.state.lines:
        ctx.send(f"KEPT {line}")
    ctx.send(f"PENDING {len(ctx.pending(Tick))} {len(ctx.pending(Tock))} {ctx.clock.game!r} {ctx.clock.wall!r} END")


MODULE = Module(
    name="keeper",
    version="1.0.0",
    description="keeps time",
    author="the tests",
    state=Kept,
    commands=[Command("plan", plan), Command("mark", mark), Command("kept", kept)],
    on=[On(Tick, fell_due), On(Tock, fell_due)],
)
'''


class Line(Struct):
    """A line of the module's: `what` came, due at `due` by its clock, when the clocks were so."""

    what: str
    number: int
    due: float
    game: float
    wall: float

    @property
    def at(self) -> float:
        """When it came, by its own clock."""
        return self.game if self.what == "Tick" else self.wall


class Kept(Struct):
    """What the module wrote down so far, how many timers are pending, and what the clocks say."""

    lines: list[Line]
    ticks: int
    tocks: int
    game: float
    wall: float

    def of(self, what: str) -> list[Line]:
        """Those of a kind."""
        return [line for line in self.lines if line.what == what]


class Keeper:
    """A server whose wall clock can be set, and its one player."""

    def __init__(self, game: Game, folder: Path) -> None:
        (folder / "site").mkdir()
        (folder / "site" / "sitecustomize.py").write_text(SITE)
        (folder / "mods" / "keeper").mkdir(parents=True)
        (folder / "mods" / "keeper" / "__init__.py").write_text(KEEPER)
        others = sorted(path.parent.name for path in ROOT.glob("modules/*/__init__.py"))
        config = folder / "everwake.toml"
        config.write_text(f'[modules]\nfolders = ["{folder / "mods"}"]\noff = {json.dumps(others)}\n')
        self.folder = folder
        self.set(0)
        self.game = game
        game.arguments = ("--config", str(config))
        game.environment |= {"PYTHONPATH": str(folder / "site"), "WALL": str(folder)}
        self.planned = self.marked = 0
        self.plans: list[range] = []  # the numbers of each order's timers
        self.begin()

    def begin(self) -> None:
        """Start the server, and come in."""
        self.game.start()
        self.admin = self.game.admin()
        self.admin.command("set width 500")

    def set(self, seconds: float, name: str = "offset") -> None:
        """Set the wall clock to so many seconds before or behind the machine's."""
        (self.folder / "new").write_text(repr(seconds))
        os.replace(self.folder / "new", self.folder / name)

    def plan(self, count: int, game: float, wall: float, every: float) -> None:
        """Have so many timers set on each clock, from so many seconds on, two at each moment."""
        self.admin.command(f"plan {count} {game} {wall} {every}")
        self.plans.append(range(self.planned * 2, (self.planned + count) * 2))
        self.planned += count

    def kept(self) -> Kept:
        """What came, checked: none twice, none too soon, none lost, and what was planned together in due order."""
        self.admin.send("kept")
        text = self.admin.expect(r"PENDING .*? END")
        lines = [
            Line(what, int(number), float(due), float(game), float(wall))
            for what, number, due, game, wall in re.findall(r"KEPT (\S+) (\S+) (\S+) (\S+) (\S+)\r\n", text)
        ]
        ticks, tocks, game, wall = re.findall(r"PENDING (\S+) (\S+) (\S+) (\S+) END", text)[0]
        found = Kept(lines, int(ticks), int(tocks), float(game), float(wall))
        for what, left in (("Tick", found.ticks), ("Tock", found.tocks)):
            came = found.of(what)
            assert len({line.number for line in came}) == len(came) == self.planned - left, came
            assert [line for line in came if line.at < line.due] == []
            for plan in self.plans:
                ours = [line for line in came if line.number in plan]
                assert ours == sorted(ours, key=lambda line: (line.due, line.number))
        assert [line.number for line in found.of("mark")] == list(range(self.marked))
        return found

    def came(self, what: str, count: int) -> Kept:
        """Wait until so many of a kind came."""
        found = wait_for(lambda: (kept := self.kept()) and len(kept.of(what)) >= count and kept, f"{count} {what}s")
        assert isinstance(found, Kept)
        return found

    def copyover(self, *, early: float | None = None, silent: float | None = None) -> list[Line]:
        """A copyover, with input that waits all the silence long. The clock is set `early`, while the old program
        plays on, or in the silence. Gives what came."""
        before = len(self.kept().lines)
        if silent is not None:
            self.set(silent, "set")
        ada = self.game.player(f"Ada{'abc'[self.game.ready['generation'] - 1]}")
        self.admin.send("copyover")
        if early is not None:
            self.admin.expect("rehearsal")
            self.set(early)
        wait_for(lambda: list((self.game.data / "snapshots").glob("*.dat")), "the silence")
        ada.send_raw(b"".join(b"mark %d\r\n" % n for n in range(self.marked, self.marked + 20)))
        self.marked += 20
        self.admin.expect(r"Copyover done.*?\n> ")
        ada.command("look")
        return self.kept().lines[before:]

    @property
    def woke(self) -> float:
        """What the wall clock said when the silence was nearly over."""
        return float((self.folder / "woke").read_text())


@pytest.fixture
def keeper(stopped: Game, tmp_path: Path) -> Iterator[Keeper]:
    found = Keeper(stopped, tmp_path)
    yield found
    assert stopped.stop() == 0
    assert stopped.errors() == ""


def due_first(lines: list[Line], woke: float) -> list[Line]:
    """The wall's timers in `lines` that fell due in the silence, or before it: all came before what had waited."""
    first = next(n for n, line in enumerate(lines) if line.what == "mark")
    assert [line for line in lines[first:] if line.what == "Tock" and line.due <= woke] == []
    return [line for line in lines[:first] if line.what == "Tock"]


def test_timers_keep_their_word_over_three_generations_while_the_wall_clock_is_set(keeper: Keeper) -> None:  # S0.15
    keeper.plan(240, 0.5, 0.5, 0.15)
    keeper.plan(20, HOUR, HOUR, 1.0)
    late = due_first(keeper.copyover(), keeper.woke)
    assert len(late) >= 10  # a second went by
    reported = json.loads((keeper.game.data / "copyovers.jsonl").read_text())["late"]
    most = max(line.wall - line.due for line in late)
    assert len(reported) >= 10 and most - 0.1 < max(reported) < most + 0.9

    keeper.copyover(early=-HOUR)
    before = keeper.kept()
    assert 0 < len(before.of("Tock")) < 240
    after = keeper.came("Tick", len(before.of("Tick")) + 20)
    assert after.of("Tock") == before.of("Tock") and after.wall < before.of("Tock")[-1].due

    late = due_first(keeper.copyover(silent=HOUR + 60), keeper.woke)
    assert len(late) == 260 - len(before.of("Tock")) and late[-1].due > late[0].due + HOUR - 60
    found = keeper.kept()
    assert found.tocks == 0 and found.ticks >= 20
    assert [line for line in found.of("Tick") if line.game - line.due > 60] == []
    for record in map(json.loads, (keeper.game.data / "copyovers.jsonl").read_text().splitlines()):
        assert len(record["phases"]) >= 5 and 1000 < record["silence"]["longest"] < 60_000
    silences = re.findall(r"generation \d took over: .* (-?\d+) ms of silence", keeper.game.log())
    assert len(silences) == 3 and all(1000 < int(each) < 60_000 for each in silences)


def test_a_running_game_and_one_that_is_killed_go_by_the_wall_clock_wherever_it_is_set(keeper: Keeper) -> None:
    # S0.15
    keeper.plan(40, 0.2, 60, 0.05)
    keeper.set(-HOUR)
    assert keeper.came("Tick", 40).tocks == 40
    keeper.set(60.3)
    assert len(keeper.came("Tock", 40).of("Tick")) == 40
    keeper.set(-HOUR)
    keeper.plan(40, 1, 60, 0.05)
    keeper.plan(2, HOUR, HOUR, 0)
    keeper.admin.command("save")
    keeper.came("Tick", 50)
    keeper.game.kill()
    keeper.set(HOUR)
    keeper.begin()
    found = keeper.came("Tick", 80)
    assert (found.ticks, found.tocks) == (2, 0)
    assert found.of("Tick")[-1].game < HOUR

    keeper.admin.command("copyover in 2h")
    keeper.set(0)
    assert "it begins in 3 hours" in keeper.admin.command("copyover status")
    keeper.set(3 * HOUR - 4)
    keeper.admin.expect(r"A copyover in \d seconds?\..*?Copyover done")
    told = re.findall(r"A copyover in [^.]*\.", keeper.admin.text_from(0))
    assert len(told) == 2 and keeper.game.ready["generation"] == 2
    keeper.set(0)
    assert "none is planned" in keeper.admin.command("copyover status")
