"""The journal: an event happens whole, or not at all."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from mud.core.clock import Clock
from mud.core.journal import Journal
from mud.core.ledger import LIMIT, MINT, SINK, Ledger, LedgerError
from mud.core.timers import LinkDeadEnds, ZoneReset
from mud.core.world import area as a
from mud.core.world.model import Character, Item
from mud.core.world.world import World


def small_world() -> World:
    """Three rooms, a player with a bag in which is a ring, a mob, and gold."""
    rooms = tuple(a.RoomDef(id=i, name=i, exits={"north": a.ExitDef(to="b", door=True)}) for i in "abc")
    items = tuple(a.ItemDef(id=i, keywords=(i,), short=i, wear=("take",)) for i in ("bag", "ring"))
    area = a.AreaDef(
        id="x", name="x", rooms=rooms, items=items, mobs=(a.MobDef(id="rat", keywords=("rat",), short="rat"),)
    )
    world = World(a.WorldDef.of([area]))
    world.serial = 10
    world.journal.begin()
    world.add_character(Character(id="p1", name="Ada", room="a", account="Ada"))
    world.add_character(Character(id="m1", name="rat", room="a", mob="rat"))
    world.add_item(Item(id="i1", kind="bag", owner="char:p1"))
    world.add_item(Item(id="i2", kind="ring", owner="item:i1"))
    world.ledger.transfer(MINT, "char:p1", 100, "begin", 0.0)
    world.journal.commit()
    return world


def picture(world: World) -> bytes:
    """All of a world, its indexes too, as bytes that can be compared."""
    present = {room: [c.id for c in world.present(room)] for room in world.defs.rooms}
    held = {key: [i.id for i in world.held(key)] for key in ("char:p1", "item:i1", "item:i2", "room:a", "room:b")}
    counts = [world.count("mob", "rat"), world.count("item", "bag"), world.count("item", "ring")]
    entries = msgspec.to_builtins(world.ledger.unwritten)
    state = msgspec.to_builtins(world.state(0.0))
    state["serial"] = state["timer_serial"] = 0  # numbers that were given out are never given again
    state["ledger_seq"] = 0
    for name in ("characters", "items", "timers"):
        state[name].sort(key=lambda each: each["id"])  # by id: in which order they are kept says nothing
    return msgspec.json.encode([state, present, held, counts, entries, world.away() == []], order="deterministic")


CHANGES: dict[str, Callable[[World], Any]] = {
    "move": lambda w: w.move_character(w.characters["p1"], "b"),
    "drop": lambda w: w.move_item(w.items["i1"], "room:a"),
    "take out": lambda w: w.move_item(w.items["i2"], "char:p1", "finger_left"),
    "title": lambda w: (w.edit(w.characters["p1"]), setattr(w.characters["p1"], "title", "the Brave")),
    "setting": lambda w: (w.edit(w.characters["p1"]), w.characters["p1"].settings.update(brief="on")),
    "value": lambda w: (w.edit(w.items["i2"]), w.items["i2"].values.update(charges=3)),
    "door": lambda w: w.set_door("a", "north", "locked"),
    "pay": lambda w: w.ledger.transfer("char:p1", SINK, 30, "lost", 1.0),
    "timer": lambda w: w.timers.set(5.0, ZoneReset("x")),
    "no timer": lambda w: [w.timers.cancel(t) for t in list(w.timers.pending)],
    "mob gone": lambda w: w.remove_mob(w.characters["m1"]) if "m1" in w.characters else None,
    "new item": lambda w: w.add_item(Item(id=w.new_id("i"), kind="ring", owner="room:b")),
    "bag gone": lambda w: w.remove_item(w.items["i1"]) if "i1" in w.items else None,
    "leave": lambda w: w.leave(w.characters["p1"]) if not w.characters["p1"].away else w.enter(w.characters["p1"]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_undone(name: str) -> None:
    world = small_world()
    world.timers.set(9.0, LinkDeadEnds("p1"))
    world.journal.commit()
    before, dirty = picture(world), set(world.journal.dirty)
    world.journal.begin()
    CHANGES[name](world)
    assert picture(world) != before
    world.journal.rollback()
    assert picture(world) == before
    assert world.journal.dirty == dirty


@pytest.mark.parametrize("seed", range(60))
def test_any_mix_of_changes_is_undone_or_kept_whole(seed: int) -> None:
    dice = random.Random(seed)
    world = small_world()
    for _ in range(12):
        before, failed = picture(world), False
        world.journal.begin()
        for name in dice.choices(list(CHANGES), k=dice.randrange(1, 9)):
            try:
                CHANGES[name](world)
            except (KeyError, ValueError, LedgerError):
                failed = True  # as a handler would fail: in the middle
                break
        if failed or dice.random() < 0.5:
            world.journal.rollback()
            assert picture(world) == before
        else:
            world.journal.commit()
        assert world.ledger.total() == 0


def test_a_timer_whose_cancelling_is_undone_still_fires() -> None:
    world = small_world()
    timer = world.timers.set(1.0, ZoneReset("x"))
    world.journal.commit()
    world.timers.cancel(timer.id)
    world.journal.rollback()
    now = Clock(lambda: 0.0, lambda: 0.0, game=2.0)
    assert world.timers.take_due(now) == timer
    assert world.timers.take_due(now) is None


def test_a_container_can_not_end_up_inside_itself() -> None:
    world = small_world()
    world.journal.begin()
    with pytest.raises(ValueError, match="inside itself"):
        world.move_item(world.items["i1"], "item:i2")
    world.journal.rollback()
    assert [i.id for i in world.held("char:p1")] == ["i1"]


@pytest.mark.parametrize("amount", [-1, LIMIT + 1, 1.5, True, "3", None])
def test_amounts_that_are_none(amount: object) -> None:
    ledger = Ledger(Journal())
    with pytest.raises(LedgerError):
        ledger.transfer(MINT, "char:p1", amount, "x", 0.0)  # type: ignore[arg-type]
    assert ledger.balances == {} and ledger.unwritten == []


def test_the_bounds_of_an_account() -> None:
    ledger = Ledger(Journal())
    ledger.transfer(MINT, "char:p1", LIMIT, "all there is", 0.0)
    with pytest.raises(LedgerError, match="can't hold more"):
        ledger.transfer(MINT, "char:p1", 1, "one more", 0.0)
    with pytest.raises(LedgerError, match="has 0 gold, not 1"):
        ledger.transfer("char:p2", "char:p3", 1, "nothing", 0.0)
    ledger.transfer("char:p1", SINK, LIMIT, "gone", 0.0)
    assert ledger.balances == {MINT: -LIMIT, SINK: LIMIT} and ledger.total() == 0
