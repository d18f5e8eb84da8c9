"""Eating and drinking: both give back some of one's breath. Nobody starves in this game."""

from __future__ import annotations

from mud.core.context import Context
from mud.core.errors import Rejected
from mud.core.model import Item
from mud.play import describe, things
from mud.play.describe import capital, short

#: Movement that a draught gives back, and the most that a meal does.
DRAUGHT, MEAL = 4, 25
#: Liquids by their number in area files.
LIQUIDS: tuple[str, ...] = (
    *("water", "beer", "wine", "ale", "dark ale", "whisky", "lemonade", "firebreather", "a local speciality"),
    *("slime mould juice", "milk", "tea", "coffee", "blood", "salt water", "clear water"),
)


def eat(ctx: Context, args: str) -> None:
    """Eat something that one carries."""
    world, me = ctx.world, ctx.player
    text = things.need(args, "Eat what?")
    carried = world.carried(me)
    food = next(iter(describe.seek_items(world, text, (i for i in carried if world.item_def(i).kind == "food"))), None)
    if food is None:
        other = describe.find_item(world, text, carried, "in your hands")
        raise Rejected(f"{capital(short(world, other))} is nothing to eat.")
    hours = amount(ctx, food, "hours")
    things.say(ctx, "eat", short(world, food))
    if amount(ctx, food, "poisoned"):
        ctx.send("It tastes rather odd.")
    ctx.destroy(food)
    ctx.mend(me, move=min(MEAL, max(1, 2 * hours)))


def drink(ctx: Context, args: str) -> None:
    """Drink from something at hand; alone, from a fountain here."""
    world = ctx.world
    source = find(ctx, args, ("drink_container", "fountain")) if args else fountain(ctx)
    if source is None:
        raise Rejected("Drink what?")
    called = short(world, source)
    if world.item_def(source).kind == "drink_container":
        left = amount(ctx, source, "drinks")
        if left < 1:
            raise Rejected(f"{capital(called)} is empty.")
        world.edit(source)
        source.values["drinks"] = left - 1
    things.say(ctx, "drink", liquid(ctx, source), f"from {called}")
    if amount(ctx, source, "poisoned"):
        ctx.send("It tastes rather odd.")
    ctx.mend(ctx.player, move=DRAUGHT)


def fill(ctx: Context, args: str) -> None:
    """Fill something at a fountain."""
    world = ctx.world
    vessel = find(ctx, things.need(args, "Fill what?"), ("drink_container",))
    source = fountain(ctx)
    called = short(world, vessel)
    if source is None:
        raise Rejected("There is no fountain here to fill it at.")
    capacity = amount(ctx, vessel, "capacity")
    if amount(ctx, vessel, "drinks") >= capacity:
        raise Rejected(f"{capital(called)} is full.")
    world.edit(vessel)
    vessel.values.update(drinks=capacity)
    for name in ("liquid", "poisoned"):
        vessel.values[name] = amount(ctx, source, name)
    things.say(ctx, "fill", called, f"with {liquid(ctx, source)}")


def find(ctx: Context, text: str, kinds: tuple[str, ...]) -> Item:
    """Something at hand of such a kind. Raises Rejected."""
    world, near = ctx.world, things.near(ctx)
    text = text.removeprefix("from ")
    found = describe.seek_items(world, text, (i for i in near if world.item_def(i).kind in kinds))
    if not found:
        other = describe.find_item(world, text, near, "here")
        raise Rejected(f"{capital(short(world, other))} holds nothing to drink.")
    return found[0]


def fountain(ctx: Context) -> Item | None:
    """The fountain in the player's room."""
    return next((i for i in things.near(ctx) if ctx.world.item_def(i).kind == "fountain"), None)


def amount(ctx: Context, item: Item, name: str) -> int:
    """One of an item's values as a number; 0 where it says nothing."""
    value = ctx.world.value(item, name)
    return value if isinstance(value, int) else 0


def liquid(ctx: Context, item: Item) -> str:
    """What is in it, in words."""
    value = ctx.world.value(item, "liquid")
    if isinstance(value, str):
        return value
    return LIQUIDS[value] if value is not None and 0 <= value < len(LIQUIDS) else LIQUIDS[0]
