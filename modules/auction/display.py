"""The list of lots, one lot in full, and the history."""

from __future__ import annotations

from collections.abc import Iterable

from modules.auction.state import Auction, House, Lot, find_lot, item_of, next_bid
from mud.api import LIMIT, Context, Rejected, ago, coins, duration, seek_items, short, split, whole_number

#: How many words a search may have: each is compared with all lots, and a line could have thousands.
MAX_WORDS = 12


def list_(ctx: Context[Auction], args: str) -> None:
    """A page of the lots, those that end soonest first; with words, only those that match."""
    words, page = paged(split(args.casefold()))
    lots = sorted(chosen(ctx, ctx.state.lots.values(), words), key=lambda lot: (lot.ends, lot.number))
    if not lots:
        raise Rejected("There is no such lot." if words else "There is nothing up for auction.")
    size = ctx.settings(House).page
    more = turned(page, -(-len(lots) // size), " ".join(("list", *words)))
    rows = [row(ctx, lot) for lot in lots[(page - 1) * size : page * size]]
    ctx.page("Up for auction (* is your bid, + your lot):\n" + "\n".join(rows) + more)


def paged(words: list[str]) -> tuple[list[str], int]:
    """The words without "page N", and N."""
    if len(words) > 1 and words[-2] == "page":
        number = whole_number(words[-1])
        if not number:
            raise Rejected("Which page? A number from 1.")
        return words[:-2], number
    return words, 1


def turned(page: int, pages: int, typed: str) -> str:
    """The line below one of several pages. Raises Rejected for a page that does not exist."""
    if page > pages:
        raise Rejected(f"There {'is one page' if pages == 1 else f'are {pages} pages'}.")
    return f"\nPage {page} of {pages}: auction {typed} page N" if pages > 1 else ""


def chosen(ctx: Context[Auction], lots: Iterable[Lot], words: list[str]) -> list[Lot]:
    """The lots that match all of `words`: mine, bids, by NAME, under N, over N, or words for the thing."""
    if len(words) > MAX_WORDS:
        raise Rejected(f"A search can have at most {MAX_WORDS} words.")
    found, me, named = list(lots), ctx.player.id, []
    while words:
        word, value, words = words[0], words[1] if len(words) > 1 else "", words[1:]
        amount = whole_number(value)
        if word == "mine":
            found = [lot for lot in found if lot.seller == me]
        elif word == "bids":
            found = [lot for lot in found if lot.bidder == me]
        elif word == "by" and value:
            found, words = [lot for lot in found if lot.seller_name.casefold().startswith(value)], words[1:]
        elif word in ("under", "over") and amount is not None:
            house, words = ctx.settings(House), words[1:]
            found = [lot for lot in found if (next_bid(house, lot) < amount) == (word == "under")]
        else:
            named.append(word)
    return [lot for lot in found if fits(ctx, lot, " ".join(named))] if named else found


def fits(ctx: Context[Auction], lot: Lot, words: str) -> bool:
    """Whether all words match a lot's thing."""
    item = item_of(ctx, lot)
    return item is not None and bool(seek_items(ctx.world, words, [item]))


def row(ctx: Context[Auction], lot: Lot) -> str:
    """A lot in a list."""
    me = ctx.player.id
    mark = "*" if lot.bidder == me else "+" if lot.seller == me else " "
    price = f"{lot.bid:,} bid" if lot.bids else f"from {lot.price:,}"
    out = f", buy-out {lot.buyout:,}" if lot.buyout else ""
    return f"  {lot.number:>4} {mark} {name(ctx, lot)}: {price}{out}, {left(ctx, lot)}"


def show(ctx: Context[Auction], args: str) -> None:
    """One lot in full."""
    lot, world = find_lot(ctx, args), ctx.world
    item = item_of(ctx, lot)
    lines = [f"Lot {lot.number}: {name(ctx, lot)}, put up by {lot.seller_name}. {left(ctx, lot).capitalize()}."]
    about = world.item_def(item).description if item is not None else ""
    if about:
        lines.append(about)
    inside = world.held(item.owner_key) if item is not None else []
    if inside:
        lines.append(f"In it: {', '.join(short(world, i) for i in inside)}.")
    who = "yours" if lot.bidder == ctx.player.id else f"{lot.bidder_name}'s"
    lines.append(f"The highest bid is {coins(lot.bid)}, {who}." if lot.bids else "Nobody has bid yet.")
    if lot.reserve:
        lines.append(f"The reserve is {'met' if lot.bid >= lot.reserve else 'not met'}.")
    least = next_bid(ctx.settings(House), lot)
    if least <= LIMIT:
        lines.append(f"The next bid is at least {coins(least)}: auction bid {lot.number} {least}")
    if lot.buyout:
        lines.append(f"It can be had at once for {coins(lot.buyout)}: auction buy {lot.number}")
    ctx.page("\n".join(lines))


def name(ctx: Context[Auction], lot: Lot) -> str:
    """The name of a lot's thing."""
    item = item_of(ctx, lot)
    return short(ctx.world, item) if item is not None else lot.called


def left(ctx: Context[Auction], lot: Lot) -> str:
    """How long a lot still runs, in words."""
    return f"{duration(max(0.0, lot.ends - ctx.clock.wall))} left"


def history(ctx: Context[Auction], args: str) -> None:
    """Ended lots, the latest first; with a word, those with that thing, seller or buyer."""
    words, page = paged(split(args.casefold()))
    word, size = " ".join(words), ctx.settings(House).page
    past = [p for p in reversed(ctx.state.history) if word in f"{p.called} {p.seller} {p.buyer}".casefold()]
    if not past:
        raise Rejected("No such thing was auctioned lately." if word else "No auction has ended yet.")
    more = turned(page, -(-len(past) // size), f"history {word}".strip())
    rows = [
        f"  {p.number:>4} {p.called}: "
        + (f"{p.seller} to {p.buyer}, {coins(p.price)}" if p.buyer else f"{p.seller}, not sold")
        + f", {ago(ctx.clock.wall - p.at)}"
        for p in past[(page - 1) * size : page * size]
    ]
    ctx.page("Past auctions:\n" + "\n".join(rows) + more)
