"""Shops: list, buy, sell, value; and `time`, for their opening hours.

The keeper's purse is the till. What a shop always sells is created when it is bought, and the price goes into the
till. What it buys is held by its keeper, and is sold as the same item.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable
from typing import NamedTuple

from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.ledger import LIMIT
from mud.core.targets import answers, parse_target, pick
from mud.core.text.keywords import matches
from mud.core.text.markup import strip, tag
from mud.core.text.words import number_within
from mud.core.world.area import ItemDef, ShopDef
from mud.core.world.calendar import CALENDAR, HOURS, open_at
from mud.core.world.hands import cannot_let_go
from mud.core.world.model import Character, Item
from mud.core.world.world import World
from mud.play import describe, things, zones
from mud.play.describe import capital, coins

#: How many items one `buy` may ask for.
MAX_AT_ONCE = 100
#: Before the name of a ware, what can only be meant as a count: 5, -1, 1.5, 1e3; but 2.bread is the second one.
_COUNT = re.compile(r"[-+]?[\d.,_]*\d(e\d+)?")
#: How many items a keeper has in store at most. When it buys one more, the one held longest leaves the world.
MAX_STOCK = 200
#: What a keeper says when its file does not give a text; `%d` is the amount.
MESSAGES = {
    "no_such_item": "I don't have that.",
    "player_has_not": "You don't seem to have that.",
    "does_not_buy": "I don't trade in such things.",
    "shop_too_poor": "I can't afford that now.",
    "player_too_poor": "You can't afford that.",
    "sold": "That'll be %d coins, thank you.",
    "bought": "Here are %d coins for it.",
}
#: An alignment from this on is good; one up to its negative is evil.
GOOD = 350


class Shop(NamedTuple):
    """A shop, and its keeper in this room."""

    shop: ShopDef
    keeper: Character


class Ware(NamedTuple):
    """Something for sale: a sample, its price, the items in store, and whether the supply is unlimited."""

    sample: Item
    price: int
    store: list[Item]
    endless: bool


# The shop


def here(ctx: CoreContext) -> Shop:
    """The shop in the player's room, open for this player. Raises Rejected if there is none or it refuses to trade."""
    found = in_room(ctx.world, ctx.player.room)
    if found is None:
        raise Rejected("There is no shop here.")
    shop, keeper = found
    if keeper.position not in ("standing", "sitting", "resting"):
        raise Rejected(f"{capital(describe.name(ctx.world, keeper))} can't trade now.")
    if not open_at(shop.hours, CALENDAR.at(ctx.clock.game).hour):
        opens = min((h % HOURS for h, _ in shop.hours), key=lambda h: CALENDAR.seconds_until(ctx.clock.game, h))
        raise Rejected(voice(ctx, found, f"We are closed. Come back at {opens} o'clock."))
    if kinds(ctx.player) & set(shop.refuses) and not ctx.may("builder"):
        raise Rejected(voice(ctx, found, "I don't trade with the likes of you."))
    return found


def in_room(world: World, room: str) -> Shop | None:
    """The shop whose keeper is in `room`, in one of its own rooms."""
    keepers = {c.mob: c for c in reversed(world.present(room)) if c.mob is not None}
    areas = dict.fromkeys(area for keeper in keepers for area in world.defs.shops_of.get(keeper, ()))
    for area in map(world.defs.areas.__getitem__, areas):
        for shop in area.shops:
            if shop.keeper in keepers and (room in shop.rooms or not shop.rooms):
                return Shop(shop, keepers[shop.keeper])
    return None


def kinds(character: Character) -> set[str]:
    """A character's kinds, as a shop's `refuses` names them: its profession, if it has any, and its alignment."""
    alignment: int | None = getattr(character, "alignment", None)
    profession: str | None = getattr(character, "profession", None)
    found = {profession} if profession else set()
    if alignment is not None:
        found.add("good" if alignment >= GOOD else "evil" if alignment <= -GOOD else "neutral")
    return found


def voice(ctx: CoreContext, shop: Shop, text: str) -> str:
    """What the keeper says to the player."""
    return tag("tell", f'{strip(capital(describe.name(ctx.world, shop.keeper)))} tells you, "{text}"')


def message(ctx: CoreContext, shop: Shop, key: str, amount: int = 0) -> str:
    """One of the keeper's messages, its own or the default. `%s` is the player, `%d` the amount."""
    text = shop.shop.messages.get(key, MESSAGES[key]).removeprefix("%s ")
    return voice(ctx, shop, text.replace("%d", f"{amount:,}").replace("%s", ctx.player.name))


# Prices


def sale_price(shop: ShopDef, definition: ItemDef) -> int | None:
    """What a player pays for one, rounded up; None when it has no price that anyone could pay."""
    price = definition.cost * shop.sell_factor
    return max(1, math.ceil(price - 1e-6)) if 0 <= price <= LIMIT else None


