"""Words from outside of the game: answers to what a session asked for, and lines for everybody."""

from __future__ import annotations

from mud.core import events as e
from mud.core.commands import allowed
from mud.core.context import CoreContext
from mud.core.dialogs import Play, Working
from mud.core.text.markup import tag


def told(ctx: CoreContext, event: e.Told) -> None:
    """Words from outside of the game, maybe the answer that the session waits for."""
    if event.answer and type(ctx.session.stack[-1]) is Working:
        ctx.pop()
    if event.answer and ctx.session.character is not None:
        ctx.page(event.text)
    else:
        ctx.send(event.text)


def announced(ctx: CoreContext, event: e.Announced) -> None:
    """A line for everybody in play who may hear it."""
    for session in ctx.sessions.by_character.values():
        character = ctx.world.characters[session.character or ""]
        if Play in map(type, session.stack) and allowed(ctx.role(character), event.role):
            ctx.write(session, tag("system", event.text))
