"""Doors and lids: open, close, lock, unlock."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.targets import split
from mud.core.world.area import DIRECTIONS, DoorState, ExitDef, direction_of
from mud.core.world.model import Item, room_key
from mud.play import describe
from mud.play.describe import capital

VERBS = {("open", "closed"): "open", ("closed", "open"): "close"} | {
    ("locked", "closed"): "lock", ("closed", "locked"): "unlock"
}  # fmt: skip
PARTICIPLES = {"open": "opened", "close": "closed", "lock": "locked", "unlock": "unlocked"}


def open_(ctx: CoreContext, args: str) -> None:
    """Open a door or a container."""
    turn(ctx, args, "open", need="closed", already={"open": "open already", "locked": "locked"})


def close(ctx: CoreContext, args: str) -> None:
    """Close a door or a container."""
    turn(ctx, args, "closed", need="open", already={"closed": "closed already", "locked": "closed already"})


def lock(ctx: CoreContext, args: str) -> None:
    """Lock something closed, with its key."""
    turn(ctx, args, "locked", need="closed", already={"open": "open", "locked": "locked already"}, key=True)


def unlock(ctx: CoreContext, args: str) -> None:
    """Unlock something locked, with its key."""
    turn(ctx, args, "closed", need="locked", already={"open": "open", "closed": "not locked"}, key=True)


def turn(ctx: CoreContext, args: str, to: DoorState, need: str, already: dict[str, str], key: bool = False) -> None:
    """Change a container's lid or a door from the state `need` to `to`."""
    verb = VERBS[to, need]
    if not args:
        raise Rejected(f"{capital(verb)} what?")
    world, me = ctx.world, ctx.player
    words = split(args)
    direction = direction_of(words[-1]) if words else None
    near = [*world.held(me.owner_key), *world.held(room_key(me.room))]
    chests = [i for i in near if world.item_def(i).kind == "container"]
    named = describe.seek_items(world, args, chests) if direction is None else []
    if named:
        turn_lid(ctx, named[0], verb, to, need, already, key)
    else:
        turn_door(ctx, direction or args, verb, to, need, already, key)


def turn_lid(
    ctx: CoreContext, item: Item, verb: str, to: DoorState, need: str, already: dict[str, str], key: bool
) -> None:
    """Change a container's lid."""
    world, called = ctx.world, describe.short(ctx.world, item)
    if "closeable" not in str(world.value(item, "flags") or "").split():
        raise Rejected(f"You can't {verb} {called}.")
    state = lid(ctx, item)
    if state != need:
        raise Rejected(f"{capital(called)} is {already[state]}.")
    if key:
        need_key(ctx, str(world.value(item, "key") or ""), called)
    world.edit(item)
    item.state = to
    ctx.send(f"You {verb} {called}.")
    ctx.others(f"{describe.name(world, ctx.player)} {verb}s {called}.")


def turn_door(
    ctx: CoreContext, text: str, verb: str, to: DoorState, need: str, already: dict[str, str], key: bool
) -> None:
    """Change a door, on both its sides."""
    world, me = ctx.world, ctx.player
    direction, way = describe.find_door(ctx, text)
    called = f"the {door_name(way)}"
    state = world.door_state(me.room, direction)
    if state != need:
        raise Rejected(f"{capital(called)} is {already[state]}.")
    if key:
        need_key(ctx, way.key or "", called)
    world.set_door(me.room, direction, to)
    back = world.exit(way.to or "", DIRECTIONS[direction])
    if back is not None and back.door and back.to == me.room:
        world.set_door(way.to or "", DIRECTIONS[direction], to)
        ctx.room_says(way.to or "", f"The {door_name(back)} is {PARTICIPLES[verb]} from the other side.")
    ctx.send(f"You {verb} {called}.")
    ctx.others(f"{describe.name(world, me)} {verb}s {called}.")


def need_key(ctx: CoreContext, key: str, called: str) -> None:
    """Raises Rejected unless the player has the key."""
    if not any(item.kind == key for item in ctx.world.held(ctx.player.owner_key)):
        raise Rejected(f"You don't have the key to {called}.")


def door_name(way: ExitDef) -> str:
    """A door's name."""
    return way.keywords[0] if way.keywords else "door"


def lid(ctx: CoreContext, item: Item) -> DoorState:
    """The present state of a container's lid: its own, or else its definition's."""
    if item.state is not None:
        return item.state
    flags = str(ctx.world.value(item, "flags") or "").split()
    return "locked" if "locked" in flags else "closed" if "closed" in flags else "open"
