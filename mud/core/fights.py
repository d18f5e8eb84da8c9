"""Who fights whom. A fight is nothing but what characters say of themselves; here is its index and its only changes.

Always true: whoever is fought fights too, and both are in one room.
"""

from __future__ import annotations

from collections.abc import Callable

from mud.core.journal import Journal
from mud.core.model import Character


class Fights:
    """All characters that fight."""

    def __init__(self, journal: Journal, characters: dict[str, Character], edit: Callable[[Character], None]) -> None:
        self._journal = journal
        self._characters = characters
        self._edit = edit
        self._ids: dict[str, None] = {}  # whoever began first stands first

    def index(self, character: Character) -> None:
        """A character has come into memory."""
        if character.fighting is not None:
            self._journal.put(self._ids, character.id, None)

    def __bool__(self) -> bool:
        return bool(self._ids)

    def all(self) -> list[Character]:
        """Whoever fights, in the order of their beginning."""
        return [self._characters[i] for i in self._ids]

    def foe(self, character: Character) -> Character | None:
        """Whom a character fights."""
        return self._characters.get(character.fighting or "")

    def against(self, character: Character) -> list[Character]:
        """Whoever fights a character."""
        return [c for c in self.all() if c.fighting == character.id]

    def begin(self, one: Character, other: Character) -> None:
        """`one` turns on `other`, who strikes back unless busy with somebody else.

        Raises ValueError when they are the same, or not both in one room.
        """
        if one is other or one.room != other.room or one.away or other.away:
            raise ValueError(f"{one.id} can't fight {other.id} from here")
        self._set(one, other)
        if other.fighting is None:
            self._set(other, one)

    def end(self, character: Character) -> None:
        """A character is out of it. Whoever fought it turns on somebody else who fights them, or stops."""
        if character.fighting is None:
            return
        self._set(character, None)
        for other in self.against(character):
            self._set(other, next(iter(self.against(other)), None))

    def _set(self, character: Character, foe: Character | None) -> None:
        self._edit(character)
        if foe is not None:
            if character.fighting is None:
                self._journal.put(self._ids, character.id, None)
            character.fighting, character.position = foe.id, "fighting"
        else:
            self._journal.drop(self._ids, character.id)
            character.fighting = None
            if character.position == "fighting":
                character.position = "standing"
