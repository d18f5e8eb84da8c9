"""Who fights whom. A fight is stored only in the characters' own fields, and this file alone changes those.

Invariant: whoever is fought fights too, and both are in the same room.
"""

from __future__ import annotations

from typing import Protocol

from mud.core.world.model import Character


class Arena(Protocol):
    """The world, as far as fights need it (a Protocol)."""

    characters: dict[str, Character]

    def present(self, room_id: str) -> list[Character]:
        """Who is in a room, in order of arrival."""

    def edit(self, thing: Character) -> None:
        """A character is about to be changed."""


def foe(world: Arena, character: Character) -> Character | None:
    """The character that a character fights."""
    return world.characters.get(character.fighting) if character.fighting is not None else None


def fighters(world: Arena, room: str) -> list[Character]:
    """All who fight in a room, in order of arrival."""
    return [c for c in world.present(room) if c.fighting is not None]


def against(world: Arena, character: Character) -> list[Character]:
    """All who fight a character."""
    return [c for c in world.present(character.room) if c.fighting == character.id]


def begin(world: Arena, one: Character, other: Character) -> None:
    """`one` attacks `other`, who strikes back unless already fighting somebody else.

    Raises ValueError when they are the same, or not in the same room.
    """
    if one is other or one.room != other.room or one.away or other.away:
        raise ValueError(f"{one.id} can't fight {other.id} from here")
    _set(world, one, other)
    if other.fighting is None:
        _set(world, other, one)


def end(world: Arena, character: Character) -> None:
    """A character stops fighting. Whoever fought it turns on somebody else who fights them, or stops."""
    if character.fighting is None:
        return
    _set(world, character, None)
    for other in against(world, character):
        _set(world, other, next(iter(against(world, other)), None))


def _set(world: Arena, character: Character, to: Character | None) -> None:
    world.edit(character)
    character.fighting = to.id if to is not None else None
    if to is not None:
        character.position = "fighting"
    elif character.position == "fighting":
        character.position = "standing"
