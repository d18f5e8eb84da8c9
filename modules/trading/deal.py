"""What players can do at a window."""

from __future__ import annotations

import re

from modules.trading import window as w
from modules.trading.state import Trading, TradingSettings, Window, gold, need_seat, sealed, seated, things
from mud.api import Character, Context, Rejected, coins, find_item, replace, tag, whole_number

_GOLD = re.compile(r"(all|[0-9][0-9,_]*|[^\w\s#'\"]\S*|[0-9]\S*)\s+(?:gold|coins?|gold coins?)", re.I)


def ask(ctx: Context[Trading], args: str) -> None:
    """Invite somebody here to trade, or accept their invitation."""
    me, mine = ctx.player, seated(ctx, ctx.player.id)
    who = ctx.seek_here(args) or asking(ctx, args.strip())
    if who is None:
        raise Rejected(f"There is no {args[:40]!r} here to trade with.")
    if who is me:
        raise Rejected("You can't trade with yourself.")
    if who.mob is not None or who.link_dead:
        raise Rejected(f"{who.name if who.mob is None else 'That one'} does not answer.")
    if mine is not None:
        number, window = mine
        if window.other(me.id) == who.id:
            w.show(ctx, w.join(ctx, number, window))
            return
        if window.joined or window.one == me.id:
            raise Rejected(
                f"You trade with {ctx.world.characters[window.other(me.id)].name}. `trade cancel` ends that."
            )
        w.shut(ctx, number, f"{me.name} turns to somebody else.")
    if not ctx.hears(who, me.name):
        raise Rejected(f"{who.name} does not want to hear from you.")
    if seated(ctx, who.id) is not None:
        raise Rejected(f"{who.name} trades with somebody else just now.")
    w.open_(ctx, me.id, who.id)
    ctx.send(f"You ask {who.name} for a trade. `trade offer ITEM` and `trade offer N gold` show what you would give.")
    text = f"{me.name} wants to trade with you: `trade {me.name}` accepts, `trade cancel` refuses; see `help trade`."
    ctx.tell(who, tag("cyan", text))


def asking(ctx: Context[Trading], args: str) -> Character | None:
    """Who has invited the player, by the name that the player was told: the inviter may be unseen."""
    mine = seated(ctx, ctx.player.id)
    if mine is None or not args:
        return None
    who = ctx.world.characters[mine[1].other(ctx.player.id)]
    return who if who.name.casefold().startswith(args.casefold()) else None


def look(ctx: Context[Trading], args: str) -> None:
    """Show the version again."""
    _, window = need_seat(ctx)
    ctx.send(w.picture(ctx, window, ctx.player.id))


def offer(ctx: Context[Trading], args: str) -> None:
    """The player adds something to the offer."""
    number, window = need_seat(ctx)
    me = ctx.player
    amount = gold_in(args, ctx.world.ledger.balance(me.owner_key), "Your purse holds")
    if amount is not None:
        ctx.pay(me.owner_key, ctx.escrow(me.id), amount, "offered in a trade")
    else:
        item = find_item(ctx.world, need(args, "offer"), ctx.world.carried(me), "in your hands")
        most = ctx.settings(TradingSettings).things
        if len(things(ctx, me.id)) >= most:
            what = "One thing is" if most == 1 else f"{most} things are"
            raise Rejected(f"{what} the most that you can offer at once. Put more into a bag.")
        ctx.hold(item, me.id)
    w.changed(ctx, number, w.join(ctx, number, window))


def withdraw(ctx: Context[Trading], args: str) -> None:
    """The player takes something back."""
    number, window = need_seat(ctx)
    me = ctx.player
    amount = gold_in(args, gold(ctx, me.id), "You offer")
    if amount is not None:
        ctx.pay(ctx.escrow(me.id), me.owner_key, amount, "withdrawn from a trade")
    else:
        item = find_item(ctx.world, need(args, "withdraw"), things(ctx, me.id), "among what you offer")
        w.need_hands(ctx, me.id, [item])
        ctx.release(item, me)
    w.changed(ctx, number, w.join(ctx, number, window), less=True)


def accept(ctx: Context[Trading], args: str) -> None:
    """The player accepts this version. When both have accepted the same one, all of it changes hands."""
    number, window = need_seat(ctx)
    me = ctx.player
    window = w.join(ctx, number, window)
    if sealed(ctx, window) != window.seal:  # something happened to a thing in escrow
        w.changed(ctx, number, window)
        ctx.send("Something in it has changed: look again before you accept.")
        return
    check(ctx, window, args)
    w.need_hands(ctx, me.id, things(ctx, window.other(me.id)))
    accepted = tuple({*window.accepted, me.id})
    window = w.put(ctx, number, replace(window, accepted=tuple(sorted(accepted)), closing=ctx.clock.game))
    if len(accepted) == 2:
        w.swap(ctx, number, window)
    else:
        w.show(ctx, window)


def check(ctx: Context[Trading], window: Window, args: str) -> None:
    """Raise Rejected unless the player has seen the version that would be accepted."""
    args = args.strip().removeprefix("#")
    named = whole_number(args) if args else None
    if args and named is None:
        raise Rejected("Write: trade accept, or trade accept N for version N.")
    if named is not None and named != window.picture:
        raise Rejected(f"That was version {named}; now it is version {window.picture}. `trade` shows it.")
    both = (window.one, window.two)
    if not any(things(ctx, character) or gold(ctx, character) for character in both):
        raise Rejected("Nothing has been offered yet.")
    they = window.other(ctx.player.id)
    settled = ctx.clock.game - ctx.settings(TradingSettings).settle
    if named is None and any(who == they and at > settled for who, at in window.less):
        name = ctx.world.characters[they].name
        again = f"`trade accept {window.picture}` accepts it as it is."
        raise Rejected(f"{name} has just taken something out of it. Look again: {again}")


def cancel(ctx: Context[Trading], args: str) -> None:
    """End the trade."""
    number, _ = need_seat(ctx)
    w.shut(ctx, number, f"{ctx.player.name} calls it off.")


def gold_in(text: str, have: int, who: str) -> int | None:
    """The amount in "12 gold" or "all gold"; None if the text is something else. Raises Rejected."""
    match = _GOLD.fullmatch(text.strip())
    if match is None:
        return None
    amount = have if match[1].casefold() == "all" else whole_number(match[1])
    if amount is None:
        raise Rejected(f"{match[1][:20]!r} is no amount of gold. Write a whole number from 1, or all: 12 gold.")
    if not 0 < amount <= have:
        raise Rejected(f"{who} {coins(have) if have else 'no gold'}.")
    return amount


def need(text: str, verb: str) -> str:
    """`text`. Raises Rejected if it is empty."""
    if not text.strip():
        raise Rejected(f"Write: trade {verb} ITEM, or trade {verb} N gold.")
    return text.strip()
