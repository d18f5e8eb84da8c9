"""Bots trade and bid while the server is changed under them and killed with -9, at any instant. Then it is counted.

What a kill may lose is the last quarter of a second. It never loses or doubles a coin or a thing.
"""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

import msgspec
import pytest

from mud.store.store import Store
from tests.bots import behaviours as b
from tests.bots.bot import Bot, Unknown
from tests.bots.client import Client, HungUp
from tests.bots.swarm import name_of
from tests.e2e.harness import PASSWORD, ROOT, Game

pytestmark = pytest.mark.e2e


async def bid(bot: Bot) -> None:
    """On something that is up for auction."""
    lots = re.findall(r"^\s*(\d+) [ *+] ", await bot.do("auction list"), re.M)
    if lots:
        await bot.do(f"auction bid {bot.random.choice(lots)} {bot.random.randint(1, 60)}")


async def sell(bot: Bot) -> None:
    """Something, to whoever gives the most within some seconds."""
    words = await b.carried(bot)
    if words:
        what, price = bot.random.choice(words), bot.random.randint(1, 9)
        answer = await bot.do(f"auction sell {what} {price} {bot.random.randint(10, 20)}s")
        bot.done["put up"] += "Lot " in answer


#: What they do, and how often. They stay together: most of it takes two.
TRADERS = (
    (b.trade, 6),
    (sell, 4),
    (bid, 12),
    (b.auction, 2),
    (b.gather, 3),
    (b.scatter, 1),
    (b.share, 1),
    (b.come_back, 1),
)
HEIRLOOMS = ("pewter_spoon", "rope")
GOLD, COPYOVER = 300, 90.0
#: What the guardian logs when a kill hits the program that takes over; then it is put out too.
TAKEN_BACK = "no copyover: the new program ended before it was ready"
#: Seconds between two strokes of fate, and from an order to copy over to a kill in the middle of it.
PAUSE, MIDDLE = (1.0, 5.0), 1.2


