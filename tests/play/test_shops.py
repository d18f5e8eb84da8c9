"""Shops: what they sell and buy, when, for whom, and where the gold goes."""

from __future__ import annotations

import msgspec
import pytest

from mud.core.context import CoreContext
from mud.core.world import fights
from mud.core.world.capacity import MAX_ITEMS
from mud.core.world.model import Character, Item
from mud.play import shops, zones
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import MARKET

HOUR = 75.0


kit = kit_of(world=MARKET)


@pytest.fixture
def ada(kit: Kit) -> Player:
    """Ada with a hundred gold coins, in the store. It is eight in the morning."""
    player = kit.player("Ada", gold=100)
    player.do("north")
    return player


def keeper(kit: Kit, mob: str) -> Character:
    return next(c for c in kit.game.world.characters.values() if c.mob == mob)


def till(kit: Kit, mob: str = "grocer") -> int:
    return kit.game.world.ledger.balance(keeper(kit, mob).owner_key)


def make(player: Player, kind: str, **own: object) -> Item:
    """Something in a player's hands, with what is its own."""

    def do(ctx: CoreContext) -> Item:
        item = zones.make_item(ctx, kind, player.character.owner_key)
        ctx.world.edit(item)
        for name, value in own.items():
            setattr(item, name, value)
        return item

    return player.kit.act(do)


def pose(kit: Kit, character: Character, position: str) -> None:
    kit.act(lambda ctx: ctx.world.edit(character))
    character.position = position


# Buying


def test_list_shows_what_is_for_sale(ada: Player) -> None:
    assert ada.do("list") == (
        "A grocer has for sale:\n"
        "    1) a loaf of bread: 13 gold coins\n"
        "    2) a bag: 25 gold coins\n"
        "    3) an anvil: 9 gold coins"
    )
    assert ada.do("list BAG") == "A grocer has for sale:\n    2) a bag: 25 gold coins"
    assert ada.do("list unicorn") == "A grocer has nothing like that for sale."


def test_buying_moves_gold_from_the_purse_to_the_till(kit: Kit, ada: Player) -> None:
    ben = kit.player("Ben")
    ben.do("north")
    ada.read()
    assert ada.do("buy bread") == (
        'A grocer tells you, "That\'s 13 for you, Ada."\nYou buy a loaf of bread for 13 gold coins.'
    )
    assert ben.read() == "Ada buys a loaf of bread."
    assert (ada.gold, till(kit)) == (87, 63)
    assert "You buy a loaf of bread (3) for 39 gold coins." in ada.do("buy 3 bread")
    assert (ada.gold, till(kit)) == (48, 102)
    assert "You buy a bag for 25 gold coins." in ada.do("buy #2")
    assert ada.do("i") == "You carry:\n  a bag\n  (4) a loaf of bread\nIn your purse: 23 gold coins."


def test_who_sleeps_in_the_shop_sees_nobody_buy(kit: Kit, ada: Player) -> None:
    ben = kit.player("Ben")
    ben.do("north")
    pose(kit, ben.character, "sleeping")
    ada.do("buy bread", "sell bread")
    assert ben.read() == ""


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("buy", "Buy what? `list` shows what is for sale."),
        ("buy unicorn", 'A grocer tells you, "We are out of that."'),
        ("buy #9", "The list has numbers from 1 to 3: buy #1."),
        ("buy #0", "The list has numbers from 1 to 3: buy #1."),
        ("buy coins", 'A grocer tells you, "We are out of that."'),
        ("buy 0 bread", "You can buy 1 to 100 at once: buy 5 bread."),
        ("buy 101 bread", "You can buy 1 to 100 at once: buy 5 bread."),
        ("buy 99999999999999999999 bread", "You can buy 1 to 100 at once: buy 5 bread."),
        ("buy all.bread", "One kind of thing at a time, please: buy 5 bread."),
        ("buy 8 bread", 'A grocer tells you, "It costs 104." You have 100 gold coins: enough for 7.'),
        ("sell", "Sell what?"),
        ("sell bread", 'A grocer tells you, "You don\'t seem to have that."'),
        ("value", "Value what?"),
        ("value bread", 'A grocer tells you, "You don\'t seem to have that."'),
    ],
)
def test_what_can_not_be_traded_is_said_and_costs_nothing(kit: Kit, ada: Player, line: str, answer: str) -> None:
    assert ada.do(line) == answer
    assert (ada.gold, till(kit), kit.game.world.held(ada.character.owner_key)) == (100, 50, [])


