"""The auction house, as sellers, bidders and those who are away see it."""

from __future__ import annotations

import pytest

from modules.auction import MODULE
from modules.auction.state import Auction
from modules.auction.tests.stage import WORLD, carried, sane, seller
from mud.api import SINK
from mud.core import events as e
from mud.testing import Kit
from mud.testing.fixtures import kit_of

kit = kit_of(MODULE, world=WORLD)


# Selling


def test_the_house_keeps_what_is_put_up(kit: Kit) -> None:
    ben = kit.player("Ben")
    ada, item = seller(kit)
    assert ben.read().endswith("Auction: Ada puts up lot 1: a sword, from 100 gold coins.")
    assert item.owner == f"escrow:auction:{ada.character.id}:1" and carried(ada) == []
    assert ada.do("drop sword") == "There is no 'sword' in your hands."
    assert ben.do("auction show 1") == (
        "Lot 1: a sword, put up by Ada. 10 minutes left.\nIt is sharp.\nNobody has bid yet.\n"
        "The next bid is at least 100 gold coins: auction bid 1 100"
    )
    assert sane(kit)


def test_terms_are_read_as_they_are_typed(kit: Kit) -> None:
    ada = kit.player("Ada")
    for _ in range(4):
        kit.make_item("sword", ada.character)
    assert "from 1,000 gold coins, for 1 day" in ada.do("auction sell sword 1,000")
    assert "from 5 gold coins, for 1 hour 30 minutes" in ada.do("auction sell a sword 5 gold 1h30m")
    assert "for 5 minutes" in ada.do("auction sell 2.sword 7 5 reserve 10 buyout 20")
    lot = kit.state.lots[3]
    assert (lot.price, lot.reserve, lot.buyout, lot.ends - lot.began) == (7, 10, 20, 300)


def test_a_lot_that_says_no_time_runs_no_longer_than_any_may() -> None:
    kit = Kit(MODULE, world=WORLD, settings={"auction": {"longest": 3600}})
    ada = kit.player("Ada")
    kit.make_item("sword", ada.character)
    assert ada.do("auction sell sword 5").endswith("for 1 hour.")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", "Write: auction sell ITEM PRICE"),
        ("sword", "Write: auction sell ITEM PRICE"),
        ("'' 5", "Write: auction sell ITEM PRICE"),
        ('" " 5', "Write: auction sell ITEM PRICE"),
        ("sword 0", "A price is a number from 1 to"),
        ("sword 9007199254740992", "A price is a number from 1 to"),
        ("sword 5 5s", "A lot runs from 10 seconds to 7 days"),
        ("sword 5 8d", "A lot runs from 10 seconds to 7 days"),
        ("sword 5 soon", "'soon' is no time"),
        ("sword 5 reserve", "'reserve' is no time"),
        ("sword 5 reserve 4", "A reserve is at least the price"),
        ("sword 5 reserve 9 buyout 8", "A buy-out must not be below the reserve"),
        ("unicorn 5", "There is no 'unicorn' in your hands."),
        ("all 5", "One thing at a time"),
        ("curse 5", "You can't let go of a curse."),
    ],
)
def test_what_can_not_be_put_up_stays_in_hand(kit: Kit, typed: str, answer: str) -> None:
    ada = kit.player("Ada")
    kit.make_item("sword", ada.character)
    kit.make_item("curse", ada.character)
    assert answer in ada.do(f"auction sell {typed}")
    assert sorted(carried(ada)) == ["curse", "sword"] and kit.state == Auction() and sane(kit)


def test_a_seller_has_so_many_lots_and_the_house_too() -> None:
    kit = Kit(MODULE, world=WORLD, settings={"auction": {"lots_each": 1, "lots": 2}})
    people = [kit.player(name) for name in ("Ada", "Ben", "Cleo")]
    for player in people:
        for _ in range(2):
            kit.make_item("apple", player.character)
    ada, ben, cleo = people
    ada.do("auction sell apple 1")
    assert "You have 1 lots running, and 1 are the most" in ada.do("auction sell apple 1")
    ben.do("auction sell apple 1")
    assert cleo.do("auction sell apple 1").endswith("The auction house is full. Try again when some lots have ended.")


