"""A window's life: it is opened, changed, shown, and ends in a swap or is shut."""

from __future__ import annotations

from modules.trading.state import (
    Lapses,
    Traded,
    Trading,
    TradingSettings,
    Window,
    gold,
    known,
    sealed,
    things,
    together,
)
from mud.api import Context, Item, Rejected, cannot_carry, coins, purse_key, replace, short, tag


def open_(ctx: Context[Trading], one: str, two: str) -> tuple[int, Window]:
    """Open a window for two characters."""
    state = ctx.state
    state.last += 1
    number, window = state.last, Window(one=one, two=two)
    window = replace(window, seal=sealed(ctx, window))
    state.windows[number] = window
    state.seats[one] = state.seats[two] = number
    ctx.set_timer(ctx.settings(TradingSettings).answer, Lapses(number))
    return number, window


def join(ctx: Context[Trading], number: int, window: Window) -> Window:
    """Whoever was invited and does something at the window accepts the invitation."""
    if window.joined or ctx.player.id != window.two:
        return window
    ctx.cancel(Lapses(number))
    return put(ctx, number, replace(window, joined=True))


def put(ctx: Context[Trading], number: int, window: Window) -> Window:
    """Replace a window by a changed one."""
    ctx.state.windows[number] = window
    return window


def changed(ctx: Context[Trading], number: int, window: Window, less: bool = False) -> None:
    """The player has changed the offer: make a new version, accepted by nobody, and show it to both."""
    window = replace(window, picture=window.picture + 1, accepted=(), seal=sealed(ctx, window))
    if less:
        others = [entry for entry in window.less if entry[0] != ctx.player.id]
        window = replace(window, less=(*others, (ctx.player.id, ctx.clock.game)))
    put(ctx, number, window)
    show(ctx, window)


def shut(ctx: Context[Trading], number: int, why: str) -> None:
    """Shut a window: both get theirs back, and are told `why`."""
    window = leave(ctx, number)
    for character in (window.one, window.two):
        back = give_back(ctx, character)
        found = known(ctx, character)
        if found is not None:
            text = f"{why} The trade is off." + (f" You have {back} back." if back else "")
            ctx.tell(found, tag("cyan", text))


def leave(ctx: Context[Trading], number: int) -> Window:
    """Remove a window and its two seats."""
    window = ctx.state.windows.pop(number)
    del ctx.state.seats[window.one], ctx.state.seats[window.two]
    ctx.cancel(Lapses(number))
    return window


def give_back(ctx: Context[Trading], character: str) -> str:
    """Give back all that a character offered. Returns it in words. It waits if they are not in memory."""
    found = known(ctx, character)
    if found is None:
        return ""
    offered, amount = things(ctx, character), gold(ctx, character)
    words = listed(ctx, offered, amount)
    ctx.pay(ctx.escrow(character), purse_key(character), amount, "a trade called off")
    for item in offered:
        ctx.release(item, found)
    return words if offered or amount else ""


def swap(ctx: Context[Trading], number: int, window: Window) -> None:
    """Swap everything or nothing. Raises LedgerError, and Rejected if somebody could not carry theirs."""
    if not together(ctx, window):
        raise Rejected("You are no longer together.")
    pair = (window.one, window.two)
    offered = {character: (things(ctx, character), gold(ctx, character)) for character in pair}
    for character in pair:
        need_hands(ctx, character, offered[window.other(character)][0])
    leave(ctx, number)
    for character in pair:
        other = ctx.world.characters[window.other(character)]
        items, amount = offered[character]
        ctx.pay(ctx.escrow(character), other.owner_key, amount, "traded")
        for item in items:
            ctx.release(item, other)
    for character in pair:
        gave, got = offered[character], offered[window.other(character)]
        text = f"You trade: you give {listed(ctx, *gave)} and get {listed(ctx, *got)}."
        ctx.tell(ctx.world.characters[character], tag("cyan", text))
    one, two = (ctx.world.characters[character] for character in pair)
    ctx.room_says(one.room, f"{ctx.world.called(one)} and {ctx.world.called(two)} trade.", but=(one, two))
    ctx.emit(traded(window, offered))


def traded(window: Window, offered: dict[str, tuple[list[Item], int]]) -> Traded:
    """The signal for other modules."""
    (of_one, gold_of_one), (of_two, gold_of_two) = offered[window.one], offered[window.two]
    items_of_one, items_of_two = tuple(i.id for i in of_one), tuple(i.id for i in of_two)
    return Traded(window.one, window.two, items_of_one, items_of_two, gold_of_one, gold_of_two)


def need_hands(ctx: Context[Trading], character: str, items: list[Item]) -> None:
    """Raise Rejected if a character could not carry `items`."""
    who = ctx.world.characters[character]
    why = cannot_carry(ctx.world, who, items)
    if why is not None:
        whom = "You" if character == ctx.player.id else who.name
        raise Rejected(f"{whom} could not carry that. {why}")


# Words


def show(ctx: Context[Trading], window: Window) -> None:
    """Show the whole version to both."""
    for character in (window.one, window.two):
        found = known(ctx, character)
        if found is not None:
            ctx.tell(found, picture(ctx, window, character))


def picture(ctx: Context[Trading], window: Window, me: str) -> str:
    """The window as one of the two sees it."""
    they = window.other(me)
    name = ctx.world.characters[they].name
    mine, theirs = me in window.accepted, they in window.accepted
    if mine or theirs:
        state = f"{'You have' if mine else f'{name} has'} accepted it, {name if mine else 'you'} not yet."
    elif not window.joined and me == window.one:
        state = f"{name} has not answered yet."
    else:
        state = "Nobody has accepted it yet."
    return "\n".join(
        [
            f"Trade with {tag('player', name)}, version {window.picture}:",
            f"  You offer {listed(ctx, things(ctx, me), gold(ctx, me))}.",
            f"  {name} offers {listed(ctx, things(ctx, they), gold(ctx, they))}.",
            f"  {state}",
        ]
    )


def listed(ctx: Context[Trading], items: list[Item], amount: int) -> str:
    """An offer in words, with the contents of containers."""
    words = [described(ctx, item) for item in items]
    if amount:
        words.append(coins(amount))
    return ", ".join(words) or "nothing"


def described(ctx: Context[Trading], item: Item) -> str:
    """A thing and its contents, in words."""
    inside = [short(ctx.world, i) for i in ctx.world.held(item.owner_key)]
    return short(ctx.world, item) + (f" (in it {', '.join(inside)})" if inside else "")
