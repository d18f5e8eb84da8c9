"""`world reload`: area files are read again, and the definitions replaced, in one event, while players are in them."""

from __future__ import annotations

from collections.abc import Collection

from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.dialogs import Working
from mud.core.errors import Rejected
from mud.core.targets import split
from mud.core.text.markup import tag
from mud.core.world.area import WorldDef
from mud.core.world.model import room_key
from mud.play import login, strays, zones
from mud.play.staff import admin

#: The text shown when a form ends.
CLOSED = " The form is closed."


def reload(ctx: CoreContext, args: str) -> None:
    """Read area files again."""
    words = split(args)
    if len(words) > 1:
        raise Rejected("Write: world reload, or world reload AREA.")
    admin.log(ctx, f"world reload {args}".rstrip())
    ctx.send(tag("system", "Reading the files ..."))
    login.work(ctx, e.ReadAreas(ctx.session.id, words[0] if words else ""))


def world_read(ctx: CoreContext, event: e.WorldRead) -> None:
    """Replace the definitions: whatever is in a room that no longer exists is moved to one that does."""
    before = ctx.world.defs
    ctx.world.redefine(event.defs)
    report(ctx, strays.lost(ctx.world, before, event.areas))
    for area in event.areas:
        for room in before.areas[area].rooms if area in before.areas else ():
            if room.id not in event.defs.rooms:
                empty(ctx, room.id, refuge(before, event.defs, room.id))
    for key in [key for key in ctx.world.doors if not is_door(event.defs, key, event.areas)]:
        ctx.world.forget_door(key)
    zones.wake(ctx)


def report(ctx: CoreContext, lines: list[str]) -> None:
    """Tell builders what lost its place, and write it to the log."""
    for line in lines:
        ctx.do(e.LogLine("mud.areas", line))
    for session in ctx.sessions.by_character.values() if lines else ():
        if session.character is not None and ctx.may("builder", ctx.world.characters[session.character]):
            ctx.write(session, tag("system", "\n".join(lines)))


def refuge(before: WorldDef, after: WorldDef, room: str) -> str:
    """Where to go from a room that no longer exists: its area's first room, or else where new characters start."""
    area = after.areas.get(before.area_of[room])
    return area.rooms[0].id if area is not None and area.rooms else after.start


def empty(ctx: CoreContext, room: str, to: str) -> None:
    """Move everybody and everything in a room to another, and tell them."""
    for character in ctx.world.present(room):
        strays.send(ctx, character, to)
    for item in ctx.world.held(room_key(room)):
        ctx.world.move_item(item, room_key(to))


def is_door(defs: WorldDef, key: str, changed: Collection[str]) -> bool:
    """Whether a key of World.doors still names a door, now that some areas are `changed`."""
    room, _, direction = key.rpartition(" ")
    if room in defs.rooms and defs.area_of[room] not in changed:
        return True  # without decoding its area
    way = defs.rooms[room].exits.get(direction) if room in defs.rooms else None
    return way is not None and way.door


def built(ctx: CoreContext, event: e.Built) -> None:
    """The files were read or written, or that failed."""
    top, closed = ctx.session.stack[-1], ""
    if isinstance(top, Working):
        ctx.pop()
        if event.saved and top.closes:
            ctx.pop()
            closed = CLOSED
    ctx.send(event.text + closed if event.done else tag("error", event.text))
