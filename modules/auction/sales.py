"""Putting something up, taking it back, and the end of a lot, sold or not."""

from __future__ import annotations

from modules.auction.delivery import deliver, pay_out, tell
from modules.auction.state import Auction, Ends, House, Listed, Lot, LotEnded, Past, find_lot, item_of, need_open
from mud.api import (
    LIMIT,
    SINK,
    Character,
    Context,
    Rejected,
    coins,
    duration,
    find_item,
    seconds_in,
    short,
    split,
    strip,
    tag,
    whole_number,
)

WRITE = "Write: auction sell ITEM PRICE [TIME] [reserve PRICE] [buyout PRICE]."


def sell(ctx: Context[Auction], args: str) -> None:
    """Put one thing that the player carries up for auction."""
    house, me, state = ctx.settings(House), ctx.player, ctx.state
    what, price, seconds, bounds = terms(house, args)
    mine = sum(1 for lot in state.lots.values() if lot.seller == me.id)
    if mine >= house.lots_each:
        raise Rejected(f"You have {mine} lots running, and {house.lots_each} are the most. Wait for one to end.")
    if len(state.lots) >= house.lots:
        raise Rejected("The auction house is full. Try again when some lots have ended.")
    item = find_item(ctx.world, what, ctx.world.carried(me), "in your hands")
    state.last += 1
    ctx.hold(item, me.id, str(state.last))
    now = ctx.clock.wall
    lot = Lot(
        number=state.last,
        item=item.id,
        called=strip(short(ctx.world, item)),
        seller=me.id,
        seller_name=me.name,
        price=price,
        reserve=bounds["reserve"],
        buyout=bounds["buyout"],
        began=now,
        ends=now + seconds,
    )
    state.lots[lot.number] = lot
    ctx.set_timer_at(lot.ends, Ends(lot.number))
    ctx.send(f"Lot {lot.number}: {short(ctx.world, item)}, from {coins(price)}, for {duration(seconds)}.")
    announce(ctx, f"{me.name} puts up lot {lot.number}: {lot.called}, from {coins(price)}.", by=me)
    ctx.emit(Listed(lot.number, lot.item, me.id))


def terms(house: House, args: str) -> tuple[str, int, int, dict[str, int]]:
    """What the player wants to sell: the item, price, seconds, reserve and buy-out.

    Raises Rejected.
    """
    words = split(args)
    at = next((n for n, word in enumerate(words) if n and whole_number(word) is not None), 0)
    if not at:
        raise Rejected(WRITE)
    named = words[1:at] if at > 1 and words[0].casefold() in ("a", "an", "the") else words[:at]
    what, price, rest = " ".join(named).strip(), whole_number(words[at]) or 0, words[at + 1 :]
    if not what:  # empty quotes, which would match anything
        raise Rejected(WRITE)
    rest = rest[1:] if rest and rest[0].casefold() in ("gold", "coins") else rest
    bounds, seconds = {"reserve": 0, "buyout": 0}, max(house.shortest, min(house.usual, house.longest))
    while rest:
        word, value = rest[0].casefold(), rest[1] if len(rest) > 1 else ""
        amount, span = whole_number(value), seconds_in(rest[0])
        if word in bounds and amount is not None:
            bounds[word], rest = amount, rest[2:]
        elif span is not None:
            seconds, rest = span, rest[1:]
        else:
            raise Rejected(f"{rest[0]!r} is no time, nor a reserve or buy-out. {WRITE} A time is 90s, 30m, 12h or 2d.")
    check(house, price, seconds, bounds)
    return what, price, seconds, bounds


def check(house: House, price: int, seconds: int, bounds: dict[str, int]) -> None:
    """Raise Rejected for terms outside of the house's bounds."""
    if not house.least_price <= price <= LIMIT:
        raise Rejected(f"A price is a number from {house.least_price:,} to {LIMIT:,}.")
    if not house.shortest <= seconds <= house.longest:
        raise Rejected(f"A lot runs from {duration(house.shortest)} to {duration(house.longest)}.")
    for word, amount in bounds.items():
        if amount and not price <= amount <= LIMIT:
            raise Rejected(f"A {word} is at least the price, {price}, and at most {LIMIT}.")
    if 0 < bounds["buyout"] < bounds["reserve"]:
        raise Rejected("A buy-out must not be below the reserve.")


def cancel(ctx: Context[Auction], args: str) -> None:
    """Take back one's own lot without a bid. An admin can end any lot; the bidder gets the gold back."""
    lot, me = find_lot(ctx, args), ctx.player
    need_open(ctx, lot)
    admin = ctx.may("admin")
    if lot.seller != me.id and not admin:
        raise Rejected(f"Lot {lot.number} is {lot.seller_name}'s.")
    if lot.bids and not admin:
        raise Rejected(f"Lot {lot.number} has a bid: it runs to its end.")
    where = unsold(ctx, lot)
    if lot.seller != me.id:
        ctx.send(f"Lot {lot.number} is taken back.")
        tell(ctx, lot.seller, f"{me.name} ends lot {lot.number}, {lot.called}: {where}.")
    else:
        ctx.send(f"Lot {lot.number} is taken back: {where}.")


