"""Small things that files say: who may wear a thing or walk into a room, and what works on whom."""

from __future__ import annotations

import pytest

from mud.core.world.area import AreaDef, ExitDef, ItemDef, Modifier, RoomDef, WorldDef
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of

TAKE = ("take", "neck")
HARDER = (Modifier(apply="hit_points", by=7),)
ITEMS = (
    ItemDef(id="helm", keywords=("helm",), short="a helm", kind="worn", wear=TAKE, level=5),
    ItemDef(id="cross", keywords=("cross",), short="a cross", kind="worn", wear=TAKE, flags=("anti_evil", "nodrop")),
    ItemDef(id="ring", keywords=("ring",), short="a ring", kind="worn", wear=TAKE, modifiers=HARDER),
    ItemDef(id="bag", keywords=("bag",), short="a bag", kind="container", wear=TAKE, values={"capacity": 20}),
)
ROOMS = (RoomDef(id="yard", name="Yard"), RoomDef(id="moor", name="Moor"))
WORLD = WorldDef.of([AreaDef(id="land", name="Land", reset_when="never", rooms=ROOMS, items=ITEMS)])


GODS = WorldDef.of(
    [
        AreaDef(
            id="land",
            name="Land",
            rooms=(
                RoomDef(id="yard", name="Yard", exits={"up": ExitDef(to="board"), "west": ExitDef(to="yard")}),
                RoomDef(id="board", name="The Board Room", flags=("godroom",)),
            ),
        )
    ]
)


def test_players_do_not_walk_in_on_the_gods() -> None:
    kit = Kit(world=GODS)
    ada, bob = kit.player("Ada"), kit.player("Bob", "builder")
    assert ada.do("up").endswith("Something you can't name keeps you from going there.")
    assert "The Board Room" in bob.do("up")


kit = kit_of(world=WORLD)


@pytest.fixture
def ada(kit: Kit, ada: Player) -> Player:
    """Ada, with one of everything that can be carried."""
    for item in ITEMS:
        if "take" in item.wear:
            kit.make_item(item.id, ada.character)
    return ada


def test_what_a_file_says_of_who_may_wear_it_is_kept(ada: Player) -> None:
    assert ada.do("wear helm") == "A helm is for those of level 5 and above."
    ada.character.level, ada.character.alignment = 5, -350
    assert ada.do("wear helm").startswith("You wear a helm")
    assert ada.do("wear cross") == "A cross burns your hands: it is not for the evil."


def test_what_one_wears_already_is_told_so(ada: Player) -> None:
    ada.do("wear ring")
    assert ada.do("wear ring") == "You wear a ring already."
    ada.do("drop all", "wear cross")
    assert ada.do("wear all") == "There is nothing in your hands."


def test_what_can_not_be_let_go_of_goes_into_no_bag_on_the_ground(ada: Player) -> None:
    ada.do("drop bag")
    assert ada.do("put cross in bag") == "You can't let go of a cross."
    ada.do("get bag")
    assert ada.do("put cross in bag") == "You put a cross into a bag."


def test_affects_says_what_works_on_one(ada: Player) -> None:
    assert ada.do("affects") == "Nothing works on you: you are all yourself."
    ada.do("wear ring")
    ada.kit.act(lambda ctx: ctx.world.edit(ada.character))
    ada.character.effects.update(charm={"strength": 2, "detect_invisible": 1})
    assert ada.do("aff") == "What works on you:\n  magic: strength +2, detect invisible\n  a ring: hp +7"
