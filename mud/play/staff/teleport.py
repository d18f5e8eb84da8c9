"""Moving others: teleport, transfer."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.targets import split
from mud.core.text.markup import tag
from mud.core.world.model import Character
from mud.play import describe, rooms
from mud.play.describe import capital
from mud.play.staff.admin import log
from mud.play.staff.rank import find_anyone, not_below


def teleport(ctx: CoreContext, args: str) -> None:
    """Put somebody into a room, or where somebody else is."""
    words = split(args)
    if len(words) > 2 and words[1].casefold() == "to":
        del words[1]
    if len(words) < 2:
        raise Rejected("Write: teleport WHOM to ROOM, or teleport WHOM to WHOM.")
    who, where = find_anyone(ctx, words[0]), " ".join(words[1:])
    put(ctx, who, place(ctx, where))


def transfer(ctx: CoreContext, args: str) -> None:
    """Bring somebody here."""
    words = split(args)
    if not words:
        raise Rejected("Transfer whom?")
    put(ctx, find_anyone(ctx, " ".join(words)), ctx.player.room)


def place(ctx: CoreContext, where: str) -> str:
    """The room that `where` names: `here`, an id, or a character's room. Raises Rejected."""
    if where.casefold() == "here":
        return ctx.player.room
    if where in ctx.world.defs.rooms:
        return where
    try:
        return find_anyone(ctx, where).room
    except Rejected:
        raise Rejected(f"There is no room {where[:40]!r} and nobody called so.") from None


def put(ctx: CoreContext, who: Character, room: str) -> None:
    """Move somebody, visibly in both rooms, and show them the new room."""
    not_below(ctx, who)
    called = describe.name(ctx.world, who)
    if who.room == room:
        raise Rejected(f"{capital(called)} is there already.")
    ctx.room_says(who.room, f"{capital(called)} is gone.", but=(who,))
    ctx.move(who, room)
    ctx.room_says(room, f"{capital(called)} is here all at once.", but=(who, ctx.player))
    log(ctx, f"teleport {who.name} to {room}")
    session = ctx.sessions.of(who)
    if session is not None:
        if who is not ctx.player:
            ctx.write(session, tag("system", f"{ctx.player.name} takes you somewhere else."))
        with ctx.acting_as(session):
            rooms.look_room(ctx)
    if who is not ctx.player:
        ctx.send(f"{capital(called)} is in {ctx.world.room(room).name} now [{room}].")
