"""How other games lost their economies, each story by its name. Every coin and every item is counted at every step."""

from __future__ import annotations

import pytest

from mud.api import LIMIT, Died
from mud.core import events as e
from tests.economy.market import Market


@pytest.fixture
def market() -> Market:
    return Market()


def at_the_table(market: Market, *, sword: bool = True, gold: int = 100) -> None:
    """Ada offers the sword, Ben gold."""
    ada, ben = market.players[1], market.players[2]
    market.say(ada, "trade ben")
    market.say(ben, "trade ada")
    if sword:
        market.say(ada, "trade offer sword")
    if gold:
        market.say(ben, f"trade offer {gold} gold")


def test_disconnect_half_a_second_before_confirming(market: Market) -> None:
    ada, ben = market.two()
    at_the_table(market)
    market.say(ada, "trade accept")
    market.wait(10)
    market.post(e.Lost(ada.session, "pulled the plug"))
    market.count()
    market.wait(0.5)
    assert "You are not trading with anybody" in market.say(ben, "trade accept")
    assert market.carried(ben) == [] and ben.gold == 1000
    ada = market.player("Ada")
    assert market.carried(ada) == ["bag", "sword"] and ada.gold == 0
    market.count()


def test_disconnect_and_a_crash_before_the_disk_knows(market: Market) -> None:
    ada, ben = market.two()
    market.flush()
    at_the_table(market)
    market.say(ada, "trade accept")
    market.say(ben, "trade accept")
    assert market.carried(ben) == ["sword"]
    market.crash()  # the swap was never written: neither half of it is there
    market.count()
    ada, ben = market.player("Ada"), market.player("Ben")
    assert market.carried(ada) == ["bag", "sword"] and ben.gold == 1000


def test_outbid_oneself_at_the_bound_of_the_number(market: Market) -> None:
    ada, ben = market.two(gold=LIMIT)
    market.say(ada, f"auction sell sword {LIMIT - 1}")
    market.say(ben, f"auction bid 1 {LIMIT - 1}", f"auction bid 1 {LIMIT}")
    assert ben.gold == 0
    assert market.say(ben, f"auction bid 1 {LIMIT}").endswith("No bid can be higher than the one on lot 1.")
    market.say(ben, f"auction bid 1 {LIMIT + 1}", f"auction bid 1 {2**64}", "auction bid 1 -1")
    market.wait(86_400)
    market.count()
    assert (ada.gold, ben.gold, market.carried(ben)) == (LIMIT, 0, ["sword"])


def test_drop_an_offered_item(market: Market) -> None:
    ada, ben = market.two()
    at_the_table(market)
    assert "There is no 'sword'" in market.say(ada, "drop sword")
    market.say(ada, "drop all", "give sword ben", "put sword bag", "trade accept")
    market.say(ben, "trade accept", "get sword")
    assert market.carried(ben) == ["sword"] and market.carried(ada) == []


def test_trade_the_container_of_an_offered_item(market: Market) -> None:
    ada, ben = market.two()
    market.say(ada, "put sword bag")
    at_the_table(market, sword=False)
    assert "There is no 'sword' in your hands." in market.say(ada, "trade offer sword")  # it is in the bag
    market.say(ada, "get sword bag", "trade offer sword", "trade offer bag", "put sword bag", "get sword bag")
    market.say(ada, "trade withdraw bag", "put sword bag", "trade offer bag", "trade accept")
    market.say(ben, "trade accept 8", "trade accept")
    market.wait(10)
    market.say(ben, "trade accept")
    assert sorted(market.carried(ben) + market.carried(ada)) == ["bag", "sword"]
    assert market.game.world.owners("escrow:") == []


def test_offer_a_bag_and_reach_into_it(market: Market) -> None:
    ada, ben = market.two()
    market.say(ada, "put sword bag", "trade ben", "trade offer bag", "get sword bag", "trade offer sword")
    market.say(ben, "trade accept")
    market.say(ada, "trade accept")
    (bag,) = market.game.world.carried(ben.character)
    assert [item.kind for item in market.game.world.held(bag.owner_key)] == ["sword"]


def test_sell_what_lies_in_escrow(market: Market) -> None:
    ada, ben = market.two()
    at_the_table(market)
    assert "There is no 'sword' in your hands." in market.say(ada, "auction sell sword 5")
    assert "You have 900 gold coins" in market.say(ben, "drop 1000 gold")
    market.say(ada, "trade cancel", "auction sell sword 5")
    market.say(ada, "trade ben")
    assert "There is no 'sword' in your hands." in market.say(ada, "trade offer sword")
    assert "There is no 'sword' in your hands." in market.say(ada, "auction sell sword 5")


def test_bid_with_the_gold_that_is_on_the_table(market: Market) -> None:
    ada, ben = market.two(gold=100)
    market.make_item("apple", ada.character)
    market.say(ada, "auction sell apple 60")
    at_the_table(market, gold=60)
    assert "You have 40 gold coins, and need 60 gold coins." in market.say(ben, "auction bid 1 60")
    market.say(ben, "trade withdraw 60 gold", "auction bid 1 60", "trade offer 60 gold")
    assert ben.gold == 40 and "Your purse holds 40 gold coins." in market.say(ben, "trade offer 60 gold")