def test_who_has_no_gold_at_all_can_not_buy(kit: Kit) -> None:
    poor = kit.player("Poor")
    assert poor.do("north", "buy anvil").endswith('A grocer tells you, "It costs 9."')


@pytest.mark.parametrize(("line", "refusal"), [("buy 2 anvil", "too heavy"), ("buy 3 bread", "one thing too many")])
def test_a_purchase_that_can_not_be_carried_is_undone_whole(kit: Kit, ada: Player, line: str, refusal: str) -> None:
    world = kit.game.world
    for _ in range(MAX_ITEMS - 2):
        make(ada, "fish")

    def everything() -> dict[str, object]:
        gaps = {"serial", "ledger_seq"}  # numbers that are never used again, undone or not
        found = msgspec.to_builtins(world.state(0.0))
        return {**{k: v for k, v in found.items() if k not in gaps}, "entries": len(world.ledger.unwritten)}

    before = everything()
    assert refusal in ada.do(line)
    assert everything() == before and world.count("item", "anvil") == 0
    assert "Ada buys" not in ada.read() and (ada.gold, till(kit)) == (100, 50)


def test_what_a_reset_gave_the_keeper_is_for_sale_once(kit: Kit) -> None:
    ada = kit.player("Ada", gold=9000)
    listed = ada.do("west", "list")
    assert "2) a sword: 3,000 gold coins (1 left)" in listed and "dagger" not in listed  # that is in his hand
    assert ada.do("buy 2 sword") == 'A smith tells you, "I have only 1 of that."'
    assert "You buy a sword for 3,000 gold coins." in ada.do("buy sword")
    assert "sword" not in ada.do("list")
    assert ada.do("buy sword") == 'A smith tells you, "I don\'t have that."'


def test_a_keepers_heap_of_coins_is_not_for_sale(kit: Kit, ada: Player) -> None:
    held = kit.game.world.held(keeper(kit, "grocer").owner_key)
    assert [item.kind for item in held] == ["coins"] and "coins (" not in ada.do("list")


def test_what_costs_nothing_is_sold_for_a_coin_and_bought_for_none(kit: Kit) -> None:
    ada = kit.player("Ada", gold=5)
    assert "1) a stick: a gold coin" in ada.do("west", "list")
    assert "You buy a stick for a gold coin." in ada.do("buy stick")
    assert ada.do("sell stick") == 'A smith tells you, "I don\'t trade in such things."'


# Selling


def test_selling_moves_gold_from_the_till_to_the_purse(kit: Kit, ada: Player) -> None:
    make(ada, "brass_key")
    assert ada.do("value key") == 'A grocer tells you, "I\'d give you 15 gold coins for a brass key."'
    assert (ada.gold, till(kit)) == (100, 50)
    assert ada.do("sell key") == (
        'A grocer tells you, "Here are 15 coins for it."\nYou sell a brass key for 15 gold coins.'
    )
    assert (ada.gold, till(kit)) == (115, 35)
    assert "4) a brass key: 38 gold coins (1 left)" in ada.do("list")


def test_a_till_can_be_empty(kit: Kit, ada: Player) -> None:
    make(ada, "brass_key")
    make(ada, "wand")
    ada.do("sell wand")
    assert (ada.gold, till(kit)) == (150, 0)
    assert "15 gold coins" in ada.do("value key")
    assert ada.do("sell key") == 'A grocer tells you, "I can\'t afford that now."' == ada.do("sell all")
    ada.do("buy 2 bread")
    assert ada.do("sell all").endswith("You sell a brass key for 15 gold coins.")


def test_sell_all_sells_what_is_wanted_and_can_be_paid(kit: Kit, ada: Player) -> None:
    for kind in ("rusty_key", "wand", "brass_key", "bread", "fish"):
        make(ada, kind)
    said = ada.do("sell all")
    assert said.count("You sell") == 2 and said.endswith("I can't afford that now.\"")  # bread and key are first
    assert sorted(i.kind for i in kit.game.world.held(ada.character.owner_key)) == ["fish", "rusty_key", "wand"]
    assert (ada.gold, till(kit)) == (120, 30)
    assert ada.do("value all") == 'A grocer tells you, "I\'d give you 50 gold coins for a wand."'
    ada.do("drop wand")
    assert ada.do("sell all") == ada.do("value all") == "A grocer wants none of it."


