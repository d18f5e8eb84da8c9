"""How much somebody can carry."""

from __future__ import annotations

from collections.abc import Iterable

from mud.core.world.item_names import capital, short
from mud.core.world.model import Character, Item
from mud.core.world.view import WorldView

MAX_ITEMS = 100  # that one character can carry
MAX_WEIGHT = 500  # in the same unit as the area files' weights


def cannot_carry(world: WorldView, who: Character, items: Iterable[Item]) -> str | None:
    """Why somebody can't carry all of `items` as well as what they have; None when they can."""
    held = world.held(who.owner_key)
    count, load = len(held), sum(world.weight(i) for i in held)
    inside = {i.owner_key for i in world.all_inside(who.owner_key)}
    for item in items:
        count += 1
        if count > MAX_ITEMS:
            return f"{capital(short(world, item))} is one thing too many to carry."
        if item.owner not in inside:
            load += world.weight(item)
            if load > MAX_WEIGHT:
                return f"{capital(short(world, item))} is too heavy for all else that is carried."
    return None
