"""junk: it asks, it destroys just what it asked about, and a curse holds here as everywhere."""

from __future__ import annotations

import pytest

from mud.core.text.markup import strip
from mud.core.world.area import AreaDef, ItemDef, RoomDef, WorldDef
from mud.core.world.model import Item
from mud.testing import Kit, Player

TAKE = ("take", "finger")
ITEMS = (
    ItemDef(id="stone", keywords=("stone",), short="a cursed stone", wear=TAKE, flags=("nodrop",)),
    ItemDef(id="gem", keywords=("gem",), short="a gem", wear=TAKE),
    ItemDef(id="bag", keywords=("bag",), short="a bag", kind="container", wear=TAKE),
)
WORLD = WorldDef.of(
    [AreaDef(id="kit", name="Kit", reset_when="never", rooms=(RoomDef(id="hall", name="Hall"),), items=ITEMS)]
)


@pytest.fixture
def ada() -> Player:
    """Ada with 50 gold coins, two gems and a bag; Bob has a gem."""
    kit = Kit(world=WORLD)
    ada, bob = kit.player("Ada", gold=50), kit.player("Bob")
    for kind in ("gem", "gem", "bag"):
        kit.make_item(kind, ada.character)
    kit.make_item("gem", bob.character)
    ada.read()
    return ada


def held(player: Player) -> list[str]:
    world = player.kit.game.world
    return sorted(item.kind for item in world.all_inside(player.character.owner_key))


def test_it_asks_and_yes_destroys(ada: Player) -> None:
    bob = ada.kit.players[2]
    ada.do("junk gem")
    assert strip(ada.prompt) == "Destroy a gem for ever? (yes/no) "
    assert held(ada) == ["bag", "gem", "gem"]
    bob.read()
    assert ada.do("yes") == "You destroy a gem."
    assert bob.read() == "Ada destroys a gem."
    assert held(ada) == ["bag", "gem"]
    assert ada.kit.audit() == []


@pytest.mark.parametrize("answer", ["no", "", "what?", "n", "yes please"])
def test_anything_but_yes_leaves_it(ada: Player, answer: str) -> None:
    ada.do("junk gem")
    assert ada.do(answer) == "Left as it is."
    assert held(ada) == ["bag", "gem", "gem"]


def test_a_container_goes_with_what_is_in_it_and_the_question_says_so(ada: Player) -> None:
    ada.do("put gem bag", "put 10 gold in bag", "junk bag")
    assert strip(ada.prompt) == "Destroy a bag, and 2 things inside, for ever? (yes/no) "
    ada.do("yes")
    assert held(ada) == ["gem"]
    assert ada.kit.game.world.ledger.balance("sink") == 10
    assert ada.kit.audit() == []


def test_all_of_a_kind_is_listed_before_it_is_asked(ada: Player) -> None:
    assert ada.do("junk all.gem") == "To be destroyed:\n  (2) a gem"
    assert strip(ada.prompt) == "Destroy these 2 things for ever? (yes/no) "
    ada.do("yes")
    assert held(ada) == ["bag"]


def test_what_comes_after_the_question_is_safe_from_the_answer(ada: Player) -> None:
    ada.do("junk gem", "!drop all.gem")
    ada.kit.players[2].do("give gem ada")
    ada.read()
    assert ada.do("yes") == "It is no longer in your hands."
    assert held(ada) == ["bag", "gem"]


def test_the_question_survives_a_copyover(ada: Player) -> None:
    ada.do("junk gem")
    ada.kit.copyover()
    assert ada.do("yes") == "You destroy a gem."


def test_what_is_cursed_is_not_destroyed_at_any_depth(ada: Player) -> None:
    bag = next(i for i in ada.kit.game.world.carried(ada.character) if i.kind == "bag")
    stone = ada.kit.make_item("stone", ada.character)
    assert ada.do("junk stone") == "You can't let go of a cursed stone."
    because = "You can't let go of a bag because of a cursed stone in it."
    ada.kit.act(lambda ctx: ctx.world.move_item(stone, bag.owner_key))
    assert ada.do("junk bag") == because
    assert ada.do("junk all").startswith(because)
    ada.do("yes")
    assert held(ada) == ["bag", "stone"]


def test_a_curse_that_came_in_after_the_question_holds_too(ada: Player) -> None:
    bag: Item = next(i for i in ada.kit.game.world.carried(ada.character) if i.kind == "bag")
    ada.do("junk bag")
    stone = ada.kit.make_item("stone", ada.character)
    ada.kit.act(lambda ctx: ctx.world.move_item(stone, bag.owner_key))
    assert ada.do("yes") == "You can't let go of a bag because of a cursed stone in it."


@pytest.mark.parametrize("gold", ["10 gold", "all gold", "1 coin"])
def test_gold_is_not_junked(ada: Player, gold: str) -> None:
    assert ada.do(f"junk {gold}").startswith("Gold can't be junked.")
