"""Seeing a room: look, exits."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.signals import LookedAt
from mud.core.targets import answers, split_first
from mud.core.text.markup import tag
from mud.core.world import fights
from mud.core.world.area import ExitDef, Extra, direction_of
from mud.core.world.model import Character, Item, room_key
from mud.core.world.senses import has, sees
from mud.play import describe, doors
from mud.play.describe import capital


def look(ctx: CoreContext, args: str) -> None:
    """Look at the room, at something in it, or into a container."""
    verb, rest = split_first(args)
    if not args:
        look_room(ctx)
    elif verb in ("in", "into", "inside") and rest:
        look_in(ctx, rest)
    else:
        look_at(ctx, rest if verb == "at" and rest else args)


def look_room(ctx: CoreContext) -> None:
    """Show the room that the player is in."""
    show_room(ctx, ctx.player)


def show_room(ctx: CoreContext, me: Character) -> None:
    """Show somebody the room that they are in. Mobs and link-dead players are shown nothing."""
    world = ctx.world
    if has(world, me, "blind"):
        ctx.tell(me, "You can't see a thing!")
        return
    room = world.room(me.room)
    number = f" [{room.id}]" if ctx.may("builder", me) else ""
    parts = [tag("room", room.name) + number]
    if me.settings.get("brief") != "on" and room.description:
        parts.append(room.description)
    parts.append(exit_line(ctx, me.room))
    parts += [describe.long(world, item) for item in world.held(room_key(me.room))]
    parts += [stands_here(ctx, c, me) for c in world.present(me.room) if c is not me and sees(world, me, c)]
    ctx.tell(me, "\n".join(parts))


def stands_here(ctx: CoreContext, character: Character, reader: Character) -> str:
    """The line for a character in a room."""
    world = ctx.world
    mob, foe = world.mob_def(character), fights.foe(world, character)
    if mob is not None and mob.long and foe is None and character.position == mob.default_position:
        return tag("mob", mob.long)
    doing = "" if character.position == "standing" else f"{character.position} "
    if foe is not None:
        doing = f"here, fighting {'you' if foe is reader else describe.name(world, foe)}"
    title = f" {character.title}" if character.title else ""
    flag = " (link-dead)" if character.link_dead else ""
    return f"{capital(describe.name(world, character))}{title} is {doing or ''}{'' if foe else 'here'}.{flag}"


def exit_line(ctx: CoreContext, room_id: str) -> str:
    """The visible exits, in one line."""
    shown = [
        f"({d})" if ctx.world.door_state(room_id, d) != "open" else d for d, _ in visible_exits(ctx, room_id)
    ]  # closed doors are in brackets
    return tag("exit", f"Exits: {' '.join(shown) or 'none'}")


def visible_exits(ctx: CoreContext, room_id: str) -> list[tuple[str, ExitDef]]:
    """The exits of a room that lead somewhere, except hidden ones that are closed."""
    return [
        (d, way)
        for d, way in ctx.world.room(room_id).exits.items()
        if way.to is not None and not (way.hidden and (not way.door or ctx.world.door_state(room_id, d) != "open"))
    ]


def exits(ctx: CoreContext, args: str) -> None:
    """List the exits and where they lead."""
    world, here = ctx.world, ctx.player.room
    rows = []
    for direction, way in visible_exits(ctx, here):
        state = world.door_state(here, direction)
        where = world.room(way.to or "").name if state == "open" else f"a {state} {doors.door_name(way)}"
        rows.append(f"  {direction:10} {where}")
    ctx.send("Ways out:\n" + "\n".join(rows) if rows else "There is no way out that you can see.")


def look_at(ctx: CoreContext, text: str) -> None:
    """Look at something here: first characters, then items, then the room's extra descriptions."""
    world, me = ctx.world, ctx.player
    direction = direction_of(text)
    if direction:
        look_towards(ctx, direction)
        return
    someone = describe.seek_character(ctx, text)
    if someone is not None:
        look_at_character(ctx, someone)
        return
    near = [*world.held(me.owner_key), *world.held(room_key(me.room))]
    word = text.casefold()
    extras: list[tuple[Extra, Item | None]] = [(extra, None) for extra in world.room(me.room).extras]
    extras += [(extra, thing) for thing in near for extra in world.item_def(thing).extras]
    found = next(((extra, thing) for extra, thing in extras if answers(extra.keywords, word)), None)
    if found is not None:
        item = found[1]
        ctx.send(found[0].text)
    else:
        item = describe.find_item(world, text, near, "here to look at")
        look_at_item(ctx, item)
    if item is not None:
        ctx.emit(LookedAt(me.id, item.id))


def look_at_character(ctx: CoreContext, character: Character) -> None:
    """Show a character, and what it wears."""
    world = ctx.world
    mob = world.mob_def(character)
    text = mob.description if mob is not None else character.description
    who = capital(describe.name(world, character))
    ctx.send(text or f"There is nothing special about {describe.name(world, character)}.")
    worn = world.worn(character)
    if worn:
        ctx.send(f"{who} wears:\n{describe.listing(world, worn)}")
    if character is not ctx.player:
        ctx.tell(character, f"{describe.name(world, ctx.player)} looks at you.")


def look_at_item(ctx: CoreContext, item: Item) -> None:
    """Show an item; for a container also its contents."""
    text = ctx.world.item_def(item).description
    ctx.send(text or f"There is nothing special about {describe.short(ctx.world, item)}.")
    if ctx.world.item_def(item).kind == "container":
        show_inside(ctx, item)


def look_in(ctx: CoreContext, text: str) -> None:
    """Look into a container."""
    world, me = ctx.world, ctx.player
    near = [*world.held(me.owner_key), *world.held(room_key(me.room))]
    show_inside(ctx, describe.find_item(world, text, near, "here to look into"))


def show_inside(ctx: CoreContext, item: Item) -> None:
    """Show what a container holds, if the item is an open one."""
    world, called = ctx.world, describe.short(ctx.world, item)
    if world.item_def(item).kind not in ("container", "corpse"):
        raise Rejected(f"{capital(called)} holds nothing.")
    if doors.lid(ctx, item) != "open":
        ctx.send(f"{capital(called)} is closed.")
        return
    inside = world.held(item.owner_key)
    ctx.send(f"In {called}:\n{describe.listing(world, inside)}" if inside else f"{capital(called)} is empty.")


def look_towards(ctx: CoreContext, direction: str) -> None:
    """Look in a direction."""
    way = ctx.world.exit(ctx.player.room, direction)
    if way is None or (direction not in dict(visible_exits(ctx, ctx.player.room)) and not way.description):
        raise Rejected("There is nothing special to see that way.")
    if way.hidden and direction not in dict(visible_exits(ctx, ctx.player.room)):
        raise Rejected("There is nothing special to see that way.")
    state = ctx.world.door_state(ctx.player.room, direction)
    parts = [way.description] if way.description else []
    if way.door:
        parts.append(f"The {doors.door_name(way)} is {state}.")
    ctx.send("\n".join(parts) or f"That way lies {ctx.world.room(way.to or '').name}.")