def test_a_lot_is_taken_back_only_without_a_bid(kit: Kit) -> None:
    ada, item = seller(kit)
    ben = kit.player("Ben", gold=200)
    assert ben.do("auction cancel 1") == "Lot 1 is Ada's."
    ben.do("auction bid 1 100")
    assert ada.do("auction cancel 1").endswith("Lot 1 has a bid: it runs to its end.")
    boss = kit.player("Boss", "admin")
    assert boss.do("auction cancel 1") == "Lot 1 is taken back."
    assert "you have your 100 gold coins back" in ben.read() and ben.gold == 200
    assert "Boss ends lot 1, a sword: it is yours now" in ada.read() and item.owner == ada.character.owner_key
    ada.do("auction sell sword 5")
    assert ada.do("auction cancel 2") == "Lot 2 is taken back: it is yours now."
    assert carried(ada) == ["sword"] and sane(kit)
    assert ada.do("auction cancel 2") == "There is no lot 2. `auction list` shows what there is."


def test_who_takes_back_what_they_can_not_carry_is_told_where_it_is(kit: Kit) -> None:
    ada, first = seller(kit, "anvil")
    kit.make_item("anvil", ada.character)
    taken = ada.do("auction cancel 1")
    assert taken == "Lot 1 is taken back: you can't carry it now, so it waits: `auction collect`."
    assert first.owner == f"escrow:auction:{ada.character.id}" and sane(kit)


def test_a_lot_is_named_by_its_number_and_nothing_else(kit: Kit) -> None:
    ada, _ = seller(kit)
    for name in ("1", "#1", " 1 "):
        assert ada.do(f"auction show {name}").startswith("Lot 1: ")
    for name in ("0000000000012", "-1", "1.5", "sword", "²", "99999999999999999999999999"):
        assert ada.do(f"auction show {name}").startswith("There is no lot ")
    assert ada.do("auction show") == "Which lot? Write its number. `auction list` shows what there is."


# Bidding


def test_the_highest_bid_lies_in_escrow_and_who_is_outbid_has_it_back_at_once(kit: Kit) -> None:
    ada, _ = seller(kit)
    ben, cleo = kit.player("Ben", gold=500), kit.player("Cleo", gold=500)
    assert "You bid 100 gold coins on lot 1" in ben.do("auction bid 1 100") and ben.gold == 400
    assert "Ben bids 100 gold coins on lot 1" in ada.read()
    assert cleo.do("auction bid 1 104") == (
        "Auction: lot 1, a sword, stands at 100 gold coins.\nThe least that you can bid on lot 1 now is 105 gold coins."
    )
    cleo.do("auction bid 1 105 gold")
    assert (ben.gold, cleo.gold) == (500, 395)
    told = "Auction: Cleo bids 105 gold coins on lot 1, a sword: you have your 100 gold coins back."
    assert ben.read() == told  # once, and not as an announcement besides
    assert kit.game.world.ledger.balance(f"escrow:auction:{cleo.character.id}:1") == 105 and sane(kit)


