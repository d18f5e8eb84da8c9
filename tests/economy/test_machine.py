"""Whatever players, clocks, copyovers and crashes do, in whatever order: no coin and no item is lost or doubled."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from modules.auction.state import Auction
from modules.buffs.kinds import KINDS as EFFECTS
from modules.buffs.state import Apply, End
from modules.trading.state import Trading
from mud.core import events as e
from mud.play.death import die
from mud.testing import Player
from tests.economy.market import POTIONS, Market

NAMES = ("Ada", "Ben", "Cleo")
KINDS = ("apple", "sword", "bag", "wand", "curse", "anvil", "ring")
MODULES = ("auction", "trading", "buffs")
who = st.sampled_from(NAMES)
kind = st.sampled_from(KINDS)
lot = st.integers(1, 6)
amount = st.sampled_from((1, 5, 20, 50, 100, 500))
#: What players type. {who}, {kind}, {lot} and {n} are filled in.
LINES = (
    "auction sell {kind} {n} 1m",
    "auction sell {kind} {n} 20s reserve 60 buyout 600",
    "auction sell {kind} 5 5m buyout {n}",
    "auction bid {lot} {n}",
    "auction bid {lot} {n}",
    "auction buy {lot}",
    "auction cancel {lot}",
    "auction collect",
    "trade {who}",
    "trade {who}",
    "trade offer {kind}",
    "trade offer {n} gold",
    "trade withdraw {kind}",
    "trade withdraw {n} gold",
    "trade accept",
    "trade cancel",
    "drop {kind}",
    "get {kind}",
    "drop {n} gold",
    "get all",
    "put {kind} bag",
    "get {kind} bag",
    "give {kind} {who}",
    "give {n} gold {who}",
    "north",
    "south",
    "get all corpse",
    "wear ring",
    "remove ring",
    "quaff white",
    "quaff brown",
    "down",
    "up",
    "quit",
)
#: What they cast, on themselves or on somebody.
SPELLS = (
    "armor",
    "strength",
    "stone skin",
    "haste",
    "invisible",
    "regeneration",
    "remove poison",
    "cure blind",
    "dispel magic",
)
effect = st.sampled_from(sorted(EFFECTS))


class Economy(RuleBasedStateMachine):
    """Three people who can cast anything, some things, 3,000 gold, three modules."""

    def __init__(self) -> None:
        super().__init__()
        self.market = self.open()
        self.people: dict[str, Player] = {}
        for name in NAMES:
            self.people[name] = player = self.market.player(name, gold=1000)
            for thing in KINDS:
                self.market.make_item(thing, player.character)
            strengthen(player)
        wand = next(i for i in self.market.game.world.items.values() if i.kind == "wand")
        wand.values, wand.short = {"charges": 2}, "a wand of Ada's"
        self.wand = wand.id
        self.minted = self.market.minted
        world = self.market.game.world
        self.things = sorted(i.id for player in self.people.values() for i in world.carried(player.character))
        self.market.flush()

    def open(self) -> Market:
        """The game that it is played on."""
        return Market(snipe=5)

    def need_gold(self) -> None:
        """Fails when there is more gold than there was, or less."""
        assert self.market.minted == self.minted

    def _playing(self, name: str) -> Player | None:
        player = self.people.get(name)
        alive = player is not None and player.session in self.market.game.sessions.by_id
        in_play = alive and self.market.game.world.player(name) is not None
        return player if in_play else None

    def teardown(self) -> None:
        """The end of one example."""
        self.market.close()

    @rule(name=who, line=st.sampled_from(LINES), other=who, thing=kind, number=lot, n=amount)
    def type(self, name: str, line: str, other: str, thing: str, number: int, n: int) -> None:
        self._say(self._there(name), line.format(who=other, kind=thing, lot=number, n=n))

    def _there(self, name: str) -> Player:
        """Somebody in play, come back if need be."""
        player = self._playing(name)
        if player is None:
            player = self.people[name] = self.market.player(name)
        return player

    def _something(self, player: Player, thing: str) -> str:
        """A thing that somebody has, best of this kind."""
        have = [kind for kind in self.market.carried(player) if kind not in ("curse", "gold")]
        return thing if thing in have or not have else have[len(thing) % len(have)]

    def _say(self, player: Player, *lines: str) -> None:
        for line in lines:
            read = player.do(line)
            assert "Something went wrong" not in read, read
            self.market.count()

    @rule(one=who, two=who, thing=kind, n=amount, first=st.booleans())
    def deal(self, one: str, two: str, thing: str, n: int, first: bool) -> None:
        """A trade that comes to something, or almost."""
        if one == two:
            return
        a, b = self._there(one), self._there(two)
        for player in (a, b):
            self._say(player, "trade cancel", "south", "up")
        self._say(a, f"trade {two}")
        self._say(b, f"trade {one}", f"trade offer {n} gold")
        self._say(a, f"trade offer {self._something(a, thing)}", "trade accept")
        if first:
            self._say(b, "trade accept")

    @rule(name=who)
    def lose_link(self, name: str) -> None:
        player = self._playing(name)
        if player is not None:
            self.market.post(e.Lost(player.session, "cut"))
            del self.people[name]

    @rule(name=who)
    def die(self, name: str) -> None:
        known = self.market.game.world.player(name)
        if known is not None:
            self.market.act(lambda ctx: die(ctx, known))

    @rule(seconds=st.sampled_from((0.5, 5.0, 30.0, 61.0, 400.0)))
    def wait(self, seconds: float) -> None:
        self.market.wait(seconds)

    @rule(seconds=st.sampled_from((0.0, 2.0, 90.0)))
    def copyover(self, seconds: float) -> None:
        self.market.copyover(seconds=seconds)

    @rule()
    def flush(self) -> None:
        self.market.flush()

    @rule(seconds=st.sampled_from((0.0, 90.0)))
    def crash(self, seconds: float) -> None:
        self.market.crash(seconds)
        self.people = {}

    @rule(module=st.sampled_from(MODULES))
    def pause(self, module: str) -> None:
        if self.market.registry.active(module):
            self.market.manage("pause", module)

    @rule(module=st.sampled_from(MODULES))
    def resume(self, module: str) -> None:
        if not self.market.registry.active(module):
            self.market.manage("resume", module)

    @rule(module=st.sampled_from(MODULES))
    def restart(self, module: str) -> None:
        self.market.manage("restart", module)

    @rule(module=st.sampled_from(MODULES))
    def reload(self, module: str) -> None:
        self.market.reimport(module)

    @rule(module=st.sampled_from(MODULES))
    def cycle(self, module: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.market.cycle(Path(folder), module)

    # Buffs

    @rule(name=who, name_of=effect, seconds=st.sampled_from((None, 0.3, 12.4, 90.0)), level=st.integers(1, 20))
    @precondition(lambda self: self.market.registry.active("buffs"))
    def enchant(self, name: str, name_of: str, seconds: float | None, level: int) -> None:
        """Another module's doing. Slow fire and poison may kill."""
        character = self._there(name).character.id
        self.market.call(Apply(character, name_of, "a test", level, seconds))

    @rule(name=who, name_of=st.sampled_from(("poison", "slow fire")), seconds=st.sampled_from((0.7, 2.9, 3.0, 12.4)))
    @precondition(lambda self: self.market.registry.active("buffs"))
    def stoke(self, name: str, name_of: str, seconds: float) -> None:
        """More of what burns, in between its ticks and after."""
        for _ in range(3):
            self.enchant(name, name_of, None, 1)
            self.market.wait(seconds)

    @rule(name=who, name_of=effect)
    @precondition(lambda self: self.market.registry.active("buffs"))
    def disenchant(self, name: str, name_of: str) -> None:
        character = self._there(name).character
        self.market.call(End(character.id, name_of))
        assert (name_of, "") not in self.market.book.page.lives.get(character.id, {})

    @rule(name=who, colour=st.sampled_from(sorted(POTIONS)), count=st.integers(1, 3))
    def drink(self, name: str, colour: str, count: int) -> None:
        player = self._there(name)
        for _ in range(count):
            self.market.make_item(colour, player.character)
            self._say(player, f"quaff {colour}")

    @rule(name=who, spell=st.sampled_from(SPELLS), other=who)
    def cast(self, name: str, spell: str, other: str) -> None:
        self._say(self._there(name), f"cast {spell} {other}")

    @rule(name=who, seconds=st.sampled_from((0.7, 12.0, 70.0)))
    def bathe(self, name: str, seconds: float) -> None:
        """A room that heals, for a while."""
        self._say(self._there(name), "south", "down")
        self.market.wait(seconds)
        self._say(self._there(name), "up")

    @rule(
        name=who,
        seconds=st.sampled_from((0.0, 5.0, 600.0)),
        steps=st.sampled_from(
            ("quit", "quit", "pause quit", "quit pause", "quit pause back", "pause quit back resume")
        ),
    )
    def stay_away(self, name: str, seconds: float, steps: str) -> None:
        """And maybe buffs are out of service when they go, or come, or both."""
        player = self._there(name)
        do: dict[str, Callable[[], object]] = {
            "quit": lambda: self._say(player, "quit"),
            "pause": lambda: self.pause("buffs"),
            "back": lambda: self._there(name),
            "resume": lambda: self.resume("buffs"),
        }
        for step in steps.split():
            do[step]()
            self.market.wait(seconds)
        self._there(name)

    @rule(name=who)
    @precondition(lambda self: self.market.registry.active("buffs"))
    def ask_how_long(self, name: str) -> None:
        """The tenths of a second that are told are those that are left."""
        player = self._there(name)
        player.do("set pager off")
        told = player.do("buffs")
        for life in self.market.book.page.lives.get(player.character.id, {}).values():
            seconds = (life.ends - self.market.book.now) / 1000 if life.ends is not None else 60
            if seconds < 60:
                assert f"{max(0.0, seconds):.1f} s" in told, (life, told)

    @rule(name=who, thing=kind, n=amount, end=st.sampled_from(("wait", "late", "away", "no")))
    def open_shop(self, name: str, thing: str, n: int, end: str) -> None:
        """A lot that is surely bid on, and maybe ended."""
        state = self._auction()
        before = state.last
        self._say(self._there(name), f"auction sell {self._something(self._there(name), thing)} {n} 20s")
        number = self._auction().last
        if number == before:
            return
        first, second = (self._there(other) for other in NAMES if other != name)
        self._say(first, f"auction bid {number} {n}")
        self._say(second, f"auction bid {number} {2 * n}")
        if end == "late":
            self.market.wait(18)
            self._say(first, f"auction bid {number} {3 * n}")
        elif end == "away":
            self._say(second, "quit")
        if end != "no":
            self.market.wait(21)

    def _auction(self) -> Auction:
        return cast(Auction, self.market.instance("auction").state)  # of that name: it may have been reloaded

    def _trading(self) -> Trading:
        return cast(Trading, self.market.instance("trading").state)

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        self.market.count()
        self.need_gold()
        assert [i for i in self.market.things if i in self.things] == self.things

    @invariant()
    def every_effect_ticks_and_ends_by_the_clock_and_figures_are_what_effects_make_them(self) -> None:
        self.market.book.check()

    @invariant()
    def an_item_is_itself(self) -> None:
        found = self.market.game.world.items.get(self.wand)
        if found is not None:
            assert (found.values, found.short) == ({"charges": 2}, "a wand of Ada's")

    @invariant()
    def every_lot_has_its_item_its_gold_and_one_timer_or_one_end(self) -> None:
        state, world = self._auction(), self.market.game.world
        for found in state.lots.values():
            assert world.items[found.item].owner == f"escrow:auction:{found.seller}:{found.number}"
        bids = {f"escrow:auction:{x.bidder}:{x.number}": x.bid for x in state.lots.values() if x.bids}
        accounts = world.ledger.balances.items()
        assert bids == {a: n for a, n in accounts if a.startswith("escrow:auction:") and a.count(":") == 3}
        ends = Counter(t.payload.data["lot"] for t in world.timers.of("auction", "Ends"))  # type: ignore[union-attr]
        assert ends == Counter(list(state.lots))
        numbers = sorted([*state.lots, *(past.number for past in state.history)])
        assert numbers == list(range(1, state.last + 1))

    @invariant()
    @precondition(lambda self: self.market.registry.active("trading"))
    def nothing_stays_on_a_table_that_nobody_sits_at(self) -> None:
        state, world = self._trading(), self.market.game.world
        seats = sorted(seat for w in state.windows.values() for seat in (w.one, w.two))
        assert seats == sorted(state.seats) and set(state.seats.values()) == set(state.windows)
        for key in {*world.owners("escrow:trading:"), *(a for a in world.ledger.balances if ":trading:" in a)}:
            character = key.rpartition(":")[2]
            if character in world.characters:
                assert character in state.seats


def strengthen(player: Player) -> None:
    """Somebody who can cast everything."""
    me = player.character
    me.level, me.max_hp, me.hp, me.max_mana, me.mana = 20, 100, 100, 10_000, 10_000


#: One that fails ends at once and prints how to have it again: to shrink 40 steps of this game takes an hour.
SHORT = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    report_multiple_bugs=False,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
TestEconomy = Economy.TestCase
TestEconomy.settings = SHORT


class LongEconomy(Economy):
    """The same, for longer."""


TestLongEconomy = pytest.mark.soak(LongEconomy.TestCase)
TestLongEconomy.settings = settings(SHORT, max_examples=3000, stateful_step_count=80)
