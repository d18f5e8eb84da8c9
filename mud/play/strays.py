"""Strays: after a copyover, a restart or a reload, rooms and kinds may no longer exist.

Everybody and everything in a room that no longer exists is moved to where it belongs. An item or mob whose kind no
longer exists stays, as a relic, and is reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.text.markup import strip, tag
from mud.core.timers import BringHome
from mud.core.world.area import CORPSE, WorldDef
from mud.core.world.item_names import COINS_ID
from mud.core.world.model import Character, room_key
from mud.core.world.world import World

SHIFTED = "The world shifts around you: where you were is no more. This is {}."
#: Kinds that no area needs to define.
OWN = frozenset({COINS_ID, CORPSE.id})
#: The maximum number of names in one line of a report; the rest are only counted.
MAX_NAMED = 10


def bring_home(ctx: CoreContext, payload: BringHome) -> None:
    """After a start: report strays, and move them to a room that exists."""
    world = ctx.world
    lines = report(world)
    if not lines:
        return
    for room in rooms_gone(world):
        for character in world.present(room):
            send(ctx, character, home(world, character))
        for item in world.held(room_key(room)):
            world.move_item(item, room_key(world.defs.start))
    ctx.do(e.FoundAstray(tuple(lines)))


def send(ctx: CoreContext, character: Character, room: str) -> None:
    """Move somebody from a room that no longer exists to another, and tell them."""
    ctx.move(character, room)
    ctx.tell(character, tag("system", SHIFTED.format(ctx.world.room(room).name)))


def home(world: World, character: Character) -> str:
    """Where a character belongs whose room no longer exists: a mob in its area's first room, others at the start."""
    area = world.defs.areas.get(character.area or "") if character.mob is not None else None
    return area.rooms[0].id if area is not None and area.rooms else world.defs.start


def report(world: World) -> list[str]:
    """Who and what is in rooms that no longer exist, and what became a relic; one line each."""
    return [*(in_room(world, room) for room in rooms_gone(world)), *relics(world)]


def rooms_gone(world: World) -> list[str]:
    """The rooms that no longer exist but have somebody or something in them."""
    return sorted(room for room in world.places() if room not in world.defs.rooms)


def in_room(world: World, room: str) -> str:
    """Who and what is in a room that no longer exists."""
    names = Counter(strip(world.called(character)) for character in world.present(room))
    things = len(world.held(room_key(room)))
    found = listed(names) + ([f"{things} {'thing' if things == 1 else 'things'}"] if things else [])
    return f"room {room!r} is gone, and in it were: {', '.join(found)}"


def relics(world: World) -> list[str]:
    """Each kind that no longer exists but has mobs or items, with their number."""
    known = {"mob": world.defs.mobs, "item": world.defs.items}
    gone = [(what, kind) for what, kind in world.kinds_alive() if kind not in known[what] and kind not in OWN]
    return counted(world, gone)


def counted(world: World, gone: Iterable[tuple[str, str]]) -> list[str]:
    """The mobs and items of kinds that no longer exist, one line for each of the two."""
    found: dict[str, Counter[str]] = {"mob": Counter(), "item": Counter()}
    for what, kind in gone:
        if world.count(what, kind):
            found[what][kind] = world.count(what, kind)
    return [f"relics, whose kind of {what} is gone: {', '.join(listed(each))}" for what, each in found.items() if each]


def lost(world: World, before: WorldDef, areas: Iterable[str]) -> list[str]:
    """What a reload of some `areas` displaced: like `report`, but without examining the rest of the world."""
    old, now = [before.areas[area] for area in areas if area in before.areas], world.defs
    rooms = [room.id for area in old for room in area.rooms if room.id not in now.rooms]
    mobs = [("mob", mob.id) for area in old for mob in area.mobs if mob.id not in now.mobs]
    items = [("item", item.id) for area in old for item in area.items if item.id not in now.items]
    left = [room for room in rooms if world.present(room) or world.held(room_key(room))]
    return [*(in_room(world, room) for room in left), *counted(world, [*mobs, *items])]


def listed(names: Counter[str]) -> list[str]:
    """Names with the number of each, up to a readable length."""
    said = [f"{name} ({count})" if count > 1 else name for name, count in sorted(names.items())]
    return said[:MAX_NAMED] + ([f"and {len(said) - MAX_NAMED} more"] if len(said) > MAX_NAMED else [])