def test_who_raises_their_own_bid_pays_the_rest(kit: Kit) -> None:
    seller(kit)
    ben = kit.player("Ben", gold=150)
    ben.do("auction bid 1 100")
    assert ben.do("auction bid 1 151") == "You have 50 gold coins, and need 51 gold coins more."
    ben.do("auction bid 1 150")
    assert ben.gold == 0 and kit.state.lots[1].bid == 150 and sane(kit)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("bid", "Write: auction bid N AMOUNT."),
        ("bid 1", "Write: auction bid N AMOUNT."),
        ("bid 1 x", "Write: auction bid N AMOUNT."),
        ("bid 1 -5", "Write: auction bid N AMOUNT."),
        ("bid 9 100", "There is no lot 9."),
        ("bid 1 99", "The least that you can bid on lot 1 now is 100 gold coins."),
        ("bid 1 101", "You have 100 gold coins, and need 101 gold coins."),
        ("bid 1 99999999999999999999", "You have 100 gold coins, and need 99,999,999,999,999,999,999 gold coins."),
        ("bid 1 9007199254740992", "You have 100 gold coins, and need 9,007,199,254,740,992 gold coins."),
        ("buy 1", "Lot 1 can't be bought out: bid on it."),
        ("nosuch", "Write: auction list, show,"),
        ("c 1", "Write: auction list, show,"),
    ],
)
def test_a_bid_that_can_not_be_changes_nothing(kit: Kit, typed: str, answer: str) -> None:
    seller(kit)
    ben = kit.player("Ben", gold=100)
    assert answer in ben.do(f"auction {typed}")
    assert ben.gold == 100 and kit.state.lots[1].bids == 0 and sane(kit)


def test_nobody_bids_on_their_own_lot(kit: Kit) -> None:
    ada, _ = seller(kit, terms="1 buyout 5")
    assert ada.do("auction bid 1 1") == ada.do("auction buy 1") == "Lot 1 is your own."


def test_a_late_bid_makes_a_lot_run_on(kit: Kit) -> None:
    seller(kit, terms="100 1m")
    ben, cleo = kit.player("Ben", gold=1000), kit.player("Cleo", gold=1000)
    ben.do("auction bid 1 100")
    kit.wait(29)
    cleo.do("auction bid 1 200")  # 31 seconds left: not late
    kit.wait(21)
    assert "it runs on for 30 seconds" in ben.do("auction bid 1 300")
    assert cleo.read().endswith("you have your 200 gold coins back. A late bid: it runs on for 30 seconds.")
    kit.wait(29)
    assert 1 in kit.state.lots
    kit.wait(1)
    assert kit.state.lots == {} and carried(ben) == ["sword"] and cleo.gold == 1000 and sane(kit)


# The end


def test_the_highest_bidder_has_it_and_the_seller_the_gold_less_a_fee(kit: Kit) -> None:
    ada, item = seller(kit)
    ben, cleo = kit.player("Ben", gold=500), kit.player("Cleo")
    ben.do("auction bid 1 200")
    ada.read(), cleo.read()
    kit.wait(600)
    assert item.owner == ben.character.owner_key and (ada.gold, ben.gold) == (190, 300)
    assert kit.game.world.ledger.balance(SINK) == 10
    assert "you have lot 1, a sword, for 200 gold coins: it is yours now." in ben.read()
    assert "goes to Ben for 200 gold coins less a fee of 10." in ada.read()
    assert cleo.read() == "Auction: lot 1, a sword, goes to Ben for 200 gold coins."
    assert cleo.do("auction history") == "Past auctions:\n     1 a sword: Ada to Ben, 200 gold coins, just now"
    kit.wall -= 7200
    assert cleo.do("auction history").endswith("200 gold coins, just now")  # somebody has set the clock back
    assert kit.act(lambda ctx: ctx.world.timers.of("auction", "Ends")) == [] and sane(kit)


def test_a_lot_ends_once_and_when_the_wall_clock_says_so_wherever_that_is_set(kit: Kit) -> None:
    ada, item = seller(kit)
    ben = kit.player("Ben", gold=500)
    ben.do("auction bid 1 200")
    kit.wall -= 3600
    kit.wait(2999.5)
    assert "20 minutes" in ben.do("auction show 1")
    kit.wall += 3600
    kit.wait(0)
    assert item.owner == ben.character.owner_key and (ada.gold, ben.gold) == (190, 300)
    kit.wall -= 3600
    assert ben.do("auction history").endswith("200 gold coins, just now")
    kit.wait(7200)
    assert (ada.gold, ben.gold) == (190, 300) and sane(kit)


def test_without_a_bid_it_comes_back(kit: Kit) -> None:
    ada, item = seller(kit)
    kit.wait(600)
    assert item.owner == ada.character.owner_key and "is not sold, nobody bid: it is yours now." in ada.read()


