"""Deep water: who comes over it."""

from __future__ import annotations

from mud.core.world.model import Character
from mud.core.world.senses import has
from mud.core.world.world import World

DEEP = "water_noswim"
#: States in which one needs no boat.
_OVER_WATER = ("waterwalk", "flying")


def needs_boat(world: World, who: Character, to: str) -> bool:
    """Whether somebody can't go into a room without a boat, and has none. A mob that is on deep water is at home there.

    Only the way in is barred: whoever loses the boat out there still comes ashore.
    """
    if world.room(to).sector != DEEP or (who.mob is not None and world.room(who.room).sector == DEEP):
        return False
    if any(has(world, who, state) for state in _OVER_WATER):
        return False
    return not any(world.item_def(item).kind == "boat" for item in world.held(who.owner_key))