@pytest.mark.parametrize(
    ("kind", "own", "answer"),
    [
        ("rusty_key", {}, "I don't trade in such things."),
        ("fish", {}, "I don't trade in such things."),
        ("sword", {}, "I don't trade in such things."),
        ("bread", {"keywords": ("fish", "loaf")}, "I don't trade in such things."),
        ("wand", {"values": {"charges_left": 0}}, "I don't trade in such things."),
        ("wand", {"values": {"charges_left": 1}}, "I'd give you 50 gold coins for a wand."),
        ("brass_key", {"short": "a rusty brass key"}, "I'd give you 15 gold coins for a rusty brass key."),
        ("coins", {}, "I don't trade in such things."),
    ],
)
def test_what_a_shop_trades_in(ada: Player, kind: str, own: dict[str, object], answer: str) -> None:
    item = make(ada, kind, **own)
    word = (item.keywords or ada.kit.game.world.item_def(item).keywords)[-1]
    assert ada.do(f"value {word}") == f'A grocer tells you, "{answer}"'


def test_what_may_not_leave_ones_hands_or_be_sold_at_all(kit: Kit, ada: Player) -> None:
    make(ada, "cursed_dagger")
    make(ada, "badge")
    assert ada.do("south", "west", "sell dagger").endswith("You can't let go of a cursed dagger.")
    assert ada.do("sell badge").endswith("I don't trade in such things.\"")


def test_a_container_is_sold_empty(kit: Kit, ada: Player) -> None:
    make(ada, "bag")
    make(ada, "brass_key")
    ada.do("put key bag")
    assert ada.do("sell bag") == 'A grocer tells you, "Empty it first."'
    ada.do("get key bag")
    assert "You sell a bag for 10 gold coins." in ada.do("sell bag")


def test_what_is_worn_is_not_sold(kit: Kit, ada: Player) -> None:
    make(ada, "sword")
    assert ada.do("south", "west", "wield sword", "sell sword").endswith("You don't seem to have that.\"")


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("brass_key", {}),
        ("bread", {}),
        ("wand", {"values": {"charges_left": 1}}),
        ("brass_key", {"short": "Ada's key", "keywords": ("ada", "key"), "long": "Ada's key lies here."}),
        ("bag", {"state": "closed"}),
    ],
)
def test_what_is_sold_and_bought_back_is_the_very_same(
    kit: Kit, ada: Player, kind: str, own: dict[str, object]
) -> None:
    mine = make(ada, kind, **own)
    make(ada, "wand")  # another of a kind in store must not be mistaken for it
    before = msgspec.to_builtins(mine) | {"arrived": 0}
    word = (mine.keywords or kit.game.world.item_def(mine).keywords)[0]
    assert "You sell" in ada.do(f"sell {'2.' if kind == 'wand' else ''}{word}")
    kit.copyover(seconds=5)
    row = next(line for line in reversed(ada.do("list").splitlines()) if word in line.casefold())
    number = row.split(")")[0].strip()
    assert "You buy" in ada.do(f"buy #{number}")
    assert msgspec.to_builtins(kit.game.world.items[mine.id]) | {"arrived": 0} == before


def test_things_that_differ_are_listed_apart_and_the_same_together(kit: Kit, ada: Player) -> None:
    for left in (2, 1, 2):
        item = make(ada, "wand", values={"charges_left": left})
        kit.act(lambda ctx, item=item: ctx.world.move_item(item, keeper(kit, "grocer").owner_key))  # type: ignore[misc]
    assert [row.split(": ")[1] for row in ada.do("list wand").splitlines()[1:]] == [
        "125 gold coins (2 left)",
        "125 gold coins (1 left)",
    ]


def test_a_container_is_sold_with_what_is_in_it_and_apart_from_empty_ones(kit: Kit, ada: Player) -> None:
    bag, key = make(ada, "bag"), make(ada, "brass_key")
    kit.act(lambda ctx: ctx.world.move_item(key, bag.owner_key))
    kit.act(lambda ctx: ctx.world.move_item(bag, keeper(kit, "grocer").owner_key))
    assert "a bag: 25 gold coins (1 left)" in ada.do("list") and ada.do("list").count("a bag") == 2
    ada.do("buy 2.bag")
    assert bag.owner == ada.character.owner_key and key.owner == bag.owner_key