def test_below_the_reserve_nothing_is_sold(kit: Kit) -> None:
    ada, item = seller(kit, terms="100 10m reserve 300")
    ben = kit.player("Ben", gold=500)
    ben.do("auction bid 1 299")
    assert "The reserve is not met." in ben.do("auction show 1")
    kit.wait(600)
    assert item.owner == ada.character.owner_key and ben.gold == 500 and ada.gold == 0
    assert "the reserve of 300 gold coins was not met" in ada.read() and sane(kit)


def test_a_buy_out_ends_it_at_once(kit: Kit) -> None:
    ada, item = seller(kit, terms="100 10m buyout 300")
    ben, cleo = kit.player("Ben", gold=500), kit.player("Cleo", gold=500)
    ben.do("auction bid 1 200")
    assert "you have lot 1, a sword, for 300 gold coins: it is yours now." in cleo.do("auction buy 1")
    assert item.owner == cleo.character.owner_key and (ada.gold, ben.gold, cleo.gold) == (285, 500, 200)
    kit.wait(700)
    assert item.owner == cleo.character.owner_key and sane(kit)


def test_a_bid_of_the_buy_out_or_more_pays_the_buy_out(kit: Kit) -> None:
    ada, item = seller(kit, terms="100 10m buyout 300")
    ben = kit.player("Ben", gold=500)
    ben.do("auction bid 1 290", "auction bid 1 450")
    assert item.owner == ben.character.owner_key and (ada.gold, ben.gold) == (285, 200) and sane(kit)


# Away


def test_who_is_away_gets_theirs_on_return(kit: Kit) -> None:
    ada, item = seller(kit)
    ben, cleo = kit.player("Ben", gold=500), kit.player("Cleo", gold=500)
    ben_id, ben_purse = ben.character.id, ben.character.owner_key
    ben.do("auction bid 1 100", "quit")
    ada.do("quit")
    kit.flush()  # both are forgotten
    cleo.do("auction bid 1 200")
    assert kit.game.world.ledger.balance(ben_purse) == 500  # at once
    cleo.do("quit")
    kit.flush()
    kit.wait(600)
    assert item.owner.startswith("escrow:auction:p") and sane(kit)
    kit.flush()
    cleo = kit.player("Cleo")
    assert carried(cleo) == ["sword"] and sane(kit)
    ada = kit.player("Ada")
    assert ada.gold == 190
    assert ben_id in kit.state.notes and cleo.character.id not in kit.state.notes


def test_who_is_back_reads_what_they_missed(kit: Kit) -> None:
    ada, _ = seller(kit)
    ada.do("quit")
    ben = kit.player("Ben", gold=500)
    ben.do("auction bid 1 100", "quit")
    kit.wait(600)
    ben = kit.player("Ben")
    assert "Auction: you have lot 1, a sword, for 100 gold coins: it waits for you." in ben.welcome
    assert "Auction: the house gives you a sword." in ben.welcome
    assert carried(ben) == ["sword"] and ben.do("auction collect") == "Nothing waits for you at the auction house."
    assert kit.state.notes.keys() == {kit.game.world.known("Ada").id}  # type: ignore[union-attr]
    ada = kit.player("Ada")
    assert "Auction: Ben bids 100 gold coins on lot 1, a sword." in ada.welcome
    assert "Auction: lot 1, a sword, goes to Ben for 100 gold coins less a fee of 5." in ada.welcome
    assert kit.state.notes == {}


def test_the_link_dead_read_it_when_they_are_back(kit: Kit) -> None:
    ada, _ = seller(kit)
    me = ada.character.id
    kit.post(e.Lost(ada.session, "cut"))
    kit.wait(60)
    ben = kit.player("Ben", gold=500)
    ben.do("auction bid 1 100")
    assert len(kit.state.notes[me]) == 1
    kit.player("Ada")
    assert kit.state.notes == {}


