"""Food and drink: eat, drink, fill. Nobody starves here; a meal restores movement."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.targets import split
from mud.core.world.drinks import liquid
from mud.core.world.item_names import FOUNTAIN, VESSEL
from mud.core.world.model import Item
from mud.play import bodies, describe, things
from mud.play.describe import capital

#: Movement that a drink restores, and a meal for each hour that it lasts.
DRINK, MEAL_HOUR = 2, 2


def eat(ctx: CoreContext, args: str) -> None:
    """Eat something that is carried."""
    world, me = ctx.world, ctx.player
    text = things.need(args, "Eat what?")
    food = describe.find_item(world, text, world.carried(me), "in your hands")
    called = describe.short(world, food)
    if world.item_def(food).kind != "food":
        raise Rejected(f"You can't eat {called}.")
    need_peace(ctx)
    hours = number(ctx, food, "hours")
    things.say(ctx, "eat", called)
    ctx.destroy(food)
    bodies.measure(ctx, me)
    bodies.spend(ctx, me, move=-MEAL_HOUR * max(1, hours))


def drink(ctx: CoreContext, args: str) -> None:
    """Drink from something that is carried, or from a fountain."""
    words = [word for word in split(args) if word.casefold() != "from"]
    vessel = describe.find_item(ctx.world, things.need(" ".join(words), "Drink what?"), things.near(ctx), "here")
    called, kind = describe.short(ctx.world, vessel), ctx.world.item_def(vessel).kind
    if kind not in (VESSEL, FOUNTAIN):
        raise Rejected(f"You can't drink {called}.")
    need_peace(ctx)
    left = number(ctx, vessel, "drinks")
    if kind == VESSEL:
        if left < 1:
            raise Rejected(f"{capital(called)} is empty.")
        ctx.world.edit(vessel)
        vessel.values["drinks"] = left - 1
    things.say(ctx, "drink", f"{liquid(ctx.world, vessel)} from {called}")
    if kind == VESSEL and left == 1:
        ctx.send(f"{capital(describe.short(ctx.world, vessel))} is empty now.")
    bodies.measure(ctx, ctx.player)
    bodies.spend(ctx, ctx.player, move=-DRINK)


def fill(ctx: CoreContext, args: str) -> None:
    """Fill a vessel at a fountain."""
    world, me = ctx.world, ctx.player
    text = things.need(args, "Fill what?")
    vessel = describe.find_item(world, text, world.carried(me), "in your hands")
    called = describe.short(world, vessel)
    spring = next((i for i in things.near(ctx) if world.item_def(i).kind == FOUNTAIN), None)
    if world.item_def(vessel).kind != VESSEL:
        raise Rejected(f"You can't fill {called}.")
    if spring is None:
        raise Rejected("There is nothing here to fill it from.")
    if number(ctx, vessel, "drinks") >= number(ctx, vessel, "capacity"):
        raise Rejected(f"{capital(called)} is full.")
    world.edit(vessel)
    vessel.values |= {"drinks": number(ctx, vessel, "capacity"), "liquid": world.value(spring, "liquid") or 0}
    things.say(ctx, "fill", f"{called} with {liquid(ctx.world, vessel)}", f"from {describe.short(world, spring)}")


def need_peace(ctx: CoreContext) -> None:
    """Raises Rejected during a fight."""
    if ctx.player.fighting is not None:
        raise Rejected("Not in the middle of a fight!")


def number(ctx: CoreContext, item: Item, name: str) -> int:
    """One of an item's values as a number; 0 when it has none."""
    value = ctx.world.value(item, name)
    return value if isinstance(value, int) else 0
