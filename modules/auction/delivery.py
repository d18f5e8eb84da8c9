"""Delivery: gold and items go out of escrow at once if possible, otherwise when their owner is back."""

from __future__ import annotations

from modules.auction.state import MAX_NOTES, Auction, Ends, present
from mud.api import (
    Context,
    InService,
    Item,
    LedgerError,
    LinkBack,
    PlayerEntered,
    Rejected,
    cannot_carry,
    coins,
    purse_key,
    short,
    tag,
)


def pay_out(ctx: Context[Auction], source: str, to: str, amount: int, reason: str) -> None:
    """Move gold out of escrow into the purse of `to`, present or not. If the purse is full, it waits at the house."""
    try:
        ctx.pay(source, purse_key(to), amount, reason)
    except LedgerError:
        ctx.pay(source, ctx.escrow(to), amount, reason)


def deliver(ctx: Context[Auction], item: Item, to: str) -> str:
    """Give a lot's item to `to`: into their hands if they are there and can carry it; otherwise it waits at the house.

    Returns the end of a sentence that says which.
    """
    ctx.hold(item, to)
    character = present(ctx, to)
    if character is None:
        return "it waits for you"
    why = cannot_carry(ctx.world, character, [item])
    if why is not None:
        return "you can't carry it now, so it waits: `auction collect`"
    ctx.release(item, character)
    return "it is yours now"


def tell(ctx: Context[Auction], character: str, text: str) -> None:
    """Tell somebody something about their lots and bids: now, or when they are back."""
    found = present(ctx, character)
    if found is not None and not found.link_dead:
        ctx.tell(found, tag("yellow", f"Auction: {text}"))
        return
    notes = ctx.state.notes
    notes[character] = (*notes.get(character, ()), text)[-MAX_NOTES:]


def collect(ctx: Context[Auction], args: str) -> None:
    """Give the player everything that waits for them."""
    got = take(ctx, ctx.player.id)
    left = ctx.world.held(ctx.escrow(ctx.player.id))
    if got:
        ctx.send(f"The auction house gives you {', '.join(got)}.")
    if left:
        ctx.send(f"You can't carry {', '.join(short(ctx.world, item) for item in left)} yet: it waits for you.")
    if not got and not left:
        raise Rejected("Nothing waits for you at the auction house.")


def take(ctx: Context[Auction], character: str) -> list[str]:
    """Give somebody present what waits for them, as far as they can carry it. Returns what it was, in words."""
    me, key, got = ctx.world.characters[character], ctx.escrow(character), []
    for item in ctx.world.held(key):
        if cannot_carry(ctx.world, me, [item]) is None:
            ctx.release(item, me)
            got.append(short(ctx.world, item))
    gold = ctx.world.ledger.balance(key)
    if gold:
        try:
            ctx.pay(key, me.owner_key, gold, "collected from the auction house")
            got.append(coins(gold))
        except LedgerError:
            pass  # the purse is full: the gold waits on
    return got


def entered(ctx: Context[Auction], signal: PlayerEntered | LinkBack) -> None:
    """Somebody is back: tell them what they missed, and give them what waited."""
    me = ctx.world.characters[signal.character]
    for text in ctx.state.notes.pop(me.id, ()):
        ctx.tell(me, tag("yellow", f"Auction: {text}"))
    got = take(ctx, me.id)
    if got:
        ctx.tell(me, tag("yellow", f"Auction: the house gives you {', '.join(got)}."))
    if ctx.world.held(ctx.escrow(me.id)):
        ctx.tell(me, tag("yellow", "Auction: more waits than you can carry: `auction collect`."))


def mend(ctx: Context[Auction], signal: InService) -> None:
    """Put right what an import or the loss of a state has left.

    Escrow of unknown lots goes back to the owner that its key names. Lots without a timer get one.
    """
    lots = ctx.state.lots
    if len(ctx.pending(Ends)) < len(lots):
        for lot in lots.values():
            ctx.cancel(Ends(lot.number))
            ctx.set_timer_at(lot.ends, Ends(lot.number))
    known = {ctx.escrow(lot.seller, lot.about) for lot in lots.values()}
    known |= {ctx.escrow(lot.bidder, lot.about) for lot in lots.values() if lot.bidder}
    for place in ctx.escrows():
        if not place.about or place.key in known:
            continue
        ctx.log.warning("%s belongs to no lot: given back", place.key)
        for item in ctx.world.held(place.key):
            ctx.hold(item, place.character)
        gold = ctx.world.ledger.balance(place.key)
        pay_out(ctx, place.key, place.character, gold, "given back: its lot is unknown")
        tell(ctx, place.character, "a lot of yours no longer exists, and what you had in it is yours again.")
        if present(ctx, place.character) is not None:
            take(ctx, place.character)