def test_what_can_not_be_carried_waits(kit: Kit) -> None:
    seller(kit, "anvil")
    ben = kit.player("Ben", gold=500)
    own = kit.make_item("anvil", ben.character)
    ben.do("auction bid 1 100")
    kit.wait(600)
    assert "you can't carry it now, so it waits: `auction collect`" in ben.read() and carried(ben) == ["anvil"]
    assert ben.do("auction collect") == "You can't carry an anvil yet: it waits for you."
    ben.do("drop anvil")
    assert own.owner == "room:hall" and ben.do("auction collect") == "The auction house gives you an anvil."
    assert carried(ben) == ["anvil"] and sane(kit)


# Announcements, lists


def test_announcements_can_be_muted_and_the_ignored_are_not_heard(kit: Kit) -> None:
    ben, cleo = kit.player("Ben"), kit.player("Cleo")
    assert "no longer hear" in ben.do("auction mute")
    kit.act(lambda ctx: ctx.world.edit(cleo.character))
    cleo.character.ignores = ("Ada",)
    ben.read(), cleo.read()
    ada, _ = seller(kit)
    assert "lot 1" not in ben.read() and "lot 1" not in cleo.read()
    assert ben.do("auction mute") == "You hear the auctioneer again."
    ada.do("auction cancel 1", "auction sell sword 5")
    assert "lot 2" in ben.read()


def test_a_list_is_filtered_and_paged() -> None:
    kit = Kit(MODULE, world=WORLD, settings={"auction": {"page": 5, "lots_each": 10}})
    ada, ben = kit.player("Ada"), kit.player("Ben", gold=1000)
    assert ben.do("auction") == "There is nothing up for auction."
    for n in range(6):
        kit.make_item("apple", ada.character)
        ada.do(f"auction sell apple {10 + n} {60 - n}m")
    kit.make_item("sword", ben.character)
    ben.do("auction sell sword 500 2h", "auction bid 2 20", "auction mute")
    first = ben.do("auction list").split("\n")
    assert first[1].split()[0] == "6" and first[-1] == "Page 1 of 2: auction list page N" and len(first) == 7
    assert [row.split()[0] for row in ben.do("auction list page 2").split("\n")[1:-1]] == ["1", "7"]
    assert ben.do("auction list page 3") == "There are 2 pages." and "Which page" in ben.do("auction list page 0")
    assert ben.do("auction list sword").split("\n")[1:] == ["     7 + a sword: from 500, 2 hours left"]
    assert "   2 * an apple: 20 bid" in ben.do("auction list bids") and "   7 +" in ben.do("auction list mine")
    assert [r.split()[0] for r in ben.do("auction list apple under 12").split("\n")[1:]] == ["1"]
    assert [r.split()[0] for r in ben.do("auction list by be over 100").split("\n")[1:]] == ["7"]
    assert ben.do("auction list unicorn") == ben.do("auction list apple unicorn") == "There is no such lot."
    assert len(ben.do("auction list a over 10 apple under 12").split("\n")) == 2
    assert len(ben.do("auction list" + 12 * " a").split("\n")) == 7
    assert ben.do("auction list" + 13 * " a") == "A search can have at most 12 words."
    kit.wait(7200)
    ben.read()
    assert len(ben.do("auction history").split("\n")) == 7 and "a sword: Ben, not sold" in ben.do("auction hist sword")
    assert ben.do("auction history unicorn") == "No such thing was auctioned lately."
    assert ben.do("auction history").split("\n")[-1] == "Page 1 of 2: auction history page N"
    assert ben.do("auction hist apple").split("\n")[-1] == "Page 1 of 2: auction history apple page N"
    assert len(ben.do("auction history page 2").split("\n")) == 4
    assert ben.do("auction history page 3") == "There are 2 pages."
    assert ben.do("auction history sword page 2") == "There is one page."


def test_the_house_remembers_so_many_lots() -> None:
    kit = Kit(MODULE, world=WORLD, settings={"auction": {"history": 1}})
    ada, _ = seller(kit)
    ada.do("auction cancel 1", "auction sell sword 1", "auction cancel 2")
    assert [past.number for past in kit.state.history] == [2]
