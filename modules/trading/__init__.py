"""Trading: two players at one window. Both accept the same version, and all of it changes hands, or nothing does."""

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
    Veto,
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
    trade NAME -- invite somebody who is here, or accept their invitation
    trade -- show again what both of you offer, and who has accepted it
    trade offer ITEM, trade offer 12 gold -- put something on the table; it stays there, and nobody can snatch it
    trade withdraw ITEM, trade withdraw 12 gold -- take it back
    trade accept -- accept the offer; when both accept the same version, all of it changes hands
    trade accept 4 -- the same, but only if it is still version 4
    trade cancel -- end the trade; both get theirs back
    Every change makes a new version, which nobody has accepted yet.
    Leaving the room, quitting the game or dying ends a trade."""
    word, rest = split_first(args)
    act = ACTS.get(word.casefold())
    if ctx.player.position == "sleeping" and act not in (deal.look, deal.cancel):
        raise Rejected("You are asleep. `wake` first.")
    if act is not None:
        act(ctx, rest)
    else:
        deal.ask(ctx, args.strip())


def veto(ctx: Context[Trading]) -> Veto | None:
    """Objects for some seconds after one has accepted, when the other is about to: they look closely just then."""
    within = ctx.settings(TradingSettings).closing
    late = [w.closing + within - ctx.clock.game for w in ctx.state.windows.values() if w.accepted]
    late = [left for left in late if left > 0]
    if not late:
        return None
    what = "a trade is" if len(late) == 1 else f"{len(late)} trades are"
    return Veto.soft(f"{what} about to be closed", clears_in=max(late))


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
    veto=veto,
)
