"""The starter world: large enough, whole, and possible to get to the end of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mud.areas.load import load
from mud.core.world import area as a

WORLD = load(Path(__file__).parent.parent.parent / "world")

#: Exits without a way straight back: where, and why.
ONE_WAY: dict[tuple[str, str], str] = {
    ("well_shaft", "up"): "the well's cover opens from below only: it lets out who is shut in, and nobody in",
}


def placed() -> set[str]:
    """Ids of all items that a reset makes or a shop sells."""
    found = {s for area in WORLD.areas.values() for shop in area.shops for s in shop.sells}
    found |= {item for area in WORLD.areas.values() for item in area.newcomer_items}
    makes = a.ItemReset | a.GiveReset | a.EquipReset | a.PutReset
    return found | {r.id for area in WORLD.areas.values() for r in area.resets if isinstance(r, makes)}


def reachable(start: str, keys: set[str], ways: Callable[[a.ExitDef], bool] = lambda way: True) -> set[str]:
    """Rooms that can be walked to from `start` with `keys`, by exits that `ways` allows; other doors open by hand."""
    reached, ahead = set(), [start]
    while ahead:
        room = ahead.pop()
        if room not in reached:
            reached.add(room)
            exits = WORLD.rooms[room].exits.values()
            ahead += [w.to for w in exits if w.to and ways(w) and (w.state != "locked" or w.key in keys)]
    return reached


def lying_in(rooms: set[str]) -> set[str]:
    """Ids of the items that resets put on the ground of these rooms."""
    resets = (r for area in WORLD.areas.values() for r in area.resets)
    return {r.id for r in resets if isinstance(r, a.ItemReset) and r.room in rooms}


def test_it_is_large_enough() -> None:
    assert len(WORLD.rooms) >= 45
    assert len(WORLD.mobs) >= 15
    assert len(WORLD.items) >= 40


def test_every_room_can_be_reached() -> None:
    assert reachable(WORLD.start, set(WORLD.items)) == set(WORLD.rooms)


def test_no_key_lies_behind_its_own_lock() -> None:
    keys: set[str] = set()
    while found := lying_in(reachable(WORLD.start, keys)) - keys:
        keys |= found
    assert reachable(WORLD.start, keys) == set(WORLD.rooms)
    assert {"green_key", "heron_key"} <= keys


def test_nobody_is_shut_in() -> None:
    """Whoever logs out behind a door wakes behind it, without its key, after a reset has locked and hidden it."""
    stuck = {r for r in WORLD.rooms if WORLD.start not in reachable(r, set(), lambda way: not way.hidden)}
    assert stuck == set()


def test_every_way_leads_back() -> None:
    one_way = {
        (room.id, direction)
        for room in WORLD.rooms.values()
        for direction, way in room.exits.items()
        if WORLD.rooms[way.to or ""].exits.get(a.DIRECTIONS[direction], a.ExitDef(to=None)).to != room.id
    }
    assert one_way == set(ONE_WAY)


def test_a_door_is_a_door_from_both_sides() -> None:
    for room in WORLD.rooms.values():
        for direction, way in room.exits.items():
            if (room.id, direction) in ONE_WAY:
                assert not way.door
                continue
            back = WORLD.rooms[way.to or ""].exits[a.DIRECTIONS[direction]]
            assert (way.door, way.key, way.state) == (back.door, back.key, back.state), (room.id, direction)


def test_descriptions_are_worth_reading_and_each_its_own() -> None:
    texts = [room.description for room in WORLD.rooms.values()]
    assert min(map(len, texts)) >= 120
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("kind", ["rooms", "items"])
def test_every_key_can_be_had(kind: str) -> None:
    doors = {way.key for room in WORLD.rooms.values() for way in room.exits.values() if way.key}
    lids = {
        str(item.values["key"]) for item in WORLD.items.values() if "key" in item.values and item.kind == "container"
    }
    keys = doors if kind == "rooms" else lids
    assert keys and keys <= placed()


def test_every_mob_and_every_item_is_somewhere() -> None:
    mobs = {r.id for area in WORLD.areas.values() for r in area.resets if isinstance(r, a.MobReset)}
    assert mobs == set(WORLD.mobs)
    assert placed() == set(WORLD.items)


def test_nobody_aggressive_waits_where_newcomers_are() -> None:
    harbour = {room.id for room in WORLD.areas["harbour"].rooms}
    resets = [r for area in WORLD.areas.values() for r in area.resets if isinstance(r, a.MobReset)]
    assert not [r.id for r in resets if "aggressive" in WORLD.mobs[r.id].flags and r.room in harbour]