class Fair:
    """A server, bots that trade on it, and what became of it all."""

    def __init__(self, folder: Path, bots: int, seed: int) -> None:
        self.game = Game(folder / "data", ROOT / "world")
        self.game.start()
        self.game.account("Root", "owner")
        self.port = self.game.port
        self.random = Random(seed)
        names = tuple(name_of(n) for n in range(bots))
        self.bots = [Bot(name, Client(self.port), 1000 * seed + n, names) for n, name in enumerate(names)]
        self.root = Client(self.port)
        self.up = asyncio.Event()
        self.heirlooms: set[str] = set()
        self.did: Counter[str] = Counter()
        self.over = False

    async def log_in(self) -> None:
        """The admin, who hears nothing of the auctions."""
        await self.root.open()
        await self.root.expect(r"known\? ")
        self.root.send(f'connect Root "{PASSWORD}"')
        await self.root.expect("Exits: .*> ", 60)

    async def open(self) -> None:
        """All come in, each with gold and two things of their own."""
        await self.log_in()
        await self.root.command("auction mute")
        for bot in self.bots:
            await bot.enter(new=True)
            for thing in HEIRLOOMS:
                await self.root.command(f"load item {thing}\ngive {thing.split('_')[-1]} {bot.name}")
            await self.root.command(f"grant {bot.name} {GOLD} gold")
        await self.root.command("save")
        found = await self.count()
        self.heirlooms = {item for item, kind in found.items() if kind in HEIRLOOMS}
        assert len(self.heirlooms) >= 2 * len(self.bots)
        self.up.set()

    async def count(self) -> dict[str, str]:
        """Fails unless the database adds up and has all that it had. Gives all things, and their kinds."""
        path = self.game.data / "everwake.db"
        store = await Store.open(path)
        try:
            assert await store.audit() == []
        finally:
            await store.close()
        with closing(sqlite3.connect(path)) as db:
            found = {
                key: msgspec.msgpack.decode(data)["kind"] for key, data in db.execute("SELECT id, data FROM items")
            }
        assert self.heirlooms <= set(found)
        return found

    async def live(self, bot: Bot) -> None:
        """Trade until it is over; come back after each end of the connection."""
        acts, weights = zip(*TRADERS, strict=True)
        while not self.over:
            act = bot.random.choices(acts, weights)[0]
            try:
                await act(bot)
                bot.see(await bot.client.listen(bot.random.uniform(0, 0.4)))
            except Unknown as unknown:
                raise AssertionError(f"{bot.name}: {unknown}") from None
            except (HungUp, OSError):
                await self.come_back(bot)

    async def come_back(self, bot: Bot) -> None:
        """In again, as soon as there is a server."""
        while True:
            await self.up.wait()
            try:
                await bot.client.close()
                await bot.enter(new=False)
            except (HungUp, OSError):
                await asyncio.sleep(0.1)
            else:
                self.did["came back"] += 1
                return

    async def fate(self, seconds: float) -> None:
        """Copyovers and kills, in turn and at any moment; every other kill in the middle of a copyover."""
        loop = asyncio.get_running_loop()
        end, number = loop.time() + seconds, 0
        while loop.time() < end:
            await asyncio.sleep(self.random.uniform(*PAUSE))
            number += 1
            if number % 2:
                self.root.send("copyover force because the market is open")
                await self.root.expect("Copyover done", COPYOVER)
                self.did["copyovers"] += 1
                continue
            if number % 4 == 0:
                self.root.send("copyover force because of what comes")
                await asyncio.sleep(self.random.uniform(0, MIDDLE))
            await self.kill()

    async def kill(self) -> None:
        """kill -9, a look at what is left, and a new start."""
        self.up.clear()
        self.game.put_out()
        await self.root.close()
        await self.count()
        await asyncio.to_thread(self.game.start, self.port)
        self.up.set()
        await self.log_in()
        self.did["kills"] += 1

    async def run(self, seconds: float) -> None:
        """All of it, and the audit."""
        await self.open()
        lives = [asyncio.create_task(self.live(bot)) for bot in self.bots]
        try:
            await self.fate(seconds)
        finally:
            self.over = True
            ends = await asyncio.gather(*lives, return_exceptions=True)
        assert [end for end in ends if end is not None] == []
        self.root.send("audit economy")
        said = await self.root.expect(r"The ledger sums to.*?\n[^\n]+\n", 60)
        assert "sums to 0." in said and "exactly one owner" in said
        for client in (self.root, *(bot.client for bot in self.bots)):
            await client.close()
        for bot in self.bots:
            self.did += bot.done


def play(folder: Path, bots: int, seconds: float, seed: int) -> Counter[str]:
    """So many bots for so many seconds. Gives what they did."""

    async def main() -> Fair:
        fair = Fair(folder, bots, seed)
        try:
            await fair.run(seconds)
            assert fair.game.stop() == 0, fair.game.output.decode()
            wrong = [line for line in fair.game.errors().splitlines() if TAKEN_BACK not in line]
            assert wrong == [] and "undone" not in fair.game.log()
            await fair.count()
        finally:
            fair.game.close()
        return fair

    did = asyncio.run(main()).did
    print(", ".join(f"{what} {count}" for what, count in sorted(did.items()) if re.search("[a-z]", what)))
    return did


def test_bots_trade_through_copyovers_and_kills(tmp_path: Path) -> None:
    did = play(tmp_path, bots=8, seconds=25, seed=1)
    assert did["copyovers"] >= 2 and did["kills"] >= 2 and did["came back"] >= 8
    assert did["bid"] and did["traded"]


@pytest.mark.soak
def test_bots_trade_through_copyovers_and_kills_for_minutes(tmp_path: Path) -> None:
    """SOAK_SECONDS, SOAK_BOTS and SOAK_SEED say how long, how many and what they do."""
    seconds, bots = float(os.environ.get("SOAK_SECONDS", "600")), int(os.environ.get("SOAK_BOTS", "20"))
    did = play(tmp_path, bots, seconds, int(os.environ.get("SOAK_SEED", "1")))
    assert did["copyovers"] and did["kills"] and did["bid"] and did["traded"]
