"""The whole economy on a real SQLite file, with fights, corpses and shops, whatever disk, clock and kill -9 do.

After every step: the ledger sums to zero, nobody but the mint owes, every thing has one owner, in memory and, once
flushed, in the database; and every timer fired exactly once.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from mud.core.ledger import MINT
from tests.economy.bazaar import Bazaar
from tests.economy.test_machine import LINES as MARKET_LINES
from tests.economy.test_machine import SHORT as SHORT_MARKET
from tests.economy.test_machine import Economy, amount, kind, lot, who

#: A file system in memory, where there is one: the disk is not what is tried here.
FAST = Path("/dev/shm")
#: What players type beside what they type at the market.
LINES = (
    "kill rat",
    "kill ogre",
    "flee",
    "get all corpse",
    "wield sword",
    "remove all",
    "east",
    "west",
    "buy bread",
    "buy 3 bread",
    "sell bread",
    "eat bread",
    "give bread {who}",
    "trade offer bread",
    "auction sell bread 3 20s buyout 9",
    "put bread bag",
    "get gold corpse",
    "cast slow fire rat",
    "cast poison ogre",
    "cast sleep ogre",
    "cast curse rat",
    "cast dispel magic ogre",
    "cast sanctuary",
    "buffs",
)


class StoredEconomy(Economy):
    """Three people, three modules, a shop, a rat and an ogre, and a database."""

    market: Bazaar

    def open(self) -> Bazaar:
        self.folder = Path(tempfile.mkdtemp(dir=FAST if FAST.is_dir() else None))
        return Bazaar(self.folder, snipe=5)

    def teardown(self) -> None:
        try:
            self.market.flush()
            with closing(sqlite3.connect(self.market.path)) as db:
                reasons = {reason for (reason,) in db.execute("SELECT reason FROM ledger WHERE debit = ?", (MINT,))}
        finally:
            self.market.close()
            shutil.rmtree(self.folder)
        assert reasons <= {"the kit", "made rat", "made ogre", "made grocer"}

    def need_gold(self) -> None:
        """There may be more: each rat brings some."""
        assert self.market.minted >= self.minted

    @rule(name=who, line=st.sampled_from(LINES), other=who)
    def live(self, name: str, line: str, other: str) -> None:
        self._say(self._there(name), line.format(who=other))

    @rule(name=who, foe=st.sampled_from(("rat", "ogre")), seconds=st.sampled_from((0.0, 3.0, 30.0)))
    def fight(self, name: str, foe: str, seconds: float) -> None:
        """With all that one has, to the death or for a while."""
        player = self._there(name)
        self._say(player, "up", "west", "stand", "north", f"kill {foe}")
        self.market.wait(seconds)

    @rule(name=who, seconds=st.sampled_from((0.0, 1.0, 30.0)))
    def rob_the_dead(self, name: str, seconds: float) -> None:
        player = self._there(name)
        self._say(player, "up", "west", "north", "get all corpse", "get all")
        self.market.wait(seconds)

    @rule(one=who, two=who, thing=kind)
    def fight_at_the_table(self, one: str, two: str, thing: str) -> None:
        """A trade in the ogre's yard, with the ogre at one of the two."""
        if one == two:
            return
        a, b = self._there(one), self._there(two)
        for player in (a, b):
            self._say(player, "trade cancel", "up", "west", "stand", "north")
        self._say(a, f"trade {two}", f"trade offer {self._something(a, thing)}")
        self._say(b, f"trade {one}", "trade offer 5 gold", "trade accept", "kill ogre")
        self.market.wait(2.0)
        self._say(a, "trade accept")

    @rule(name=who)
    def shop(self, name: str) -> None:
        self._say(self._there(name), "up", "south", "east", "buy 2 bread", "sell bread", "west")

    @rule(name=who, line=st.sampled_from(MARKET_LINES), other=who, thing=kind, number=lot, n=amount)
    def type_during_a_flush(self, name: str, line: str, other: str, thing: str, number: int, n: int) -> None:
        player = self._there(name)
        self.market.flush_during(lambda: self._say(player, line.format(who=other, kind=thing, lot=number, n=n)))

    @rule(seconds=st.sampled_from((0.5, 30.0)))
    def wait_during_a_flush(self, seconds: float) -> None:
        self.market.flush_during(lambda: self.market.wait(seconds))

    @rule()
    @precondition(lambda self: any(i.kind == "corpse" for i in self.market.game.world.items.values()))
    def die_of_age(self) -> None:
        """Corpses fall to dust, lots end, links are given up."""
        self.market.wait(3700)

    @rule()
    def fail_to_write(self) -> None:
        self.market.refuse()

    @invariant()
    def nothing_failed(self) -> None:
        assert self.market.errors.texts == []


SHORT = settings(SHORT_MARKET, max_examples=250)
TestStoredEconomy = StoredEconomy.TestCase
TestStoredEconomy.settings = SHORT


class LongStoredEconomy(StoredEconomy):
    """The same, for longer."""


TestLongStoredEconomy = pytest.mark.soak(LongStoredEconomy.TestCase)
TestLongStoredEconomy.settings = settings(SHORT, max_examples=1000, stateful_step_count=80)
