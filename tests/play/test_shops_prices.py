"""Nobody gets gold out of nothing by buying and selling, in whatever order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mud.areas.load import load
from mud.core.ledger import LIMIT, MINT, SINK
from mud.core.world.area import ItemDef, ShopDef
from mud.play import shops
from mud.testing import Kit, Player
from tests.play.worlds import MARKET

WORLD = load(MARKET)
SHOPS = WORLD.areas["market"].shops
#: The way to each shop from the row, and what lies at hand of the player at the start.
WAYS = {"north": "south", "east": "west", "west": "east"}
OWNED = ("brass_key", "rusty_key", "wand", "sword", "fish", "bread", "bag", "stick")
WORDS = ("bread", "bag", "key", "wand", "sword", "stick", "all", "#4", "all.bread", "2.bread")
STEPS = st.tuples(
    st.sampled_from(("buy", "buy 3", "sell", "value")), st.sampled_from(WORDS), st.sampled_from(tuple(WAYS))
)


def best_offer(kind: str) -> int:
    """What the best of the shops would pay for a thing of a kind."""
    definition = WORLD.items[kind]
    return max(shops.offer(shop, definition) if shops.trades_in(shop, definition) else 0 for shop in SHOPS)


def wealth(player: Player) -> int:
    """A player's gold, and what the shops would give for the rest."""
    held = player.kit.game.world.held(player.character.owner_key)
    return player.gold + sum(best_offer(item.kind) for item in held)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=25), st.integers(0, 4000))
def test_no_sequence_makes_money_from_nothing(steps: list[tuple[str, str, str]], gold: int) -> None:
    kit = Kit(world=WORLD)
    kit.wait(9 * 75.0)  # smithy closed later; the inn opens at 20
    ada = kit.player("Ada", gold=gold)
    for kind in OWNED:
        kit.make_item(kind, ada.character)
    ledger = kit.game.world.ledger
    made, rich = (ledger.balance(MINT), ledger.balance(SINK)), wealth(ada)
    for number, (verb, word, way) in enumerate(steps):
        ada.do(way, f"{verb} {word}")
        assert ledger.total() == 0 and min(v for k, v in ledger.balances.items() if k != MINT) >= 0
        assert (ledger.balance(MINT), ledger.balance(SINK)) == made
        assert wealth(ada) <= rich
        rich = wealth(ada)
        ada.do(WAYS[way])
        kit.wait(75.0 * (number % 3))


FACTORS = st.floats(0, 1e6, allow_nan=False)


@given(st.integers(0, 10**15), FACTORS, FACTORS)
def test_no_shop_pays_more_than_it_asks(cost: int, sell_factor: float, buy_factor: float) -> None:
    shop = ShopDef(id="x", sell_factor=sell_factor, buy_factor=buy_factor)
    thing = ItemDef(id="x", keywords=("x",), short="x", cost=cost)
    price, offer = shops.sale_price(shop, thing), shops.offer(shop, thing)
    assert offer == 0 if price is None else 0 <= offer <= price <= LIMIT + 1 and price >= 1
