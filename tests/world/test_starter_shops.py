"""The starter world's shops: they can be found, have something for a newcomer, and pay for what they name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.areas.load import load
from mud.core.world.area import ItemDef, ShopDef
from mud.core.world.calendar import CALENDAR, open_at
from mud.play import describe, shops
from mud.testing import Kit

WORLD = load(Path(__file__).parent.parent.parent / "world")
SHOPS = {shop.id: shop for area in WORLD.areas.values() for shop in area.shops}


def wanted(shop: ShopDef) -> list[ItemDef]:
    """What a shop pays for."""
    return [i for i in WORLD.items.values() if shops.trades_in(shop, i) and shops.offer(shop, i)]


def test_there_are_shops_and_some_are_open_when_a_new_world_begins() -> None:
    assert len(SHOPS) >= 3
    assert sum(open_at(shop.hours, CALENDAR.at(0.0).hour) for shop in SHOPS.values()) >= 3


@pytest.mark.parametrize("shop", SHOPS.values(), ids=lambda shop: shop.id)
def test_each_lists_sells_and_buys_what_its_file_says(shop: ShopDef) -> None:
    kit = Kit(world=WORLD)
    kit.wait(CALENDAR.seconds_until(0.0, shop.hours[0][0]) + 1)
    ada = kit.player("Ada", "builder", gold=1000)
    ada.do(f"goto {shop.rooms[0]}")
    assert ada.do("list").count("gold coin") == len(shop.sells)
    for kind in shop.sells:
        assert "You buy" in ada.do(f"buy {WORLD.items[kind].keywords[0]}")
    ada.do("drop all")
    for thing in wanted(shop):
        kit.make_item(thing.id, ada.character)
        assert describe.coins(shops.offer(shop, thing)) in ada.do(f"value {thing.keywords[0]}")
        ada.do("drop all")
    cheapest = min(wanted(shop), key=lambda i: i.cost, default=None)
    if cheapest is not None:
        kit.make_item(cheapest.id, ada.character)
        assert "You sell" in ada.do(f"sell {cheapest.keywords[0]}")
    assert kit.game.world.ledger.total() == 0


def test_what_one_shop_sells_no_other_buys_for_more() -> None:
    for thing in WORLD.items.values():
        asked = [shops.sale_price(shop, thing) or 0 for shop in SHOPS.values() if thing.id in shop.sells]
        paid = [shops.offer(shop, thing) for shop in SHOPS.values() if shops.trades_in(shop, thing)]
        assert min(asked, default=10**9) > max(paid, default=0), thing.id


def test_the_chandler_buys_nothing_from_below_the_ninth_step() -> None:
    """As the card in his window says."""
    drowned = {thing.id for thing in WORLD.areas["drowned"].items}
    bought = {thing.id for thing in wanted(SHOPS["chandlery_shop"])}
    assert bought and bought & drowned == set()


def test_nothing_that_the_mystery_needs_is_bought() -> None:
    bought = {thing.id for shop in SHOPS.values() for thing in wanted(shop)}
    assert bought & {"green_key", "heron_key", "tin_box"} == set()


def test_gold_in_chests_is_put_there_once() -> None:
    """So that nobody gets rich by waiting."""
    coins = {thing.id for thing in WORLD.items.values() if thing.kind == "money"}
    resets = [r for area in WORLD.areas.values() for r in area.resets if getattr(r, "id", "") in coins]
    assert len(resets) >= 3 and all(r.once for r in resets)
