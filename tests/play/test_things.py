"""Items and gold in hand."""

from __future__ import annotations

import pytest

from mud.play import zones
from mud.testing import Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import SMALL

kit = kit_of(world=SMALL)


@pytest.fixture
def ada(ada: Player) -> Player:
    """Ada, in the hall, where the things are."""
    ada.do("north")
    return ada


def make(ada: Player, *kinds: str) -> None:
    """Things into Ada's hands."""
    ctx = ada.kit.game._context(None)
    for kind in kinds:
        zones.make_item(ctx, kind, ada.character.owner_key)
    ada.kit.game.world.journal.commit()


def test_get_and_drop(ada: Player) -> None:
    assert ada.do("get sword") == "You get a short sword."
    assert "short sword" in ada.do("i") and "sword" not in ada.do("look")
    assert ada.do("get sword") == "There is no 'sword' here to take."
    assert ada.do("drop all") == "You drop a short sword."
    assert ada.do("get chest") == "You can't take an oak chest."
    assert ada.do("get") == "Get what?"


def test_the_second_of_a_kind_and_all_of_a_kind(ada: Player) -> None:
    make(ada, "bread", "sword", "bread", "bread")
    assert ada.do("drop 2.bread") == "You drop a loaf of bread."
    assert ada.do("drop 9.bread") == "There is no 'bread' number 9 in your hands."
    assert ada.do("drop all.bread").count("You drop a loaf of bread.") == 2
    assert "(1)" not in ada.do("i") and ada.do("i") == "You carry:\n  a short sword"


def test_containers(ada: Player) -> None:
    make(ada, "bag", "ring", "bread")
    assert ada.do("put ring in bag") == "You put a ring into a bag."
    assert ada.do("look in bag") == "In a bag:\n  a ring"
    assert ada.do("put bag in bag") == "A bag can't go into itself."
    assert ada.do("get ring from bag") == "You get a ring from a bag."
    assert ada.do("put bread in chest") == "An oak chest is closed."
    assert (
        ada.do("open chest", "put bread in chest")
        == "You open an oak chest.\nYou put a loaf of bread into an oak chest."
    )
    assert ada.do("put all in chest").endswith("into an oak chest.")
    assert ada.do("get all chest").count("You get") == 4
    assert ada.do("close chest", "get all chest").endswith("An oak chest is closed.")


def test_a_bag_can_not_go_into_what_it_holds(ada: Player) -> None:
    make(ada, "bag", "bag")
    assert ada.do("put 2.bag in bag") == "You put a bag into a bag."
    outer = next(i for i in ada.kit.game.world.carried(ada.character))
    inner = ada.kit.game.world.held(outer.owner_key)[0]
    assert inner.owner == outer.owner_key


def test_a_container_holds_no_more_than_it_can(ada: Player) -> None:
    make(ada, "bag", *["bread"] * 25)
    said = ada.do("put all.bread in bag")
    assert said.count("You put") == 20 and said.endswith("\nA loaf of bread does not fit into a bag.")
    assert ada.do("put bread in bag") == "A loaf of bread does not fit into a bag."
    assert len(ada.kit.game.world.carried(ada.character)) == 6


def test_what_is_not_there_is_named(ada: Player) -> None:
    make(ada, "bread")
    assert ada.do("wear all") == "You have nothing that you could wear now."
    assert ada.do("get all corpse") == "There is no 'corpse' here to take from."
    assert ada.do("get all.bread corpse") == "There is no 'corpse' here to take from."


def test_wearing(ada: Player) -> None:
    make(ada, "ring", "ring", "ring", "sword", "bread")
    assert ada.do("wear ring") == "You wear a ring on the right finger."
    assert ada.do("wear ring") == "You wear a ring on the left finger."
    assert ada.do("wear ring") == "You wear something there already."
    assert ada.do("wield sword") == "You wield a short sword."
    assert ada.do("wear bread") == "You can't wear a loaf of bread."
    assert "on the left finger" in ada.do("equipment") and "wielded" in ada.do("eq")
    assert ada.do("drop sword") == "There is no 'sword' in your hands."
    assert ada.do("remove all").count("You remove") == 3