def offer(shop: ShopDef, definition: ItemDef) -> int:
    """What a player gets for one, rounded down, and never more than it costs here."""
    price = definition.cost * shop.buy_factor
    most = sale_price(shop, definition)
    return min(math.floor(price + 1e-6), most) if 0 <= price <= LIMIT and most is not None else 0


# Wares


def wares(world: World, shop: Shop) -> list[Ware]:
    """All that a shop sells: first the unlimited supply, then what is in store, with equal items grouped."""
    stock = [i for i in reversed(world.carried(shop.keeper)) if not describe.is_coins(world, i)]
    found: dict[tuple[Hashable, ...], Ware] = {}
    always = [k for k in dict.fromkeys(shop.shop.sells) if k in world.defs.items]
    for kind in always:
        sample = Item(id="", kind=kind, owner=shop.keeper.owner_key)
        price = sale_price(shop.shop, world.item_def(sample))
        if price is not None and not describe.is_coins(world, sample):
            plain = [i for i in stock if i.kind == kind and is_plain(world, i)]
            found[(kind,)] = Ware(sample, price, plain, True)
    for item in stock:
        price = sale_price(shop.shop, world.item_def(item))
        if price is not None and not (item.kind in always and is_plain(world, item)):
            full = item.id if world.held(item.owner_key) else ""  # its contents are sold with it
            key = (item.kind, describe.short(world, item), frozenset(item.values.items()), item.state, full)
            found.setdefault(key, Ware(item, price, [], False)).store.append(item)
    return list(found.values())


def is_plain(world: World, item: Item) -> bool:
    """Whether an item is exactly as its definition says."""
    own = item.short or item.long or item.keywords or item.values or item.state
    return not own and not world.held(item.owner_key)


def find_ware(ctx: CoreContext, shop: Shop, text: str) -> Ware:
    """The ware that a player names: by keywords, or by `#N` in the list. Raises Rejected."""
    offered = wares(ctx.world, shop)
    if text.startswith("#"):
        number = number_within(text[1:], 1, len(offered))
        if number is None and offered:
            raise Rejected(f"The list has numbers from 1 to {len(offered)}: buy #1.")
        found = offered[number - 1 : number] if number else []
    else:
        target = parse_target(text)
        if target.every:
            raise Rejected("One kind of thing at a time, please: buy 5 bread.")
        found = pick(target, ((describe.keywords(ctx.world, w.sample), w) for w in offered))
    if not found:
        raise Rejected(message(ctx, shop, "no_such_item"))
    return found[0]


# Commands


def list_(ctx: CoreContext, args: str) -> None:
    """List what is for sale."""
    shop, world = here(ctx), ctx.world
    rows = [
        f"  {number:3}) {describe.short(world, ware.sample)}: {coins(ware.price)}{'' if ware.endless else left(ware)}"
        for number, ware in enumerate(wares(world, shop), 1)
        if answers(describe.keywords(world, ware.sample), args.strip().casefold())
    ]
    who = describe.name(world, shop.keeper)
    if not rows:
        raise Rejected(f"{capital(who)} has nothing{' like that' if args else ''} for sale.")
    ctx.page(f"{capital(who)} has for sale:\n" + "\n".join(rows))


def left(ware: Ware) -> str:
    """How many are in store, in words."""
    return f" ({len(ware.store)} left)"


def buy(ctx: CoreContext, args: str) -> None:
    """Buy some of a ware: as many as was asked for, or none."""
    count, text = amount_in(args, "Buy what? `list` shows what is for sale.")
    shop, world, me = here(ctx), ctx.world, ctx.player
    ware = find_ware(ctx, shop, text)
    called = describe.short(world, ware.sample)
    if not ware.endless and count > len(ware.store):
        raise Rejected(voice(ctx, shop, f"I have only {len(ware.store)} of that."))
    have, total = world.ledger.balance(me.owner_key), ware.price * count
    if have < total:
        enough = f" You have {coins(have)}: enough for {have // ware.price}." if have >= ware.price else ""
        raise Rejected(message(ctx, shop, "player_too_poor", total) + enough)
    ctx.pay(me.owner_key, shop.keeper.owner_key, total, f"bought {ware.sample.kind}")
    for number in range(count):
        kept = ware.store[number] if number < len(ware.store) else None
        item = kept or zones.make_item(ctx, ware.sample.kind, shop.keeper.owner_key)
        refusal = things.cannot_hold(world, me, item)
        if refusal:
            raise Rejected(refusal)
        world.move_item(item, me.owner_key)
    what = f"{called} ({count})" if count > 1 else called
    ctx.send(message(ctx, shop, "sold", total))
    ctx.send(f"You buy {what} for {coins(total)}.")
    ctx.others(f"{describe.name(world, me)} buys {what}.")


