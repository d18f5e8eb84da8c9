"""Deep water: who can cross it."""

from __future__ import annotations

from mud.core.world.model import Character
from mud.core.world.senses import has
from mud.core.world.world import World

DEEP = "water_noswim"
#: States in which no boat is needed.
_OVER_WATER = ("waterwalk", "flying")


def needs_boat(world: World, who: Character, to: str) -> bool:
    """Whether somebody needs a boat to enter a room and has none. A mob that already is on deep water needs none.

    Only the way in is barred: somebody who loses the boat out there can still come ashore.
    """
    if world.room(to).sector != DEEP or (who.mob is not None and world.room(who.room).sector == DEEP):
        return False
    if any(has(world, who, state) for state in _OVER_WATER):
        return False
    return not any(world.item_def(item).kind == "boat" for item in world.held(who.owner_key))
