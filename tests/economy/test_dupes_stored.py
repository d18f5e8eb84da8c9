"""How other games lost their economies, by deaths, crashes and shops: each story by its name, on a real database.

Every coin and every thing is counted after every line, in memory, and in the database whenever it is flushed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mud.core import events as e
from mud.core.world.model import Character, Item
from mud.testing import Player
from tests.economy.bazaar import Bazaar


@pytest.fixture
def bazaar(tmp_path: Path) -> Iterator[Bazaar]:
    found = Bazaar(tmp_path)
    try:
        yield found
        found.flush()
        assert found.errors.texts == []
    finally:
        found.close()


def to_the_yard(bazaar: Bazaar, *players: Player) -> None:
    for player in players:
        bazaar.say(player, "north")


def killed_by_the_ogre(bazaar: Bazaar, player: Player) -> None:
    """In a real fight, in the yard."""
    room = player.character.room
    assert room == "yard"
    bazaar.say(player, "kill ogre")
    for _ in range(20):
        if player.character.room != room:
            bazaar.count()
            return
        bazaar.wait(2.0)
    raise AssertionError(f"{player.name} lives")


def corpses(bazaar: Bazaar) -> list[Item]:
    return [item for item in bazaar.game.world.items.values() if item.kind == "corpse"]


def inside(bazaar: Bazaar, holder: Item | Character) -> list[str]:
    return sorted(item.kind for item in bazaar.game.world.all_inside(holder.owner_key))


def fetch(bazaar: Bazaar, player: Player) -> None:
    """Back to the yard, and all out of the corpse."""
    bazaar.say(player, "west", "north", "get all corpse", "south")


def test_a_corpse_and_its_owner_after_a_kill_between_the_death_and_the_flush(bazaar: Bazaar) -> None:
    ada, _ = bazaar.two()
    bazaar.act(lambda ctx: ctx.pay("mint", ada.character.owner_key, 70, "the kit"))
    to_the_yard(bazaar, ada)
    bazaar.flush()
    killed_by_the_ogre(bazaar, ada)
    assert inside(bazaar, corpses(bazaar)[0]) == ["bag", "gold", "sword"] and ada.gold == 0
    bazaar.crash()  # nobody ever died
    ada = bazaar.player("Ada")
    bazaar.count()
    assert corpses(bazaar) == [] and ada.character.room == "yard"
    assert bazaar.carried(ada) == ["bag", "sword"] and ada.gold == 70


def test_a_corpse_and_its_owner_after_a_kill_behind_the_flush(bazaar: Bazaar) -> None:
    ada, _ = bazaar.two()
    bazaar.act(lambda ctx: ctx.pay("mint", ada.character.owner_key, 70, "the kit"))
    to_the_yard(bazaar, ada)
    killed_by_the_ogre(bazaar, ada)
    bazaar.flush()
    bazaar.crash(seconds=60)
    ada = bazaar.player("Ada")
    bazaar.count()
    assert bazaar.carried(ada) == [] and ada.gold == 0 and ada.character.room == "hall"
    assert inside(bazaar, corpses(bazaar)[0]) == ["bag", "gold", "sword"]
    fetch(bazaar, ada)
    bazaar.flush()
    assert bazaar.carried(ada) == ["bag", "sword"] and ada.gold == 70 and inside(bazaar, corpses(bazaar)[0]) == []


def test_a_corpse_that_is_robbed_by_its_owner_and_a_kill_before_the_disk_knows(bazaar: Bazaar) -> None:
    ada, _ = bazaar.two()
    to_the_yard(bazaar, ada)
    killed_by_the_ogre(bazaar, ada)
    bazaar.flush()
    fetch(bazaar, ada)
    assert bazaar.carried(ada) == ["bag", "sword"]
    bazaar.crash()
    ada = bazaar.player("Ada")
    bazaar.count()
    assert bazaar.carried(ada) == [] and inside(bazaar, corpses(bazaar)[0]) == ["bag", "sword"]


def test_a_corpse_falls_to_dust_once_however_often_the_server_dies(bazaar: Bazaar) -> None:
    ada, _ = bazaar.two()
    to_the_yard(bazaar, ada)
    killed_by_the_ogre(bazaar, ada)
    bazaar.flush()
    for _ in range(2):
        bazaar.wait(3599)
        bazaar.crash(seconds=5000)  # which is no time to a corpse
        assert len(corpses(bazaar)) == 1
    bazaar.wait(3600)
    bazaar.count()
    assert corpses(bazaar) == []
    bazaar.flush()
    bazaar.crash()
    ground = sorted(item.kind for item in bazaar.game.world.held("room:yard"))
    assert ground == ["bag", "sword"]


def test_a_copyover_between_the_death_and_the_corpse_s_end(bazaar: Bazaar) -> None:
    ada, _ = bazaar.two()
    to_the_yard(bazaar, ada)
    killed_by_the_ogre(bazaar, ada)
    bazaar.copyover(seconds=2)
    fetch(bazaar, ada)
    bazaar.copyover(seconds=2)
    bazaar.wait(3700)
    bazaar.count()
    assert bazaar.carried(ada) == ["bag", "sword"] and corpses(bazaar) == []


def test_death_in_the_trade_window_in_a_real_fight(bazaar: Bazaar) -> None:
    ada, ben = bazaar.two()
    to_the_yard(bazaar, ada, ben)
    bazaar.say(ada, "trade ben", "trade offer sword")
    bazaar.say(ben, "trade ada", "trade offer 100 gold", "trade accept")
    killed_by_the_ogre(bazaar, ada)
    assert "You are not trading with anybody" in bazaar.say(ada, "trade accept")
    assert bazaar.carried(ada) == ["sword"] and inside(bazaar, corpses(bazaar)[0]) == ["bag"]
    assert ben.gold == 1000 and bazaar.carried(ben) == []
    assert bazaar.game.world.owners("escrow:") == []


@pytest.mark.parametrize("flushed", [False, True])
def test_death_in_the_trade_window_and_a_kill(bazaar: Bazaar, flushed: bool) -> None:
    ada, ben = bazaar.two()
    to_the_yard(bazaar, ada, ben)
    bazaar.say(ada, "trade ben", "trade offer sword")
    bazaar.say(ben, "trade ada", "trade offer 100 gold", "trade accept")
    bazaar.flush()
    killed_by_the_ogre(bazaar, ada)
    if flushed:
        bazaar.flush()
    bazaar.crash()
    ada, ben = bazaar.player("Ada"), bazaar.player("Ben")
    bazaar.count()
    assert bazaar.carried(ada) == (["sword"] if flushed else ["bag", "sword"]) and ben.gold == 1000
    assert len(corpses(bazaar)) == flushed


def test_both_die_at_the_table_one_after_the_other(bazaar: Bazaar) -> None:
    ada, ben = bazaar.two()
    to_the_yard(bazaar, ada, ben)
    bazaar.say(ada, "trade ben", "trade offer sword")
    bazaar.say(ben, "trade ada", "trade offer 100 gold", "kill ogre")
    bazaar.say(ada, "kill ogre")
    bazaar.wait(60)
    bazaar.count()
    assert ada.character.room == ben.character.room == "hall" and bazaar.game.world.owners("escrow:") == []
    assert (bazaar.carried(ada), ben.gold) == ([], 100)  # Ben was first, and Ada had her sword back when she died
    assert sorted(inside(bazaar, corpse) for corpse in corpses(bazaar)) == [["bag", "sword"], ["gold"]]


def test_link_death_and_then_death_at_the_table(bazaar: Bazaar) -> None:
    ada, ben = bazaar.two()
    to_the_yard(bazaar, ada, ben)
    bazaar.say(ada, "set linkdead fight", "trade ben", "trade offer sword")
    bazaar.say(ben, "trade ada", "trade offer 100 gold", "trade accept")
    bazaar.say(ada, "kill ogre")
    bazaar.post(e.Lost(ada.session, "pulled the plug"))
    bazaar.count()
    bazaar.wait(60)
    bazaar.count()
    assert ben.gold == 1000 and bazaar.game.world.owners("escrow:") == []
    bazaar.flush()
    bazaar.crash()
    ada = bazaar.player("Ada")
    assert inside(bazaar, corpses(bazaar)[0]) == ["bag", "sword"] and bazaar.carried(ada) == []


def test_a_seller_and_a_bidder_die_and_the_lot_ends_all_the_same(bazaar: Bazaar) -> None:
    ada, ben = bazaar.two()
    bazaar.say(ada, "auction sell sword 100 1m")
    bazaar.say(ben, "auction bid 1 400")
    to_the_yard(bazaar, ada, ben)
    killed_by_the_ogre(bazaar, ada)
    killed_by_the_ogre(bazaar, ben)
    bazaar.flush()
    bazaar.crash(seconds=90)
    ada, ben = bazaar.player("Ada"), bazaar.player("Ben")
    bazaar.count()
    assert (ada.gold, bazaar.carried(ben), ben.gold) == (400, ["sword"], 0)
    gold = [item for item in bazaar.game.world.items.values() if item.kind == "gold"]
    assert [bazaar.game.world.ledger.balance(heap.owner_key) for heap in gold] == [600]


def test_put_a_corpse_up_for_auction_or_on_the_table(bazaar: Bazaar) -> None:
    ada, ben = bazaar.two()
    to_the_yard(bazaar, ada, ben)
    killed_by_the_ogre(bazaar, ada)
    bazaar.say(ada, "north", "get corpse", "auction sell corpse 5", "trade ben", "trade offer corpse")
    bazaar.say(ben, "get corpse", "get all corpse", "auction sell corpse 5", "trade ada", "trade offer corpse")
    assert bazaar.game.world.owners("escrow:") == [] and corpses(bazaar)[0].owner == "room:yard"
    assert inside(bazaar, corpses(bazaar)[0]) == ["bag", "sword"] and bazaar.carried(ben) == []


def test_sell_to_a_shop_what_lies_in_escrow(bazaar: Bazaar) -> None:
    ada, ben = bazaar.two()
    bazaar.say(ben, "east", "buy bread", "auction sell bread 5", "sell bread")
    assert bazaar.carried(ben) == [] and ben.gold == 987
    bazaar.say(ada, "east", "trade ben")
    bazaar.say(ben, "trade ada", "auction cancel 1", "trade offer bread", "sell bread", "drop bread", "eat bread")
    assert bazaar.carried(ben) == [] and ben.gold == 987 and len(bazaar.game.world.owners("escrow:trading:")) == 1
    bazaar.say(ben, "trade cancel", "sell bread", "sell bread")
    assert bazaar.carried(ben) == [] and ben.gold == 992


def test_sell_to_a_shop_and_a_kill_before_the_disk_knows(bazaar: Bazaar) -> None:
    _, ben = bazaar.two()
    bazaar.say(ben, "east", "buy bread")
    bazaar.flush()
    bazaar.say(ben, "sell bread")
    assert bazaar.carried(ben) == [] and ben.gold == 992
    bazaar.crash()
    ben = bazaar.player("Ben")
    bazaar.count()
    assert bazaar.carried(ben) == ["bread"] and ben.gold == 987


def test_buy_and_quit_while_the_disk_refuses(bazaar: Bazaar) -> None:
    _, ben = bazaar.two()
    bazaar.flush()
    bazaar.say(ben, "east", "buy bread")
    bazaar.refuse()
    bazaar.say(ben, "quit")
    bazaar.refuse()
    ben = bazaar.player("Ben")  # out of memory: the disk has an older Ben
    bazaar.count()
    assert bazaar.carried(ben) == ["bread"] and ben.gold == 987
    bazaar.say(ben, "quit")
    bazaar.flush()
    ben = bazaar.player("Ben")
    bazaar.count()
    assert bazaar.carried(ben) == ["bread"] and ben.gold == 987


def test_give_something_away_and_quit_in_the_middle_of_a_flush(bazaar: Bazaar) -> None:
    ada, ben = bazaar.two()
    bazaar.say(ada, "drop bag")
    bazaar.flush_during(lambda: bazaar.say(ada, "give sword ben", "quit"))
    bazaar.crash()  # that flush had neither the gift nor the leaving in it
    ada, ben = bazaar.player("Ada"), bazaar.player("Ben")
    bazaar.count()
    assert (bazaar.carried(ada), bazaar.carried(ben)) == (["sword"], [])
    bazaar.flush_during(lambda: bazaar.say(ada, "give sword ben", "quit"))
    bazaar.flush()
    bazaar.crash()
    ada, ben = bazaar.player("Ada"), bazaar.player("Ben")
    bazaar.count()
    assert (bazaar.carried(ada), bazaar.carried(ben)) == ([], ["sword"])


def test_quit_with_a_bag_in_which_there_is_something(bazaar: Bazaar) -> None:
    ada, _ = bazaar.two()
    bag = bazaar.make_item("bag", ada.character)
    bazaar.say(ada, "put sword bag", "put bag 2.bag")
    bazaar.say(ada, "quit")
    bazaar.flush()
    assert "Ada" not in {c.name for c in bazaar.game.world.characters.values()}
    assert list(bazaar.game.world.items) == [] and bag.id in bazaar.things
    bazaar.crash()
    ada = bazaar.player("Ada")
    bazaar.count()
    assert inside(bazaar, ada.character) == ["bag", "bag", "sword"] and len(bazaar.carried(ada)) == 1


def test_the_killer_of_a_rat_has_its_gold_once(bazaar: Bazaar) -> None:
    ada, _ = bazaar.two()
    to_the_yard(bazaar, ada)
    bazaar.say(ada, "kill rat")
    bazaar.wait(60)
    bazaar.flush()
    bazaar.say(ada, "get all corpse", "get gold corpse", "get all corpse")
    assert ada.gold == 7
    bazaar.crash()
    ada = bazaar.player("Ada")
    bazaar.say(ada, "get all corpse", "get all corpse")
    assert ada.gold == 7
    bazaar.wait(400)  # the rat's corpse is dust, and another rat is there
    bazaar.say(ada, "get all")
    assert ada.gold == 7


def test_a_bid_and_a_death_in_the_same_instant_as_the_end(bazaar: Bazaar) -> None:
    ada, ben = bazaar.two()
    cleo = bazaar.player("Cleo", gold=1000)
    bazaar.say(ada, "auction sell sword 100 1m")
    bazaar.say(ben, "auction bid 1 100")
    to_the_yard(bazaar, cleo)
    bazaar.wait(59)
    bazaar.say(cleo, "auction bid 1 200")  # a late bid: it runs on for half a minute
    bazaar.now += 30
    bazaar.wall += 30
    bazaar.post(e.Line(cleo.session, "kill ogre"))
    bazaar.post(e.Line(ben.session, "auction bid 1 300"))
    bazaar.wait(0)
    bazaar.count()
    assert "The time of lot 1 is up." in ben.read() and ben.gold == 1000
    bazaar.flush()
    bazaar.crash()
    assert bazaar.player("Ada").gold == 200 and bazaar.instance("auction").state.last == 1  # type: ignore[attr-defined]
    cleo = bazaar.player("Cleo")
    assert "sword" in bazaar.carried(cleo) and cleo.gold == 800
