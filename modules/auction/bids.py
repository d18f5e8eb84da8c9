"""Bids and buy-outs."""

from __future__ import annotations

from modules.auction.delivery import tell
from modules.auction.sales import announce, refund, sold
from modules.auction.state import Auction, Ends, House, Lot, find_lot, item_of, need_open, next_bid
from mud.api import LIMIT, Context, Rejected, coins, duration, replace, split, whole_number


def bid(ctx: Context[Auction], args: str) -> None:
    """Bid on a lot. Whoever is outbid gets the gold back at once."""
    words = split(args)
    amount = whole_number(words[1]) if len(words) in (2, 3) else None
    if amount is None or words[2:] not in ([], ["gold"]):
        raise Rejected("Write: auction bid N AMOUNT.")
    lot = find_lot(ctx, words[0])
    need_biddable(ctx, lot)
    if lot.buyout and amount >= lot.buyout:
        buy_for(ctx, lot, lot.buyout)
        return
    house = ctx.settings(House)
    least = next_bid(house, lot)
    if least > LIMIT:
        raise Rejected(f"No bid can be higher than the one on lot {lot.number}.")
    if amount < least:
        raise Rejected(f"The least that you can bid on lot {lot.number} now is {coins(least)}.")
    late = lot.ends - ctx.clock.wall < house.snipe
    longer = f" A late bid: it runs on for {duration(house.snipe)}." if late else ""
    outbid = lot.bidder
    lot = highest(ctx, lot, amount, longer)
    if late:
        lot = replace(lot, ends=ctx.clock.wall + house.snipe)
        ctx.cancel(Ends(lot.number))
        ctx.set_timer_at(lot.ends, Ends(lot.number))
    ctx.state.lots[lot.number] = lot
    ctx.send(
        f"You bid {coins(amount)} on lot {lot.number}, {lot.called}. The gold is kept until you are outbid.{longer}"
    )
    text = f"lot {lot.number}, {lot.called}, stands at {coins(amount)}.{longer}"
    announce(ctx, text, but=(lot.bidder, lot.seller, outbid))
    tell(ctx, lot.seller, f"{lot.bidder_name} bids {coins(amount)} on lot {lot.number}, {lot.called}.{longer}")


def buy(ctx: Context[Auction], args: str) -> None:
    """Buy a lot at once, for its buy-out."""
    lot = find_lot(ctx, args)
    need_biddable(ctx, lot)
    if not lot.buyout:
        raise Rejected(f"Lot {lot.number} can't be bought out: bid on it.")
    buy_for(ctx, lot, lot.buyout)


def need_biddable(ctx: Context[Auction], lot: Lot) -> None:
    """Raise Rejected if the player can't bid on a lot."""
    need_open(ctx, lot)
    if lot.seller == ctx.player.id:
        raise Rejected(f"Lot {lot.number} is your own.")
    if item_of(ctx, lot) is None:
        raise Rejected(f"The house can't find lot {lot.number}. Tell an admin.")


def buy_for(ctx: Context[Auction], lot: Lot, price: int) -> None:
    """The player buys the lot."""
    sold(ctx, highest(ctx, lot, price))


def highest(ctx: Context[Auction], lot: Lot, amount: int, news: str = "") -> Lot:
    """The lot with the player as the highest bidder, whose gold goes into escrow. The bidder before gets theirs back
    and is told `news`.

    Raises Rejected if the player does not have enough.
    """
    me, key = ctx.player, ctx.escrow(ctx.player.id, lot.about)
    mine = lot.bids > 0 and lot.bidder == me.id
    more = amount - lot.bid if mine else amount  # the rest is in escrow already
    have = ctx.world.ledger.balance(me.owner_key)
    if have < more:
        raise Rejected(f"You have {coins(have)}, and need {coins(more)}{' more' if mine else ''}.")
    ctx.pay(me.owner_key, key, more, f"bid on lot {lot.number}")
    if not mine:
        refund(ctx, lot, f"{me.name} bids {coins(amount)} on lot {lot.number}, {lot.called}", news)
    return replace(lot, bidder=me.id, bidder_name=me.name, bid=amount, bids=lot.bids + 1)
