"""Freezing: a frozen player can only look, ask for help, and leave. It is stored with the character, so it lasts."""

from __future__ import annotations

from mud.core.context import CoreCommand, CoreContext
from mud.core.dialogs import Pager, Play, Seeking, Working
from mud.core.errors import Rejected
from mud.core.session import Session
from mud.core.text.markup import tag
from mud.core.world import fights
from mud.play.describe import frozen_words
from mud.play.staff.admin import log
from mud.play.staff.rank import exact_player, outrank, reason

#: The commands that a frozen player can use.
LEFT = frozenset({"look", "help", "quit"})
#: Dialogs that a frozen player may be in: none of them changes anything.
OWN = (Play, Pager, Seeking, Working)


def freeze(ctx: CoreContext, args: str) -> None:
    """Freeze a player, in the world or away."""
    name, why = reason(args)
    if not name:
        raise Rejected("Write: freeze WHOM because REASON.")
    who = exact_player(ctx, name)
    outrank(ctx, who)
    ctx.world.edit(who)
    again = who.frozen is not None
    who.frozen = why
    fights.end(ctx.world, who)  # somebody who can't act can't defend themselves either
    ctx.tell(who, tag("system", frozen_words(who)))
    ctx.send(f"{who.name} is frozen{', for another reason now' if again else ''}.")
    log(ctx, f"freeze {who.name}{f' because {why}' if why else ''}")


def thaw(ctx: CoreContext, args: str) -> None:
    """Unfreeze a player."""
    if not args.strip():
        raise Rejected("Thaw whom?")
    who = exact_player(ctx, args.strip())
    outrank(ctx, who)
    if who.frozen is None:
        raise Rejected(f"{who.name} is not frozen.")
    ctx.world.edit(who)
    who.frozen = None
    ctx.tell(who, tag("system", "You are free again."))
    ctx.send(f"{who.name} is free again.")
    log(ctx, f"thaw {who.name}")


def allow(ctx: CoreContext, command: CoreCommand) -> None:
    """Raises Rejected when the player is frozen and may not use `command`."""
    if ctx.player.frozen is not None and command.name not in LEFT:
        raise Rejected(frozen_words(ctx.player))


def holds(ctx: CoreContext, session: Session) -> bool:
    """Whether a session's line is a command even inside a dialog, because its player is frozen.

    The dialog stays as it is. A password is still handed to its dialog: it must not be taken for a command.
    """
    who = ctx.world.characters.get(session.character or "")
    top = session.stack[-1]
    return who is not None and who.frozen is not None and not (top.secret or isinstance(top, OWN))
