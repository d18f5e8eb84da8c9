"""Whatever happens, no tick is lost or doubled, and figures are what effects make them."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from modules.buffs import MODULE
from modules.buffs.kinds import KINDS
from modules.buffs.state import sums
from modules.buffs.tests.stage import WORLD, give, left, noted, sane, strong, take, ticks_of
from mud.core import events as e
from mud.play import bodies
from mud.testing import Kit

#: Kinds that hurt by ticks, which the model below keeps an eye on; and others, for company.
BURNING, OTHERS = ("slow fire", "poison"), ("armor", "strength", "stone skin", "bless", "curse", "haste")

DEED = st.one_of(
    st.tuples(st.just("give"), st.sampled_from(BURNING), st.integers(1, 400).map(lambda n: n / 10)),
    st.tuples(st.just("give"), st.sampled_from(OTHERS), st.integers(1, 400).map(lambda n: n / 10)),
    st.tuples(st.just("take"), st.sampled_from((*BURNING, *OTHERS)), st.just(0.0)),
    st.tuples(st.just("wait"), st.just(""), st.integers(0, 150).map(lambda n: n / 10)),
    st.tuples(st.just("wait"), st.just(""), st.sampled_from((3.0, 10.0, 30.0))),
    st.tuples(st.sampled_from(("copyover", "pause", "stall", "away")), st.just(""), st.integers(0, 50).map(float)),
    st.tuples(st.sampled_from(("flush", "crash", "wear", "remove", "restart")), st.just(""), st.just(7.0)),
)


class Model:
    """What burns, and what it has cost: in whole milliseconds, from one end of time to the other."""

    def __init__(self) -> None:
        self.now = 0
        self.lost = 0
        self.burning: dict[str, list[int]] = {}  # kind: stacks, next tick, end

    def give(self, kind: str, seconds: float) -> None:
        """Both kinds stack, and tick on as they did."""
        ends = self.now + round(seconds * 1000)
        every = round(KINDS[kind].every * 1000)
        old = self.burning.get(kind)
        if old is None:
            self.burning[kind] = [1, self.now + every, ends]
        else:
            old[0], old[2] = min(KINDS[kind].stacks, old[0] + 1), max(old[2], ends)

    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.now += round(seconds * 1000)
        for kind, (stacks, tick, ends) in list(self.burning.items()):
            while tick <= min(self.now, ends):
                self.lost -= ticks_of(kind, stacks=stacks)
                tick += round(KINDS[kind].every * 1000)
            self.burning[kind][1] = tick
            if ends <= self.now:
                del self.burning[kind]


@settings(max_examples=120, deadline=None)
@given(st.lists(DEED, min_size=3, max_size=30))
def test_no_tick_is_lost_or_doubled_and_figures_are_the_sum(deeds: list[tuple[str, str, float]]) -> None:
    kit = Kit(MODULE, world=WORLD)
    state = begin(kit)
    for deed in deeds:
        DEEDS[deed[0]](kit, state, deed[1], deed[2])
        ada = state["ada"]
        assert ada.character.hp == 10**6 - state["model"].lost
        assert {n: round(1000 * left(kit, ada, n)) for n in state["model"].burning} == {
            n: ends - state["model"].now for n, (_, _, ends) in state["model"].burning.items()
        }
        assert sane(kit) and summed(kit, ada)


def begin(kit: Kit) -> dict[str, Any]:
    """Ada, who mends by nothing, and has a ring."""
    ada = kit.player("Ada")
    strong(ada, 10**6)
    ada.character.position = "fighting"
    kit.make_item("ring", ada.character)
    kit.flush()
    return {"ada": ada, "model": Model(), "disk": Model()}


def summed(kit: Kit, ada: Any) -> bool:
    """Whether a body's figures are its own and what is on it."""
    me = ada.character
    bare = copy.copy(me)
    bare.effects = {}
    by = sums(noted(kit, ada).effects)
    with_, without = bodies.figures(kit.game.world, me), bodies.figures(kit.game.world, bare)
    return all(getattr(with_, n) - getattr(without, n) == by.get(n, 0) for n in with_._fields)


def do_give(kit: Kit, state: dict[str, Any], kind: str, seconds: float) -> None:
    give(kit, state["ada"], kind, seconds=seconds)
    if kind in BURNING:
        state["model"].give(kind, seconds)


def do_take(kit: Kit, state: dict[str, Any], kind: str, seconds: float) -> None:
    take(kit, state["ada"], kind)
    state["model"].burning.pop(kind, None)


def do_wait(kit: Kit, state: dict[str, Any], kind: str, seconds: float) -> None:
    kit.wait(seconds)
    state["model"].wait(seconds)


def do_stall(kit: Kit, state: dict[str, Any], kind: str, seconds: float) -> None:
    kit.now += seconds
    kit.wait(0.0)
    state["model"].wait(seconds)


def do_copyover(kit: Kit, state: dict[str, Any], kind: str, seconds: float) -> None:
    kit.copyover(seconds=seconds)


def do_pause(kit: Kit, state: dict[str, Any], kind: str, seconds: float) -> None:
    kit.manage("pause")
    kit.wait(seconds)
    kit.manage("resume")
    kit.wait(0.0)
    state["model"].wait(seconds)


def do_restart(kit: Kit, state: dict[str, Any], kind: str, seconds: float) -> None:
    kit.manage("restart")


def do_away(kit: Kit, state: dict[str, Any], kind: str, seconds: float) -> None:
    """Slow fire ends by it, poison stands still."""
    ada, model = state["ada"], state["model"]
    ada.character.position = "standing"
    ada.do("quit")
    kit.post(e.Lost(ada.session, "quit"))
    kit.flush()
    kit.wait(seconds)
    state["ada"] = kit.player("Ada")
    state["ada"].character.position = "fighting"
    model.burning.pop("slow fire", None)
    kit.flush()
    state["disk"] = copy.deepcopy(model)


def do_flush(kit: Kit, state: dict[str, Any], kind: str, seconds: float) -> None:
    kit.flush()
    state["disk"] = copy.deepcopy(state["model"])


def do_crash(kit: Kit, state: dict[str, Any], kind: str, seconds: float) -> None:
    kit.crash(seconds)
    state["ada"], state["model"] = kit.player("Ada"), copy.deepcopy(state["disk"])


def do_wear(kit: Kit, state: dict[str, Any], kind: str, seconds: float) -> None:
    state["ada"].do("wear ring")


def do_remove(kit: Kit, state: dict[str, Any], kind: str, seconds: float) -> None:
    state["ada"].do("remove ring")


DEEDS = {name.removeprefix("do_"): do for name, do in list(globals().items()) if name.startswith("do_")}