def test_gold(ada: Player) -> None:
    bob = ada.kit.player("Bob", "admin")
    bob.do("north", "grant ada 100 gold")
    ada.read()
    assert ada.do("drop 30 gold") == "You drop 30 gold coins."
    assert ada.do("drop 1 gold") == "You drop a gold coin."
    assert "31 gold coins lie here." in ada.do("look")
    assert ada.do("drop 999 gold") == "You have 69 gold coins."
    assert ada.do("drop 0 gold") == "That is no gold at all."
    assert ada.do("give 9 gold to bob") == "You give 9 gold coins to Bob."
    assert bob.read().endswith("Ada gives you 9 gold coins.")
    assert bob.do("get gold") == "You get 31 gold coins."
    assert "40 gold coins" in bob.do("i") and "60 gold coins" in ada.do("i")
    assert ada.do("give all gold bob", "give 1 gold bob").endswith("You have no gold.")
    assert ada.kit.game.world.ledger.total() == 0


def test_names_of_several_words_and_some_of_a_heap(ada: Player) -> None:
    bob = ada.kit.player("Bob", "admin")
    bob.do("north", "grant ada 100 gold")
    ada.do("drop 30 gold")
    ada.read()
    assert ada.do("get short sword") == "You get a short sword."
    assert ada.do("get 5 gold") == "You get 5 gold coins."
    assert ada.do("get 50 gold") == "There are 25 gold coins here to take."
    assert ada.do("open chest", "get 10 gold from chest").endswith("You get 10 gold coins from an oak chest.")
    assert ada.do("get coins chest") == "You get 30 gold coins from an oak chest."
    assert ada.do("get 1 gold from chest") == "There is no gold in an oak chest."
    assert ada.kit.game.world.ledger.total() == 0


def test_giving_things(ada: Player) -> None:
    bob = ada.kit.player("Bob")
    bob.do("north")
    ada.read()
    make(ada, "ring")
    assert ada.do('give "ring" bob') == "You give a ring to Bob."
    assert bob.read().endswith("Ada gives you a ring.")
    assert ada.do("give ring bob") == "There is no 'ring' in your hands."
    assert ada.do("give ring") == "Give what to whom?"
    assert bob.do("give ring me") == "It is yours already."
    assert bob.do("give ring zed") == "There is no 'zed' here."


def test_a_load_has_its_bounds(ada: Player) -> None:
    make(ada, *["bread"] * 99)
    ada.do("get sword")
    assert "one thing too many" in ada.do("get bread")


def test_giving_many_things(ada: Player) -> None:
    bob = ada.kit.player("Bob")
    bob.do("north")
    make(ada, "bread", "ring", "bread", "sword")
    ada.read()
    assert ada.do("give short sword to bob") == "You give a short sword to Bob."
    assert ada.do("give all.bread to bob").count("You give a loaf of bread to Bob.") == 2
    assert ada.do("give all bob") == "You give a ring to Bob."
    assert ada.do("give all bob") == "There is nothing in your hands."
    make(bob, *["bread"] * 95)
    make(ada, "bread", "bread")
    text = ada.do("give all bob")
    assert text.splitlines() == ["You give a loaf of bread to Bob.", "A loaf of bread is one thing too many to carry."]


def test_giving_to_all(ada: Player) -> None:
    assert ada.do("give sword to all") == "There is nobody here to give anything to."
    bob, cyd = ada.kit.player("Bob", "admin"), ada.kit.player("Cyd")
    bob.do("north", "grant ada 30 gold")
    cyd.do("north")
    make(ada, "bread", "bread", "ring")
    ada.read()
    assert ada.do("give 16 gold to all") == "You have 14 gold coins."
    assert ada.gold == 30 and bob.gold == 0
    assert ada.do("give 10 coins to all").count("You give 10 gold coins to") == 2
    assert (ada.gold, bob.gold, cyd.gold) == (10, 10, 10)
    assert ada.do("give ring to all") == "There are 2 players here, and you have 1 to give."
    assert ada.do("give all to all") == "To all you can give one thing each: give bread to all."
    assert ada.do("give bread to all").count("You give a loaf of bread to") == 2
    assert "a loaf of bread" in bob.do("i") and "a loaf of bread" in cyd.do("i")
    assert ada.kit.game.world.ledger.total() == 0
