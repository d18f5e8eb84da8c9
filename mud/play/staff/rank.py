"""What the commands of builders and admins share: finding their targets, and checking rank."""

from __future__ import annotations

from mud.core.commands import allowed
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.world.model import Character
from mud.play import search


def find_anyone(ctx: CoreContext, text: str) -> Character:
    """Somebody here, a player in the world, or the first mob anywhere that answers to `text`. Raises Rejected."""
    someone = ctx.seek_here(text) or present_player(ctx, text)
    someone = someone or search.mob(ctx, text)
    if someone is None:
        raise Rejected(f"Nobody called {text[:40]!r} is in the world.")
    return someone


def present_player(ctx: CoreContext, name: str) -> Character | None:
    """The player of that name in the world, or the only one whose name begins with it; None if there is none."""
    begun = [c for c in ctx.world.players() if c.name.casefold().startswith(name.casefold())]
    return ctx.world.player(name) or (begun[0] if len(begun) == 1 else None)


def exact_player(ctx: CoreContext, name: str) -> Character:
    """The player of exactly that name, in the world or away. Raises Rejected: an abbreviation is not enough here."""
    found = ctx.find_player(name)
    if found.name.casefold() != name.casefold():
        raise Rejected(f"Nobody is called {name!r}. If you mean {found.name}, write the whole name.")
    return found


def outrank(ctx: CoreContext, who: Character) -> None:
    """Raises Rejected unless the player has a higher role than `who`. A mob has none."""
    if who.mob is not None:
        return
    if who is ctx.player:
        raise Rejected("Not to yourself.")
    if allowed(ctx.role(who), ctx.role()):
        raise Rejected(f"{who.name} is {a_role(ctx, who)}, and you are no more than that.")


def not_below(ctx: CoreContext, who: Character) -> None:
    """Raises Rejected when `who` has a higher role than the player."""
    if who.mob is None and not allowed(ctx.role(), ctx.role(who)):
        raise Rejected(f"{who.name} is {a_role(ctx, who)}, and you are not.")


def a_role(ctx: CoreContext, who: Character) -> str:
    """Somebody's role in a sentence."""
    role = ctx.role(who)
    return f"{'an' if role[0] in 'ao' else 'a'} {role}"


def reason(args: str) -> tuple[str, str]:
    """Split a text into what comes before and after `because`."""
    before, _, after = f" {args} ".partition(" because ")
    return before.strip(), after.strip()
