"""Rooms on a grid."""

from __future__ import annotations

from mud.core.world.layout import Route, lay_out, routes

#: A flat block of four rooms, a cellar under it, and a fifth room that four steps round the block lead to.
WAYS = {
    "a": [("east", "b"), ("south", "c"), ("down", "cellar")],
    "b": [("west", "a"), ("south", "d")],
    "c": [("north", "a"), ("east", "d")],
    "d": [("west", "c"), ("north", "bent"), ("northeast", "far")],
    "far": [("southwest", "d")],
    "bent": [("south", "d")],
}


def ways(room: str) -> list[tuple[str, str]]:
    return WAYS.get(room, [])


def test_rooms_stand_where_their_exits_say() -> None:
    plan = lay_out("a", ways)
    assert plan.cells == {"a": (0, 0), "b": (1, 0), "c": (0, 1), "d": (1, 1), "far": (2, 0)}
    assert plan.at()[2, 0] == "far"


def test_who_finds_the_place_taken_is_left_out_and_named() -> None:
    assert lay_out("a", ways).left_out == ["bent"]
    assert lay_out("bent", ways).left_out == ["b"]


def test_the_plan_ends_where_it_is_told_to() -> None:
    assert set(lay_out("a", ways, columns=1, rows=0).cells) == {"a", "b"}
    assert set(lay_out("a", ways, columns=0, rows=0).cells) == {"a"}


def test_who_is_beyond_the_edge_by_one_way_is_still_found_by_another() -> None:
    ring = {"a": [("west", "b"), ("south", "c")], "c": [("north", "a"), ("southwest", "b")], "b": [("east", "a")]}
    assert lay_out("a", lambda room: ring[room], columns=0).left_out == []


def test_routes_are_the_shortest_and_the_nearest_come_first() -> None:
    assert routes("a", ways, 2) == [
        Route("b", ("east",)),
        Route("c", ("south",)),
        Route("cellar", ("down",)),
        Route("d", ("east", "south")),
    ]
    assert routes("a", ways, 0) == []