def amount_in(args: str, question: str) -> tuple[int, str]:
    """Split `5 bread` into 5 and `bread`. Raises Rejected without words, or for an amount that can't be bought."""
    first, _, rest = args.strip().partition(" ")
    if not first:
        raise Rejected(question)
    if not rest.strip() or not _COUNT.fullmatch(first):
        return 1, args.strip().strip("'\"")
    count = number_within(first, 1, MAX_AT_ONCE)
    if count is None:
        raise Rejected(f"You can buy 1 to {MAX_AT_ONCE} at once: buy 5 bread.")
    return count, rest.strip().strip("'\"")


def sell(ctx: CoreContext, args: str) -> None:
    """Sell something to the keeper; with `all`, everything that the keeper wants and can pay for."""
    shop, items, many = own_things(ctx, args, "Sell what?")
    world, me, till = ctx.world, ctx.player, shop.keeper.owner_key
    sold, poor = 0, ""
    for item in items:
        price, refusal = judge(ctx, shop, item)
        if not refusal and world.ledger.balance(till) < price:
            refusal = poor = message(ctx, shop, "shop_too_poor", price)
        if refusal and not many:
            raise Rejected(refusal)
        if refusal:
            continue
        make_room(ctx, shop)
        ctx.pay(till, me.owner_key, price, f"sold {item.kind}")
        world.move_item(item, till)
        ctx.send(message(ctx, shop, "bought", price))
        ctx.send(f"You sell {describe.short(world, item)} for {coins(price)}.")
        ctx.others(f"{describe.name(world, me)} sells {describe.short(world, item)}.")
        sold += 1
    if not sold:
        raise Rejected(poor or wants_none(ctx, shop))
    if poor:
        ctx.send(poor)


def value(ctx: CoreContext, args: str) -> None:
    """Ask what the keeper would pay for something."""
    shop, items, many = own_things(ctx, args, "Value what?")
    judged = [(item, *judge(ctx, shop, item)) for item in items]
    if not many and judged[0][2]:
        raise Rejected(judged[0][2])
    offers = [
        voice(ctx, shop, f"I'd give you {coins(price)} for {strip(describe.short(ctx.world, item))}.")
        for item, price, refusal in judged
        if not refusal
    ]
    if not offers:
        raise Rejected(wants_none(ctx, shop))
    ctx.page("\n".join(offers))


def wants_none(ctx: CoreContext, shop: Shop) -> str:
    """What the keeper says after looking at everything and wanting nothing."""
    return f"{capital(describe.name(ctx.world, shop.keeper))} wants none of it."


def own_things(ctx: CoreContext, args: str, question: str) -> tuple[Shop, list[Item], bool]:
    """The shop here, and those of the player's items that they name. Raises Rejected when either is missing."""
    text = things.need(args, question)
    shop = here(ctx)
    items = describe.seek_items(ctx.world, text, ctx.world.carried(ctx.player))
    if not items:
        raise Rejected(message(ctx, shop, "player_has_not"))
    return shop, items, parse_target(text).every


def judge(ctx: CoreContext, shop: Shop, item: Item) -> tuple[int, str]:
    """The price that a keeper offers for an item, or why it refuses it. Whether it has the gold is not checked."""
    world, definition = ctx.world, ctx.world.item_def(item)
    if refusal := cannot_let_go(world, item):
        return 0, refusal
    price = offer(shop.shop, definition)
    if price < 1 or not trades_in(shop.shop, definition, item.keywords) or used_up(world, item):
        return 0, message(ctx, shop, "does_not_buy")
    if world.held(item.owner_key):
        return 0, voice(ctx, shop, "Empty it first.")
    return price, ""


def trades_in(shop: ShopDef, definition: ItemDef, keywords: tuple[str, ...] | None = None) -> bool:
    """Whether a shop buys items of this kind, and with these keywords if its file asks for some.

    In a file's expressions, flags ("magic") count as keywords.
    """
    if definition.kind == describe.COINS or "nosell" in definition.flags:
        return False
    wanted = (line.partition(" ") for line in shop.buys)
    known = (*(keywords or definition.keywords), *definition.flags)
    return any(kind == definition.kind and matches(words, known) for kind, _, words in wanted)


def used_up(world: World, item: Item) -> bool:
    """Whether a wand or staff has no charges left."""
    return world.item_def(item).kind in ("wand", "staff") and world.value(item, "charges_left") == 0


def make_room(ctx: CoreContext, shop: Shop) -> None:
    """Remove the item that a full store has held longest."""
    stock = ctx.world.carried(shop.keeper)
    if len(stock) >= MAX_STOCK:
        ctx.destroy(stock[-1])
