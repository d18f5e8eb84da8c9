"""The commands that open a builder's form, and `dig`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from mud.core import dialogs as d
from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.targets import split
from mud.core.text.markup import tag
from mud.core.world.area import DIRECTIONS, AreaDef, ExitDef, ItemDef, MobDef, RoomDef
from mud.core.world.draft import PARTS, Change, Edits
from mud.play import login
from mud.play.olc import form
from mud.play.olc.exits import need_direction
from mud.play.olc.fields import need
from mud.play.olc.rights import need_area, need_form
from mud.play.staff import admin

#: What a new definition contains at first.
UNFINISHED = "an unfinished {}"
_ID = re.compile(r"[A-Za-z0-9_]{1,60}")
#: File names for areas that work on every system. A file whose name begins with an underscore would not be read.
_AREA_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,59}")


def redit(ctx: CoreContext, args: str) -> None:
    """Edit the room that the player is in, another one, or a new one."""
    words = split(args)
    if words[:1] == ["new"]:
        id_, area = new(ctx, words, ctx.world.defs.rooms, "redit")
        form.begin(ctx, d.EditRoom(area=area, base=None, drafts=(unfinished_room(id_),)))
        return
    room = ctx.world.defs.rooms[need(words[0] if words else ctx.player.room, ctx.world.defs.rooms, "room")]
    area = ctx.world.defs.area_of[room.id]
    need_area(ctx, area)
    form.begin(ctx, d.EditRoom(area=area, base=room, drafts=(room,)))


def unfinished_room(id_: str) -> RoomDef:
    """A new room."""
    return RoomDef(id=id_, name=UNFINISHED.format("room").capitalize())


def medit(ctx: CoreContext, args: str) -> None:
    """Edit a kind of mob, or a new one."""
    words = split(args)
    if words[:1] == ["new"]:
        id_, area = new(ctx, words, ctx.world.defs.mobs, "medit")
        mob = MobDef(id=id_, keywords=(id_.casefold(),), short=UNFINISHED.format("mob"))
        form.begin(ctx, d.EditMob(area=area, base=None, drafts=(mob,)))
        return
    mob = wanted(ctx, words, ctx.world.defs.mobs, "mob")
    form.begin(ctx, d.EditMob(area=area_with(ctx, "mobs", mob), base=mob, drafts=(mob,)))


def oedit(ctx: CoreContext, args: str) -> None:
    """Edit a kind of item, or a new one."""
    words = split(args)
    if words[:1] == ["new"]:
        id_, area = new(ctx, words, ctx.world.defs.items, "oedit")
        item = ItemDef(id=id_, keywords=(id_.casefold(),), short=UNFINISHED.format("thing"), wear=("take",))
        form.begin(ctx, d.EditItem(area=area, base=None, drafts=(item,)))
        return
    item = wanted(ctx, words, ctx.world.defs.items, "item")
    form.begin(ctx, d.EditItem(area=area_with(ctx, "items", item), base=item, drafts=(item,)))


def zedit(ctx: CoreContext, args: str) -> None:
    """Edit the area that the player is in, or another: its name, lifespan and resets."""
    words = split(args)
    if words[:1] == ["new"]:
        begin_area(ctx, words[1:])
        return
    id_ = words[0] if words else ctx.world.defs.area_of.get(ctx.player.room, "")
    area = need_area(ctx, need(id_, ctx.world.defs.areas, "area"))
    bare = msgspec.structs.replace(area, **dict.fromkeys(PARTS, ()))
    form.begin(ctx, d.EditArea(area=area.id, base=bare, drafts=(bare,)))


def begin_area(ctx: CoreContext, words: list[str]) -> None:
    """Begin a new area with one room. It gets a file of its own."""
    id_ = words[0] if len(words) == 1 else ""
    if not _AREA_ID.fullmatch(id_) or id_ == "world":
        raise Rejected(
            "Write: zedit new ID. It names the file too: small letters, digits and underscores, as tide_mill."
        )
    need_new(id_, ctx.world.defs.areas)
    room = free_id(id_, (), ctx.world.defs.rooms)
    draft = AreaDef(id=id_, name=UNFINISHED.format("area").capitalize(), rooms=(unfinished_room(room),))
    dialog = d.EditArea(area=id_, base=None, drafts=(draft,))
    need_form(ctx, dialog)
    form.begin(ctx, dialog)
    ctx.send(f"`save` makes the area with its first room: then `goto {room}`, and `redit` and `dig` from there.")


def wanted(ctx: CoreContext, words: list[str], known: Mapping[str, Any], what: str) -> Any:
    """The definition that `words` name. Raises Rejected."""
    if len(words) != 1:
        raise Rejected(f"Which {what}? Write its id, or: new ID.")
    return known[need(words[0], known, what)]


def area_with(ctx: CoreContext, part: Literal["mobs", "items"], thing: MobDef | ItemDef) -> str:
    """The area whose file has the definition. Raises Rejected when the player may not change it."""
    return need_area(ctx, ctx.world.defs.home_of(part, thing.id)).id


def new(ctx: CoreContext, words: list[str], known: Mapping[str, Any], command: str) -> tuple[str, str]:
    """A new definition's id, and its area: the one that the player is in. Raises Rejected."""
    if len(words) != 2:
        raise Rejected(f"Write: {command} new ID.")
    need_new(words[1], known)
    return words[1], here(ctx).id


