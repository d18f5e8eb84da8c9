"""Events that end a trade: it is called off, and both get theirs back."""

from __future__ import annotations

from modules.trading import window as w
from modules.trading.state import Lapses, Trading, known, seated, together
from mud.api import Context, Died, InService, LinkLost, Moved, PlayerEntered, PlayerLeft, tag


def end(ctx: Context[Trading], character: str, why: str) -> None:
    """End the trade of a character, if there is one."""
    found = seated(ctx, character)
    who = known(ctx, character)
    if found is not None:
        w.shut(ctx, found[0], why.format(who.name if who is not None else "Somebody"))


def left(ctx: Context[Trading], signal: PlayerLeft) -> None:
    """The character has left: by `quit`, thrown out, or after link-death."""
    end(ctx, signal.character, "{} has left.")


def link_lost(ctx: Context[Trading], signal: LinkLost) -> None:
    """The character has lost the connection and can't accept anything."""
    end(ctx, signal.character, "{} stares into nothing.")


def died(ctx: Context[Trading], signal: Died) -> None:
    """What was offered is not in the corpse: it lay in escrow, and returns to the character who died."""
    end(ctx, signal.character, "{} has died.")


def moved(ctx: Context[Trading], signal: Moved) -> None:
    """Two in different rooms can't trade. A follower arrives a moment later, which is too late."""
    found = seated(ctx, signal.character)
    if found is not None and not together(ctx, found[1]):
        end(ctx, signal.character, "{} has gone.")


def lapses(ctx: Context[Trading], timer: Lapses) -> None:
    """An invitation was not answered in time."""
    window = ctx.state.windows.get(timer.window)
    if window is not None and not window.joined:
        two = known(ctx, window.two)
        w.shut(ctx, timer.window, f"{two.name if two is not None else 'Somebody'} did not answer.")


def entered(ctx: Context[Trading], signal: PlayerEntered) -> None:
    """Somebody is back: they get what still lies here, if the module was out of service when they left."""
    end(ctx, signal.character, "{} was away.")
    returned(ctx, signal.character)


def returned(ctx: Context[Trading], character: str) -> None:
    """Give back what still lies here to somebody who is at no window, if they are in memory."""
    back, who = w.give_back(ctx, character), known(ctx, character)
    if back and who is not None:
        ctx.tell(who, tag("cyan", f"You have {back} back from a trade that was called off."))


def mend(ctx: Context[Trading], signal: InService) -> None:
    """Catch up after the module was out of service: end trades of players who left, and return what nobody offers."""
    for number, window in list(ctx.state.windows.items()):
        if not together(ctx, window):
            w.shut(ctx, number, "You are no longer together.")
    for place in ctx.escrows():
        if place.character not in ctx.state.seats:
            returned(ctx, place.character)
