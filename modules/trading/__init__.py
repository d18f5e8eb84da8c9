"""Trading: two at one window. Both accept the same picture, and all of it changes hands at once, or nothing does."""

from modules.trading import deal, settlement
from modules.trading.state import Lapses, Traded, Trading, TradingSettings
from mud.api import (
    Command,
    Context,
    Died,
    InService,
    LinkLost,
    Module,
    Moved,
    On,
    PlayerEntered,
    PlayerLeft,
    Rejected,
    split_first,
)

ACTS = {
    "": deal.look,
    "offer": deal.offer,
    "withdraw": deal.withdraw,
    "accept": deal.accept,
    "cancel": deal.cancel,
}


def trade(ctx: Context[Trading], args: str) -> None:
    """trade NAME | offer ITEM | offer N gold | withdraw ITEM | withdraw N gold | accept [N] | cancel -- trade
    trade NAME -- ask somebody who is here, or say yes to them
    trade -- what both of you offer, once more, and who has accepted it
    trade offer ITEM, trade offer 12 gold -- lay something on the table; it is kept there, and nobody can snatch it
    trade withdraw ITEM, trade withdraw 12 gold -- take it back
    trade accept -- it is well so; when both say that of the same version, all of it changes hands
    trade accept 4 -- the same, but only if it is still version 4
    trade cancel -- no trade; both have theirs back
    Every change makes a new version, which nobody has accepted yet.
    To leave the room, the game or this life ends a trade."""
    word, rest = split_first(args)
    act = ACTS.get(word.casefold())
    if ctx.player.position == "sleeping" and act not in (deal.look, deal.cancel):
        raise Rejected("You are asleep. `wake` first.")
    if act is not None:
        act(ctx, rest)
    else:
        deal.ask(ctx, args.strip())


MODULE = Module(
    name="trading",
    version="1.0.0",
    description="two at one window, all or nothing",
    author="Everwake",
    state=Trading,
    settings=TradingSettings,
    commands=[Command("trade", trade, topic="trade")],
    on=[
        On(Lapses, settlement.lapses),
        On(PlayerLeft, settlement.left),
        On(LinkLost, settlement.link_lost),
        On(Died, settlement.died),
        On(Moved, settlement.moved),
        On(PlayerEntered, settlement.entered),
        On(InService, settlement.mend),
    ],
    emits=(Traded,),
)