def test_death_in_the_trade_window(market: Market) -> None:
    ada, ben = market.two()
    at_the_table(market)
    market.say(ben, "trade accept")
    market.emit(Died(ada.character.id, "m1", "hall"))
    market.count()
    assert "You are not trading with anybody" in market.say(ada, "trade accept")
    assert market.carried(ada) == ["bag", "sword"] and ben.gold == 1000 and market.carried(ben) == []


def test_buy_out_and_bid_in_the_same_instant(market: Market) -> None:
    ada, ben = market.two()
    cleo = market.player("Cleo", gold=1000)
    market.say(ada, "auction sell sword 100 1m buyout 500")
    market.post(e.Line(cleo.session, "auction buy 1"))
    market.post(e.Line(ben.session, "auction bid 1 500"))
    market.post(e.Line(ben.session, "auction buy 1"))
    market.count()
    assert "There is no lot 1." in ben.read() and (ada.gold, ben.gold, cleo.gold) == (500, 1000, 500)
    assert market.carried(cleo) == ["sword"] and market.carried(ben) == []


def test_bid_and_buy_out_in_the_same_instant(market: Market) -> None:
    ada, ben = market.two()
    cleo = market.player("Cleo", gold=1000)
    market.say(ada, "auction sell sword 100 1m buyout 500")
    market.post(e.Line(ben.session, "auction bid 1 499"))
    market.post(e.Line(cleo.session, "auction bid 1 100000"))
    market.count()
    assert (ada.gold, ben.gold, cleo.gold) == (500, 1000, 500) and market.carried(cleo) == ["sword"]


def test_cancel_at_the_moment_of_the_end(market: Market) -> None:
    ada, ben = market.two()
    market.say(ada, "auction sell sword 100 1m")
    market.now += 60  # the time is up, and the timer has not rung yet
    market.wall += 60
    assert "The time of lot 1 is up." in market.say(ada, "auction cancel 1")
    assert "The time of lot 1 is up." in market.say(ben, "auction bid 1 100")
    assert "The time of lot 1 is up." in market.say(market.player("Boss", "admin"), "auction cancel 1")
    market.wait(0)
    market.count()
    assert market.carried(ada) == ["bag", "sword"] and "There is no lot 1." in market.say(ada, "auction cancel 1")


def test_quit_at_the_moment_of_the_end(market: Market) -> None:
    ada, ben = market.two()
    market.say(ada, "auction sell sword 100 1m")
    market.say(ben, "auction bid 1 100")
    market.now += 60
    market.wall += 60
    market.post(e.Line(ben.session, "quit"))
    market.post(e.Line(ada.session, "quit"))
    market.wait(0)
    market.count()
    market.flush()
    market.crash(seconds=10)
    ben, ada = market.player("Ben"), market.player("Ada")
    market.count()
    assert (market.carried(ben), ben.gold, ada.gold) == (["sword"], 900, 100)


def test_a_copyover_between_the_two_acceptances(market: Market) -> None:
    ada, ben = market.two()
    at_the_table(market)
    market.say(ada, "trade accept")
    market.copyover(seconds=3)
    market.count()
    market.say(ben, "trade accept")
    assert (market.carried(ben), ada.gold, ben.gold) == (["sword"], 100, 900)
    market.copyover()
    market.count()


def test_two_copyovers_in_the_moment_a_lot_ends(market: Market) -> None:
    ada, ben = market.two()
    market.say(ada, "auction sell sword 100 1m")
    market.say(ben, "auction bid 1 100")
    market.now += 60
    market.wall += 60
    market.copyover()
    market.copyover()
    market.count()
    assert (market.carried(ben), ada.gold, ben.gold) == (["sword"], 100, 900)
    assert len(market.instance("auction").state.history) == 1  # type: ignore[attr-defined]


def test_two_logins_into_one_trade(market: Market) -> None:
    ada, ben = market.two()
    at_the_table(market)
    again = market.player("Ada")  # takes over from the first connection
    market.count()
    assert "version 3" in market.say(again, "trade")
    market.say(again, "trade accept")
    market.say(ben, "trade accept")
    assert market.carried(ben) == ["sword"] and again.gold == 100 and ada.session != again.session


def test_a_handler_that_fails_in_the_middle_of_a_swap(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, ben = market.two()
    at_the_table(market)
    market.say(ada, "trade accept")
    monkeypatch.setattr("modules.trading.window.traded", lambda *args: 1 / 0)  # after all has changed hands
    assert "Something went wrong" in market.say(ben, "trade accept")
    assert ben.gold == 900 and market.carried(ben) == [] and market.carried(ada) == ["bag"]
    monkeypatch.undo()
    market.say(ben, "trade accept")
    assert market.carried(ben) == ["sword"] and ada.gold == 100
