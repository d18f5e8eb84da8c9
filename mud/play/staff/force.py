"""Forcing: making somebody else's character run a command, with that player's rights and no others."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.dialogs import Play
from mud.core.errors import Absent, Rejected
from mud.core.targets import split_first
from mud.core.text.markup import tag
from mud.play import play_dialog, talk
from mud.play.staff.admin import log
from mud.play.staff.rank import outrank

#: Commands that nobody can be forced to run, as only the players themselves should.
NEVER = frozenset({"password", "alias", "unalias"})


def force(ctx: CoreContext, args: str) -> None:
    """Have a player run a command, whole or not at all."""
    name, text = split_first(args)
    if not name or not text:
        raise Rejected("Write: force WHOM COMMAND.")
    who = talk.find_player(ctx, name)
    outrank(ctx, who)
    session = ctx.sessions.of(who)
    if session is None:
        raise Rejected(f"{who.name} is link-dead and can do nothing.")
    if type(session.stack[-1]) is not Play:
        raise Rejected(f"{who.name} is in the middle of something else. Try again in a moment.")
    verb, _ = ctx.commands.split(text)
    if ctx.commands.find(verb, ctx.role(who)).name in NEVER:
        raise Rejected(f"Nobody can be made to use {verb}.")
    log(ctx, f"force {who.name}: {text}")
    ctx.write(session, tag("system", f"{ctx.player.name} makes you: {text}"))
    try:
        with ctx.acting_as(session):
            play_dialog.run(ctx, text)
    except Absent:
        raise
    except Rejected as refusal:
        raise Rejected(f"{who.name} can't: {refusal}") from refusal
    ctx.send(f"{who.name} does it.")