def need_new(id_: str, known: Mapping[str, Any]) -> None:
    """Raises Rejected when an id is taken or invalid."""
    if not _ID.fullmatch(id_):
        raise Rejected("An id is made of letters, digits and underscores: tide_mill.")
    if id_ in known:
        raise Rejected(f"There is a {id_} already. Choose another id.")


def here(ctx: CoreContext) -> AreaDef:
    """The area that the player is in, if they may change it. Raises Rejected."""
    return need_area(ctx, ctx.world.defs.area_of.get(ctx.player.room, ""))


def dig(ctx: CoreContext, args: str) -> None:
    """Make an exit and the way back, to an existing room or to a new one."""
    words = split(args)
    if not 1 <= len(words) <= 3 or (len(words) == 3 and words[1] != "new"):
        raise Rejected("Write: dig DIRECTION, dig DIRECTION new ID, or dig DIRECTION ROOM.")
    direction = need_direction(words[0])
    rooms = ctx.world.defs.rooms
    area = here(ctx)
    origin = rooms[ctx.player.room]
    taken = origin.exits.get(direction)
    if taken is not None and taken.to is not None:
        raise Rejected(f"{direction.capitalize()} leads to {taken.to} already. redit changes that.")
    back = DIRECTIONS[direction]
    if len(words) == 2 and words[1] != "new":
        target, base, to_area = other_end(ctx, words[1], back, origin.id)
    else:
        id_ = words[2] if len(words) == 3 else free_id(area.id, (room.id for room in area.rooms), rooms)
        need_new(id_, rooms)
        target, base, to_area = unfinished_room(id_), None, area.id
    form.need_free(ctx, d.EditRoom, origin.id)
    form.need_free(ctx, d.EditRoom, target.id)
    changes = (
        Change(to_area, base, with_exit(target, back, origin.id)),
        Change(area.id, origin, with_exit(origin, direction, target.id)),
    )
    admin.log(ctx, f"dig {direction} to {target.id}")
    ctx.send(tag("system", f"Digging {direction} to {target.id} ..."))
    login.work(ctx, e.SaveEdits(ctx.session.id, Edits(rooms=changes)))


def other_end(ctx: CoreContext, word: str, back: str, origin: str) -> tuple[RoomDef, RoomDef, str]:
    """The room to dig to, and its area. Raises Rejected when its way back is taken, or the player may not change it."""
    target = ctx.world.defs.rooms[need(word, ctx.world.defs.rooms, "room")]
    if target.id == origin:
        raise Rejected("That leads back into this room. redit can do it, if it is meant.")
    area = need_area(ctx, ctx.world.defs.area_of[target.id])
    way = target.exits.get(back)
    if way is not None and way.to not in (None, origin):
        raise Rejected(f"{target.id} has a way {back} already, to {way.to}. For a one-way exit there is redit.")
    return target, target, area.id


def with_exit(room: RoomDef, direction: str, to: str) -> RoomDef:
    """A room with one more exit; an existing door stays."""
    way = room.exits.get(direction)
    way = ExitDef(to=to) if way is None else msgspec.structs.replace(way, to=to)
    return msgspec.structs.replace(room, exits={**room.exits, direction: way})


def free_id(area: str, here: Iterable[str], rooms: Mapping[str, RoomDef]) -> str:
    """An id for a new room: the next number if the area's rooms are numbered, else the area's id with a number."""
    numbers = [int(id_) for id_ in here if id_.isascii() and id_.isdigit() and len(id_) < 10]
    number = max(numbers) + 1 if numbers else 1
    pattern = "{}" if numbers else f"{area}_{{}}"
    while pattern.format(number) in rooms:
        number += 1
    return pattern.format(number)