def test_a_full_store_loses_what_lies_in_it_longest(kit: Kit, ada: Player) -> None:
    who = keeper(kit, "grocer")
    for _ in range(shops.MAX_STOCK):
        item = make(ada, "fish")
        kit.act(lambda ctx, item=item: ctx.world.move_item(item, who.owner_key))  # type: ignore[misc]
    oldest = kit.game.world.carried(who)[-1]
    make(ada, "brass_key")
    stored = len(kit.game.world.carried(who))
    assert "You sell" in ada.do("sell key")
    assert len(kit.game.world.carried(who)) == stored and oldest.id not in kit.game.world.items
    assert kit.game.world.ledger.total() == 0


# When, where and with whom


def test_there_is_no_shop_elsewhere(kit: Kit, ada: Player) -> None:
    make(ada, "bread")
    ada.do("south")
    for command in ("list", "buy bread", "sell bread", "value bread"):
        assert ada.do(command) == "There is no shop here."


def test_a_keeper_who_is_elsewhere_keeps_no_shop(kit: Kit, ada: Player) -> None:
    kit.act(lambda ctx: ctx.move(keeper(kit, "grocer"), "row"))
    assert ada.do("list") == "There is no shop here."
    assert ada.do("south", "list").endswith("There is no shop here.")


@pytest.mark.parametrize("position", ["sleeping", "fighting", "dead"])
def test_a_keeper_who_is_busy_does_not_trade(kit: Kit, ada: Player, position: str) -> None:
    pose(kit, keeper(kit, "grocer"), position)
    for command in ("list", "buy bread", "sell bread", "value bread"):
        make(ada, "bread")
        assert ada.do(command) == "A grocer can't trade now."


def test_a_keeper_in_a_fight_does_not_trade(kit: Kit, ada: Player) -> None:
    kit.act(lambda ctx: fights.begin(ctx.world, ada.character, keeper(kit, "grocer")))
    assert ada.do("buy bread") == "A grocer can't trade now." and ada.gold == 100
    kit.act(lambda ctx: fights.end(ctx.world, ada.character))
    assert "You buy" in ada.do("buy bread")


def test_shops_keep_their_hours(kit: Kit) -> None:
    ada = kit.player("Ada")
    ada.do("west")
    closed = 'A smith tells you, "We are closed. Come back at {} o\'clock."'
    seen = []
    for _ in range(24):
        seen.append(ada.do("list"))
        kit.wait(HOUR)
    until_noon, lunch, afternoon, night = seen[:4], seen[4], seen[5:10], seen[10:23]
    assert all("a stick" in said for said in (*until_noon, *afternoon, seen[23]))
    assert lunch == closed.format(13) and set(night) == {closed.format(7)}


def test_hours_over_midnight(kit: Kit) -> None:
    ada = kit.player("Ada")
    assert ada.do("east", "list").endswith('The host tells you, "We are closed. Come back at 20 o\'clock."')
    kit.wait(12 * HOUR)
    assert "bread" in ada.do("list")
    kit.wait(7.9 * HOUR)
    assert "bread" in ada.do("list")
    kit.wait(0.2 * HOUR)
    assert "We are closed" in ada.do("list")


def test_opening_hours_are_kept_by_the_games_clock_alone(kit: Kit) -> None:
    ada = kit.player("Ada")
    ada.do("west")
    kit.wait(3.9 * HOUR)
    kit.sleep(100_000)
    kit.copyover(seconds=500)
    assert "a stick" in ada.do("list")
    kit.wait(0.2 * HOUR)
    assert "We are closed" in ada.do("list")


def test_time_tells_the_hour(kit: Kit, ada: Player) -> None:
    kit.wait(1.5 * HOUR)
    assert ada.do("time") == (
        "It is 9:30 on day 1 of the Herring Moon, in the spring of year 301.\n(An hour here takes 75 seconds.)"
    )


def test_a_shop_refuses_whom_its_file_says_but_not_builders(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, boss = kit.player("Ada"), kit.player("Boss", "builder")
    monkeypatch.setattr(shops, "kinds", lambda character: {"thief", "good"})
    assert ada.do("west", "list").endswith('A smith tells you, "I don\'t trade with the likes of you."')
    assert "a stick" in boss.do("west", "list")
    monkeypatch.setattr(shops, "kinds", lambda character: {"mage", "good"})
    assert "a stick" in ada.do("list")


@pytest.mark.parametrize("command", ["list", "buy", "sell", "value", "time"])
def test_each_command_has_a_help_page(ada: Player, command: str) -> None:
    assert ada.do(f"help {command}").splitlines()[1].startswith(f"{command}")
