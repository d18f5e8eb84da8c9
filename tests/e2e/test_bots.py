"""Bots play the starter world while the program under it is changed again and again. `make soak` has the long run."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from mud.areas.load import load
from tests.bots.client import Client
from tests.bots.swarm import Report, Sample, Swarm, name_of
from tests.e2e.harness import PASSWORD, ROOT, Game

pytestmark = pytest.mark.e2e

WORLD = ROOT / "world"
#: Seconds that a copyover may take, from the order to the answer, on a machine that is busy.
COPYOVER = 90.0
GIFT = 200  # gold for each bot: what it has to trade with


class Played:
    """A game in which bots played; it is still running."""

    def __init__(self, folder: Path) -> None:
        self.game = Game(folder / "data", WORLD)
        self.admin: Client

    async def play(self, bots: int, seconds: float, every: float, seed: int) -> Report:
        """Have so many bots play for so many seconds, with a copyover `every` so many. Gives what became of them."""
        swarm = Swarm(self.game.port, bots, seed)
        self.admin = Client(self.game.port)
        await self.admin.open()
        await self.admin.expect(r"known\? ")
        self.admin.send(f'connect Root "{PASSWORD}"')
        await self.admin.expect("Exits: .*> ")
        try:
            await swarm.run(seconds, lambda: self.copyovers(swarm, seconds, every))
            await self.audit(swarm.report)
        finally:
            await swarm.close()
            await self.admin.close()
        return swarm.report

    async def copyovers(self, swarm: Swarm, seconds: float, every: float) -> None:
        """One copyover after the other, with a look at the server's figures after each."""
        began = time.monotonic()
        await self.admin.listen(min(every, seconds) / 2)
        for bot in swarm.bots:
            await self.admin.command(f"grant {bot.name} {GIFT} gold")
        while (now := time.monotonic() - began) < seconds:
            self.admin.send("copyover force because the bots play")
            await self.admin.expect("Copyover done", COPYOVER)
            swarm.report.copyovers += 1
            swarm.report.samples.append(Sample.of(self.game.pid, began))
            await self.admin.listen(max(0.1, min(every - (time.monotonic() - began - now), seconds - now)))

    async def audit(self, report: Report) -> None:
        """What the game itself says of its economy."""
        self.admin.send("audit economy")
        said = await self.admin.expect(r"The ledger sums to.*?\n[^\n]+\n", 60)
        if "sums to 0." not in said or "exactly one owner" not in said:
            report.wrong.append(said)


def played(folder: Path, bots: int, seconds: float, every: float, seed: int = 1) -> Report:
    """Bots play on a server of their own; what may not be at the end fails here."""
    play = Played(folder)
    try:
        play.game.start()
        play.game.account("Root", "owner")
        report = asyncio.run(play.play(bots, seconds, every, seed))
        print(report.text())
        assert report.failures == [] and report.wrong == [], report.text()
        assert play.game.stop() == 0, play.game.output.decode()
        assert play.game.errors() == ""
        assert "Traceback" not in play.game.log() and "undone" not in play.game.log()
    finally:
        play.game.close()
    check_database(play.game.data / "everwake.db", bots)
    return report


def check_database(path: Path, bots: int) -> None:
    """What lies on the disk after a clean end: all gold adds up, everybody is somewhere, everything is somebody's."""
    rooms = set(load(WORLD).rooms)
    with closing(sqlite3.connect(path)) as db:
        characters = {key: msgspec.msgpack.decode(data) for key, data in db.execute("SELECT id, data FROM characters")}
        items = dict(db.execute("SELECT id, owner FROM items"))
        assert db.execute("SELECT sum(amount) FROM balances").fetchone() == (0,)
        purses = {name for (name,) in db.execute("SELECT account FROM balances WHERE amount != 0")}
    nowhere = {c["name"]: c["room"] for c in characters.values() if c["room"] not in rooms}
    assert nowhere == {}
    assert {name_of(n) for n in range(bots)} <= {c["name"] for c in characters.values()}
    homes = {f"char:{c}" for c in characters} | {f"item:{i}" for i in items} | {f"room:{r}" for r in rooms}
    assert {i: owner for i, owner in items.items() if owner not in homes and not owner.startswith("escrow:")} == {}
    assert {p for p in purses if p.startswith(("char:", "item:")) and p not in homes} == set()


def test_bots_play_through_three_copyovers(tmp_path: Path) -> None:
    report = played(tmp_path, bots=8, seconds=30, every=9)
    assert report.copyovers >= 3
    assert report.done["explore"] > 20 and report.done["chat"] > 5 and report.done["gather"] > 5


@pytest.mark.soak
def test_bots_play_for_minutes(tmp_path: Path) -> None:
    """SOAK_SECONDS, SOAK_BOTS, SOAK_EVERY (seconds between copyovers) and SOAK_SEED say how long and how many."""
    seconds, every = float(os.environ.get("SOAK_SECONDS", "600")), float(os.environ.get("SOAK_EVERY", "20"))
    bots, seed = int(os.environ.get("SOAK_BOTS", "20")), int(os.environ.get("SOAK_SEED", "1"))
    report = played(tmp_path, bots, seconds, every, seed)
    samples = report.samples
    assert len(samples) >= 0.5 * seconds / every, "copyovers take too long"
    half = len(samples) // 2
    assert max(s.rss for s in samples[half:]) < 1.2 * max(s.rss for s in samples[:half]), report.text()
    assert samples[-1].descriptors <= samples[half].descriptors + 2, report.text()
