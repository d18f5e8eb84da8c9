"""Zones: making mobs and items, and the resets that keep the world populated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mud.core import timers as t
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.ledger import MINT
from mud.core.signals import Worn
from mud.core.world import area as a
from mud.core.world.model import Character, Item, room_key
from mud.play import bodies, describe

#: A zone's minute, in game seconds.
MINUTE = 60.0
#: A time that no game will reach, in game seconds.
FOREVER = 1e12


def make_item(ctx: CoreContext, kind: str, owner_key: str, slot: str | None = None) -> Item:
    """Make a new item of a defined kind. A heap of coins gets its gold from the mint."""
    item = ctx.world.add_item(Item(id=ctx.world.new_id("i"), kind=kind, owner=owner_key, slot=slot))
    if describe.is_coins(ctx.world, item):
        amount = ctx.world.value(item, "amount")
        ctx.pay(MINT, item.owner_key, amount if isinstance(amount, int) and amount > 0 else 1, f"made {kind}")
    return item


def make_mob(ctx: CoreContext, kind: str, room: str, area: str | None = None) -> Character:
    """Make a new mob of a defined kind, with its gold from the mint."""
    mob = ctx.world.defs.mobs[kind]
    character = Character(
        id=ctx.world.new_id("m"),
        name=mob.short,
        room=room,
        mob=kind,
        area=area,
        position=mob.position,
        level=mob.level,
        alignment=mob.alignment,
    )
    ctx.world.add_character(character)
    bodies.measure(ctx, character)
    ctx.pay(MINT, character.owner_key, mob.gold, f"made {kind}")
    return character


def wake(ctx: CoreContext) -> None:
    """Reset every zone that has no timer: it has never been reset, or is new in the world files."""
    timers = {x.payload.area: x for x in ctx.world.timers.pending.values() if isinstance(x.payload, t.ZoneReset)}
    areas = ctx.world.defs.areas
    for id_ in areas:  # an area with a timer is not read: it may have to be decoded for that
        timer = timers.get(id_)
        if timer is None:
            reset(ctx, areas[id_], first=True)
        elif timer.due >= FOREVER and areas[id_].reset_when != "never":  # a builder changed its reset mode
            ctx.world.timers.cancel(timer.id)
            ctx.after(max(1, areas[id_].lifespan) * MINUTE, timer.payload)


def reset(ctx: CoreContext, area: a.AreaDef, first: bool = False) -> None:
    """Run all steps of a zone's reset, and set the timer for the next one."""
    made = Made()
    done = False
    for step in area.resets:
        if step.once and not first:
            done = False
        elif not step.if_last or done:
            done = STEPS[type(step)](ctx, step, made, area)
    # Even a zone that is never reset again has a timer: it records that the zone has been reset once.
    wait = FOREVER if area.reset_when == "never" else max(1, area.lifespan) * MINUTE
    ctx.after(wait, t.ZoneReset(area.id))


class Made:
    """What a reset has made so far: its next steps refer to it."""

    def __init__(self) -> None:
        self.mob: Character | None = None
        self.items: dict[str, Item] = {}


def mob_step(ctx: CoreContext, step: a.MobReset, made: Made, area: a.AreaDef) -> bool:
    if ctx.world.count("mob", step.id) >= step.max:
        made.mob = None
        return False
    made.mob = make_mob(ctx, step.id, step.room, area.id)
    return True


def item_step(ctx: CoreContext, step: a.ItemReset, made: Made, area: a.AreaDef) -> bool:
    ground = room_key(step.room)
    if full(ctx, step.id, step.max) or any(i.kind == step.id for i in ctx.world.held(ground)):
        return False
    made.items[step.id] = make_item(ctx, step.id, ground)
    return True


def give_step(ctx: CoreContext, step: a.GiveReset, made: Made, area: a.AreaDef) -> bool:
    return hold(ctx, step.id, step.max, None, made)


def equip_step(ctx: CoreContext, step: a.EquipReset, made: Made, area: a.AreaDef) -> bool:
    return hold(ctx, step.id, step.max, step.slot, made)


def hold(ctx: CoreContext, kind: str, most: int, slot: str | None, made: Made) -> bool:
    """Give the mob made last an item; if its slot is taken, the item is carried instead."""
    if made.mob is None or full(ctx, kind, most):
        return False
    if slot in {i.slot for i in ctx.world.worn(made.mob)}:
        slot = None
    item = made.items[kind] = make_item(ctx, kind, made.mob.owner_key, slot)
    if slot is not None and ctx.world.item_def(item).affects:
        ctx.emit(Worn(made.mob.id, item.id, slot))
    return True


def put_step(ctx: CoreContext, step: a.PutReset, made: Made, area: a.AreaDef) -> bool:
    """Put an item into the container made last in this reset, or else into the newest of its kind in the world."""
    chest = made.items.get(step.into)
    if chest is None:
        chest = next((i for i in reversed(ctx.world.items.values()) if i.kind == step.into), None)
    if chest is None or full(ctx, step.id, step.max):
        return False
    made.items[step.id] = make_item(ctx, step.id, chest.owner_key)
    return True


def door_step(ctx: CoreContext, step: a.DoorReset, made: Made, area: a.AreaDef) -> bool:
    if ctx.world.door_state(step.room, step.direction) != step.state:
        ctx.world.set_door(step.room, step.direction, step.state)
    return True


def remove_step(ctx: CoreContext, step: a.RemoveReset, made: Made, area: a.AreaDef) -> bool:
    found = next((i for i in ctx.world.held(room_key(step.room)) if i.kind == step.id), None)
    if found is not None:
        ctx.destroy(found)
    return True


def full(ctx: CoreContext, kind: str, most: int) -> bool:
    """Whether the maximum number of items of a kind exists."""
    return ctx.world.count("item", kind) >= most


STEPS: dict[type[a.Reset], Callable[[CoreContext, Any, Made, a.AreaDef], bool]] = {
    a.MobReset: mob_step,
    a.ItemReset: item_step,
    a.GiveReset: give_step,
    a.EquipReset: equip_step,
    a.PutReset: put_step,
    a.DoorReset: door_step,
    a.RemoveReset: remove_step,
}


# Their timer


def zone_due(ctx: CoreContext, payload: t.ZoneReset) -> None:
    """Reset a zone; one that resets only when empty, while somebody is there, is tried again a minute later."""
    area = ctx.world.defs.areas.get(payload.area)
    if area is None or area.reset_when == "never":
        return
    visited = area.reset_when == "empty" and any(
        ctx.world.defs.area_of.get(c.room) == area.id for c in ctx.world.players()
    )
    if visited:
        ctx.after(MINUTE, payload)
    else:
        reset(ctx, area)


def need_kind(kinds: Mapping[str, Any], kind: str, what: str) -> None:
    """Raises Rejected when there is no definition of that id."""
    if kind not in kinds:
        raise Rejected(f"There is no {what} with the id {kind!r}.")
