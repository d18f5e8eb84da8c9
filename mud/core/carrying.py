"""How much somebody can carry."""

from __future__ import annotations

from collections.abc import Iterable

from mud.core.model import Character, Item
from mud.core.naming import capital, short
from mud.core.world import World

MOST_ITEMS = 100  # that one character carries
MOST_WEIGHT = 500  # in the same unit as the area files' weights


def cannot_carry(world: World, who: Character, items: Iterable[Item]) -> str | None:
    """Why somebody can't carry all of `items` besides what they have; None when nothing is in the way."""
    held = world.held(who.owner_key)
    count, load = len(held), sum(world.weight(i) for i in held)
    inside = {i.owner_key for i in world.all_inside(who.owner_key)}
    for item in items:
        count += 1
        if count > MOST_ITEMS:
            return f"{capital(short(world, item))} is one thing too many to carry."
        if item.owner not in inside:
            load += world.weight(item)
            if load > MOST_WEIGHT:
                return f"{capital(short(world, item))} is too heavy for all else that is carried."
    return None
