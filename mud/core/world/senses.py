"""States that lasting effects put on characters, such as blind or invisible; and who can see whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mud.core.world.model import Character

if TYPE_CHECKING:
    from mud.core.world.view import WorldView


def has(world: WorldView, character: Character, state: str) -> bool:
    """Whether a character is in a state ("blind", "sanctuary" ...), by its mob's definition or by an effect."""
    if any(by.get(state, 0) > 0 for by in character.effects.values()):
        return True
    mob = world.mob_def(character)
    return mob is not None and state in mob.affects


def sees(world: WorldView, viewer: Character, other: Character) -> bool:
    """Whether `viewer` can see `other`, who is in the same room."""
    if viewer is other:
        return True
    if (viewer.effects or viewer.mob is not None) and has(world, viewer, "blind"):
        return False
    if not other.effects and other.mob is None:
        return True  # most characters are like that: nothing needs to be looked up
    return not has(world, other, "invisible") or has(world, viewer, "detect_invisible")
