"""Texts from outside the game: answers to what a session asked for, and announcements."""

from __future__ import annotations

from mud.core import events as e
from mud.core.commands import allowed
from mud.core.context import CoreContext
from mud.core.dialogs import Play, Working
from mud.core.text.markup import tag


def told(ctx: CoreContext, event: e.Told) -> None:
    """Show a text from outside the game, which may be the answer that the session waits for."""
    if event.answer and type(ctx.session.stack[-1]) is Working:
        ctx.pop()
    if event.answer and ctx.session.character is not None:
        ctx.page(event.text)
    else:
        ctx.send(event.text)


def announced(ctx: CoreContext, event: e.Announced) -> None:
    """Show an announcement to everybody in play who may see it."""
    for session in ctx.sessions.by_character.values():
        character = ctx.world.characters[session.character or ""]
        if Play in map(type, session.stack) and allowed(ctx.role(character), event.role):
            ctx.write(session, tag("system", event.text))
