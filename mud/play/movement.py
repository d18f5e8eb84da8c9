"""Walking through the world."""

from __future__ import annotations

from mud.core.context import CoreContext, Handler
from mud.core.errors import Rejected
from mud.core.world.area import DIRECTIONS
from mud.core.world.model import Character
from mud.play import bodies, death, describe, doors, rooms
from mud.play.waters import needs_boat

#: How much movement a step costs, by sector.
WALKING = {"field": 2, "forest": 3, "hills": 4, "mountain": 5, "water_swim": 3, "underwater": 4}
FROM = {d: f"the {back}" for d, back in DIRECTIONS.items()} | {"up": "below", "down": "above"}


def mover(direction: str) -> Handler:
    """Make the handler of a direction's command."""
    return lambda ctx, args: move(ctx, direction)


def move(ctx: CoreContext, direction: str) -> None:
    """Walk. Raises Rejected at walls, closed doors and exits that lead nowhere."""
    world, me = ctx.world, ctx.player
    way = world.exit(me.room, direction)
    if way is None or way.to is None:
        raise Rejected(f"You can't go {direction}.")
    if way.to not in world.defs.rooms:
        raise Rejected("The way ends in mist: its other end is gone. (A builder should know.)")
    if world.door_state(me.room, direction) != "open":
        raise Rejected(f"You can't go {direction}." if way.hidden else f"The {doors.door_name(way)} is closed.")
    walk(ctx, me, direction, way.to)


def walk(ctx: CoreContext, me: Character, direction: str, to: str) -> None:
    """Go through a free exit, if enough movement is left; builders always have enough. Raises Rejected."""
    world, origin = ctx.world, me.room
    if not ctx.may("builder"):
        if "godroom" in world.room(to).flags:
            raise Rejected("Something you can't name keeps you from going there.")
        if needs_boat(world, me, to):
            raise Rejected("You need a boat to go there.")
        cost = max(1, (WALKING.get(world.room(origin).sector, 1) + WALKING.get(world.room(to).sector, 1)) // 2)
        bodies.measure(ctx, me)
        if me.move < cost:
            raise Rejected("You are too exhausted to go on. (`rest` a while.)")
        bodies.spend(ctx, me, move=cost)
    who = describe.name(world, me)
    ctx.others(f"{who} goes {direction}.")
    ctx.move(me, to, direction)
    ctx.others(f"{who} arrives from {FROM[direction]}.")
    rooms.look_room(ctx)
    if "death" in world.room(to).flags and not ctx.may("builder"):
        death.die(ctx, me, lies=origin)
