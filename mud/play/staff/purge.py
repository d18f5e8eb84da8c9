"""Purging: destroys mobs and items. Never players, nor their corpses with belongings; gold goes to the sink."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.dialogs import Confirm
from mud.core.errors import Rejected
from mud.core.ledger import SINK
from mud.core.text.markup import strip
from mud.core.text.words import count
from mud.core.world.model import Character, Item, room_key
from mud.play import describe
from mud.play.staff.admin import log


def purge(ctx: CoreContext, args: str) -> None:
    """Destroy one mob or item here, or, after a confirmation, everything in the room."""
    match args.strip():
        case "":
            ask(ctx)
        case "all":
            everything(ctx)
        case text:
            one(ctx, text)


def ask(ctx: CoreContext) -> None:
    """Ask whether everything in the room is meant."""
    world, me = ctx.world, ctx.player
    mobs = sum(c.mob is not None for c in world.present(me.room))
    things = len(world.held(room_key(me.room)))
    if not mobs and not things:
        raise Rejected("There is nothing here to purge.")
    ctx.push(Confirm(f"Destroy all that is here: {count(mobs, 'mob')}, {count(things, 'thing')}?", "purge all"))


def one(ctx: CoreContext, text: str) -> None:
    """Destroy what `text` names: a mob here, or else an item on the ground or in hand."""
    world, me = ctx.world, ctx.player
    someone = ctx.seek_here(text)
    if someone is not None and someone.mob is None:
        raise Rejected(f"{someone.name} is a player. Players can't be purged.")
    if someone is not None:
        called = describe.name(world, someone)
        destroy_mob(ctx, someone)
    else:
        near = [*world.held(room_key(me.room)), *world.carried(me)]
        item = describe.find_item(world, text, near, "here")
        called = describe.short(world, item)
        ctx.destroy(item)
    ctx.send(f"{describe.capital(called)} is no more.")
    ctx.others(f"{describe.name(world, me)} makes {called} vanish.")
    log(ctx, f"purge {strip(called)} in {me.room}")


def everything(ctx: CoreContext) -> None:
    """Destroy all mobs and items in the room, except what players left."""
    world, me = ctx.world, ctx.player
    mobs = [c for c in world.present(me.room) if c.mob is not None]
    items = world.held(room_key(me.room))
    spared = [item for item in items if holds_belongings(ctx, item)]
    gone = [item for item in items if item not in spared]
    for mob in mobs:
        destroy_mob(ctx, mob)
    for item in gone:
        ctx.destroy(item)
    for item in spared:
        ctx.send(f"{describe.capital(describe.short(world, item))} holds a player's belongings and stays.")
    if not mobs and not gone:
        ctx.send("There is nothing here to purge.")
        return
    ctx.send(f"The place is empty. Gone are: mobs {len(mobs)}, things {len(gone)}.")
    ctx.others(f"{describe.name(world, me)} empties the place.")
    log(ctx, f"purge {me.room}: {count(len(mobs), 'mob')}, {count(len(gone), 'thing')}")


def holds_belongings(ctx: CoreContext, item: Item) -> bool:
    """Whether an item is a player's corpse that is not empty."""
    corpse = ctx.world.item_def(item).kind == "corpse" and ctx.world.value(item, "player") is not None
    return corpse and bool(ctx.world.held(item.owner_key))


def destroy_mob(ctx: CoreContext, mob: Character) -> None:
    """Destroy a mob with all that it has; its gold goes to the sink."""
    world = ctx.world
    for item in world.held(mob.owner_key):
        ctx.destroy(item)
    ctx.pay(mob.owner_key, SINK, world.ledger.balance(mob.owner_key), "purged")
    world.remove_mob(mob)
