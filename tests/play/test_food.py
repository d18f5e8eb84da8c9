"""Food and drink, on the starter world."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.play import bodies, zones
from mud.testing import Kit, Player

WORLD = Path(__file__).parent.parent.parent / "world"


@pytest.fixture
def ada() -> Player:
    """Ada, tired, at the pump."""
    kit = Kit(world=WORLD)
    player = kit.player("Ada", "builder")
    player.do("drop all", "goto well_square")
    kit.act(lambda ctx: bodies.spend(ctx, player.character, move=60))
    return player


def test_a_meal_gives_back_breath_and_is_gone(ada: Player) -> None:
    kit, before = ada.kit, ada.character.move
    kit.make_item("loaf", ada.character)
    assert ada.do("eat loaf").startswith("You eat a") and ada.character.move == before + 16
    assert ada.do("eat loaf") == "There is no 'loaf' in your hands."
    assert ada.do("eat") == "Eat what?"
    kit.make_item("rope", ada.character)
    assert ada.do("eat rope").startswith("You can't eat a coil")


def test_a_vessel_is_drunk_empty_and_filled_again(ada: Player) -> None:
    mug = ada.kit.make_item("mug_of_stout", ada.character)
    assert ada.do("drink mug") == "You drink stout from a mug of stout."
    assert ada.do("drink stout") == "You drink stout from a mug of stout.", "it answers to what is in it"
    for _ in range(3):
        ada.do("drink from mug")
    assert ada.do("drink mug").endswith("A mug is empty now.")
    assert ada.do("drink mug") == "A mug is empty."
    ada.kit.copyover()
    assert ada.do("fill mug") == "You fill a mug with water from the town pump."
    assert ada.do("fill mug") == "A mug of water is full." and ada.do("drink pump").startswith("You drink water")
    assert ada.kit.game.world.items[mug.id].values == {"drinks": 6, "liquid": 0}
    ada.do("s")
    assert ada.do("drink mug") == "You drink water from a mug of water."
    assert ada.do("fill mug") == "There is nothing here to fill it from."


def test_what_the_chandler_sells_works(ada: Player) -> None:
    kit = ada.kit
    for kind in ("heartsease", "homeward_chart", "squall_stick"):
        kit.make_item(kind, ada.character)
    kit.act(lambda ctx: bodies.spend(ctx, ada.character, hp=15))
    assert "You feel a lot better!" in ada.do("quaff heartsease")
    ada.do("recite chart")
    assert ada.character.room == "quay_steps"
    ada.do("goto shingle")
    kit.act(lambda ctx: zones.make_mob(ctx, "bell_ringer", "shingle"))
    assert "A spark hits" in ada.do("use stick ringer") and "charges left: 4" in ada.do("cast identify stick")
