"""The auction house: sells things to the highest bidder, by the wall clock. Item and gold lie in escrow until then."""

from modules.auction import bids, delivery, display, sales
from modules.auction.state import Auction, Ends, House, Listed, LotEnded
from mud.api import Command, Context, InService, LinkBack, Module, On, PlayerEntered, Rejected, Veto, split_first

ACTS = {
    "list": display.list_,
    "show": display.show,
    "sell": sales.sell,
    "bid": bids.bid,
    "buy": bids.buy,
    "cancel": sales.cancel,
    "collect": delivery.collect,
    "history": display.history,
    "mute": sales.mute,
}


def auction(ctx: Context[Auction], args: str) -> None:
    """auction list | show N | sell ITEM PRICE [TIME] | bid N AMOUNT | buy N | cancel N | collect | history | mute
    list [WORD | mine | bids | by NAME | under N | over N] [page N] -- the lots, those that end soonest first
    show N -- one lot in full
    sell ITEM PRICE [TIME] [reserve N] [buyout N] -- put something up: auction sell sword 100 12h reserve 300 buyout 900
    A time is 90s, 30m, 12h or 2d. The house keeps the thing, and a part of the price.
    bid N AMOUNT -- the house keeps your gold until you are outbid; a late bid extends the lot
    buy N -- buy it at once, for its buy-out
    cancel N -- take back a lot of yours on which nobody has bid
    collect -- fetch what waits for you because you could not carry it
    history [WORD] [page N] -- what became of lots
    mute -- turn announcements off, or on again"""
    word, rest = split_first(args)
    word = word.casefold() or "list"
    named = [name for name in ACTS if name.startswith(word)]
    if word not in ACTS and len(named) != 1:
        raise Rejected(f"Write: auction {', '.join(ACTS)}. `help auction` says more.")
    ACTS[word if word in ACTS else named[0]](ctx, rest)


def veto(ctx: Context[Auction]) -> Veto | None:
    """Objects in the last seconds of a lot, when everybody is typing."""
    within = ctx.settings(House).last_seconds
    now = ctx.clock.wall
    late = [lot.ends - now for lot in ctx.state.lots.values() if 0 < lot.ends - now < within]
    if not late:
        return None
    what = "a lot is" if len(late) == 1 else f"{len(late)} lots are"
    return Veto.soft(f"{what} in the last seconds of an auction", clears_in=max(late))


MODULE = Module(
    name="auction",
    version="1.0.0",
    description="things for the highest bid",
    author="Everwake",
    state=Auction,
    settings=House,
    commands=[Command("auction", auction, topic="trade")],
    on=[
        On(Ends, sales.time_is_up),
        On(PlayerEntered, delivery.entered),
        On(LinkBack, delivery.entered),
        On(InService, delivery.mend),
    ],
    emits=(Listed, LotEnded),
    veto=veto,
)
