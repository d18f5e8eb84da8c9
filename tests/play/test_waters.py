"""Deep water needs a boat; who is on it comes ashore without one."""

from __future__ import annotations

import pytest

from mud.core.world import area as a
from mud.play.fights import ways_out
from mud.testing import Kit, Player


def room(id_: str, sector: str, **exits: str) -> a.RoomDef:
    """A room."""
    ways = {direction: a.ExitDef(to=to) for direction, to in exits.items()}
    return a.RoomDef(id=id_, name=id_.capitalize(), sector=sector, exits=ways)


SEA = a.WorldDef.of(
    [
        a.AreaDef(
            id="sea",
            name="Sea",
            rooms=(
                room("beach", "field", north="shallows"),
                room("shallows", "water_swim", north="deep", south="beach"),
                room("deep", "water_noswim", north="abyss", south="shallows"),
                room("abyss", "water_noswim", south="deep"),
            ),
            items=(
                a.ItemDef(id="raft", keywords=("raft",), short="a raft", kind="boat", wear=("take",)),
                a.ItemDef(id="oar", keywords=("oar",), short="an oar", wear=("take",)),
            ),
            mobs=(
                a.MobDef(id="crab", keywords=("crab",), short="a crab"),
                a.MobDef(id="gull", keywords=("gull",), short="a gull", affects=("flying",)),
                a.MobDef(id="strider", keywords=("strider",), short="a strider", affects=("waterwalk",)),
            ),
        )
    ],
    "beach",
)


@pytest.fixture
def kit() -> Kit:
    return Kit(world=SEA)


@pytest.fixture
def ada(kit: Kit) -> Player:
    return kit.player("Ada")


def test_without_a_boat_one_swims_as_far_as_one_can(kit: Kit, ada: Player) -> None:
    kit.make_item("oar", ada.character)
    ada.do("north")
    assert ada.do("north") == "You need a boat to go there." and ada.character.room == "shallows"
    before = ada.character.move
    ada.do("north")
    assert ada.character.move == before, "and it costs no breath to hear that"


def test_with_a_boat_one_goes_on(kit: Kit, ada: Player) -> None:
    kit.make_item("raft", ada.character)
    ada.do("north", "north", "north")
    assert ada.character.room == "abyss"


def test_who_loses_the_boat_comes_ashore_and_goes_no_further(kit: Kit, ada: Player) -> None:
    kit.make_item("raft", ada.character)
    ada.do("north", "north", "drop raft")
    assert ada.do("north") == "You need a boat to go there."
    ada.do("south")
    assert ada.character.room == "shallows"


def test_builders_walk_on_water(kit: Kit) -> None:
    bob = kit.player("Bob", "builder")
    bob.do("north", "north")
    assert bob.character.room == "deep"


def test_nobody_runs_into_deep_water(kit: Kit, ada: Player) -> None:
    ada.do("north")
    assert [direction for direction, _ in ways_out(kit.game.world, ada.character)] == ["south"]
    kit.make_item("raft", ada.character)
    assert [direction for direction, _ in ways_out(kit.game.world, ada.character)] == ["north", "south"]


@pytest.mark.parametrize(("kind", "away"), [("crab", False), ("gull", True), ("strider", True)])
def test_a_mob_goes_where_it_can(kit: Kit, kind: str, away: bool) -> None:
    mob = kit.make_mob(kind, "shallows")
    ways = [way.to for _, way in ways_out(kit.game.world, mob)]
    assert ("deep" in ways) is away


def test_what_lives_in_deep_water_is_at_home_in_it(kit: Kit) -> None:
    fish = kit.make_mob("crab", "deep")
    assert [way.to for _, way in ways_out(kit.game.world, fish)] == ["abyss", "shallows"]