# The end


def time_is_up(ctx: Context[Auction], timer: Ends) -> None:
    """A lot ends: with a sale, or without."""
    lot = ctx.state.lots.get(timer.lot)
    if lot is None:
        return
    paid = ctx.world.ledger.balance(ctx.escrow(lot.bidder, lot.about)) == lot.bid if lot.bids else False
    if paid and lot.bid >= lot.reserve and item_of(ctx, lot) is not None:
        sold(ctx, lot)
        return
    why = f"the reserve of {coins(lot.reserve)} was not met" if lot.bids else "nobody bid"
    tell(ctx, lot.seller, f"lot {lot.number}, {lot.called}, is not sold, {why}: {unsold(ctx, lot)}.")
    announce(ctx, f"lot {lot.number}, {lot.called}, is not sold.", but=(lot.seller, lot.bidder))


def sold(ctx: Context[Auction], lot: Lot) -> None:
    """Give the item to the highest bidder, and the bid to the seller and the house."""
    item = item_of(ctx, lot)
    assert item is not None
    source = ctx.escrow(lot.bidder, lot.about)
    fee = lot.bid * ctx.settings(House).fee_percent // 100
    ctx.pay(source, SINK, fee, f"the house's fee for lot {lot.number}")
    pay_out(ctx, source, lot.seller, lot.bid - fee, f"lot {lot.number} sold")
    where = deliver(ctx, item, lot.bidder)
    close(ctx, lot, lot.bidder_name, lot.bid)
    tell(ctx, lot.bidder, f"you have lot {lot.number}, {lot.called}, for {coins(lot.bid)}: {where}.")
    less = f" less a fee of {fee:,}" if fee else ""
    tell(ctx, lot.seller, f"lot {lot.number}, {lot.called}, goes to {lot.bidder_name} for {coins(lot.bid)}{less}.")
    text = f"lot {lot.number}, {lot.called}, goes to {lot.bidder_name} for {coins(lot.bid)}."
    announce(ctx, text, but=(lot.seller, lot.bidder))
    ctx.emit(LotEnded(lot.number, lot.item, lot.seller, lot.bidder, lot.bid))


def unsold(ctx: Context[Auction], lot: Lot) -> str:
    """Give the item back to the seller and the bid to the bidder. Returns the end of a sentence for the seller."""
    refund(ctx, lot, f"lot {lot.number}, {lot.called}, is not sold")
    item = item_of(ctx, lot)
    if item is None:
        ctx.log.error("the item %s of lot %d is not in its escrow", lot.item, lot.number)
    where = deliver(ctx, item, lot.seller) if item is not None else "it is nowhere to be found"
    close(ctx, lot, "", 0)
    ctx.emit(LotEnded(lot.number, lot.item, lot.seller, "", 0))
    return where


def refund(ctx: Context[Auction], lot: Lot, why: str, news: str = "") -> None:
    """Give the highest bidder the gold back, and tell them."""
    if lot.bids:
        source = ctx.escrow(lot.bidder, lot.about)
        gold = ctx.world.ledger.balance(source)
        pay_out(ctx, source, lot.bidder, gold, f"bid on lot {lot.number} given back")
        tell(ctx, lot.bidder, f"{why}: you have your {coins(gold)} back.{news}")


def close(ctx: Context[Auction], lot: Lot, buyer: str, price: int) -> None:
    """Remove a lot, and remember it in the history."""
    ctx.cancel(Ends(lot.number))
    del ctx.state.lots[lot.number]
    history = ctx.state.history
    history.append(
        Past(
            number=lot.number,
            called=lot.called,
            seller=lot.seller_name,
            buyer=buyer,
            price=price,
            at=ctx.clock.wall,
        )
    )
    del history[: -ctx.settings(House).history or len(history)]


# Announcements


def announce(ctx: Context[Auction], text: str, by: Character | None = None, but: tuple[str, ...] = ()) -> None:
    """Tell everybody who has not muted announcements, except those who are told in other words."""
    deaf = ctx.state.deaf
    for character in ctx.world.players():
        heard = by is None or (character is not by and ctx.hears(character, by.name))
        if heard and character.id not in deaf and character.id not in but:
            ctx.tell(character, tag("yellow", f"Auction: {text}"))


def mute(ctx: Context[Auction], args: str) -> None:
    """Turn announcements off, or on again."""
    deaf, me = ctx.state.deaf, ctx.player.id
    if me in deaf:
        deaf.remove(me)
        ctx.send("You hear the auctioneer again.")
    else:
        deaf.add(me)
        ctx.send("You no longer hear the auctioneer, except about your own lots and bids.")
