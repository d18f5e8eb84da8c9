"""Spells as a table: what each needs, what it may be cast on, and what it does. Modules add their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, Literal, NamedTuple, TypeVar

from mud.core.errors import Conflict
from mud.core.world.model import Character, Item

#: The type through which a spell's effect acts. A table of spells need not know it.
C = TypeVar("C")

#: What a spell can be cast on: a foe here, somebody here (oneself if nobody is named), an item at hand, a player
#: anywhere, everybody here, or nothing at all (it may take free text).
SpellTarget = Literal["foe", "friend", "item", "player", "room", "words"]


class Cast(NamedTuple):
    """One casting of a spell: the caster, its strength (a level), its target or words, and its source item."""

    caster: Character
    level: int
    whom: Character | None = None
    item: Item | None = None
    words: str = ""
    thing: str = ""  # the item it comes from, by its name ("a red potion"); "" when the caster spoke it

    @property
    def victim(self) -> Character:
        """Whom it is cast on; the caster by default."""
        return self.whom if self.whom is not None else self.caster


class SpellEntry(NamedTuple, Generic[C]):
    """A spell. `number` is its number in area files of the Diku family, 0 for none; `cooldown` is game seconds."""

    name: str
    number: int
    level: int
    mana: int
    cooldown: float
    target: SpellTarget
    effect: Callable[[C, Cast], None]
    about: str


class SpellTable(Generic[C]):
    """All spells by name."""

    def __init__(self, spells: Iterable[SpellEntry[C]] = ()) -> None:
        self.spells: dict[str, SpellEntry[C]] = {}
        self.add(spells)

    def add(self, spells: Iterable[SpellEntry[C]]) -> None:
        """Add spells: all of them or none. Raises Conflict with the `other` when a name or number is taken."""
        spells = list(spells)
        for number, spell in enumerate(spells):
            for other in (*self.spells.values(), *spells[:number]):
                if spell.name == other.name or spell.number == other.number != 0:
                    what = f"the spells {spell.name!r} and {other.name!r} have one name or number"
                    raise Conflict(what, other=other)
        self.spells.update({spell.name: spell for spell in spells})

    def remove(self, spells: Iterable[SpellEntry[C]]) -> None:
        """Remove spells. Those that are not in the table are skipped."""
        for spell in spells:
            if self.spells.get(spell.name) is spell:
                del self.spells[spell.name]

    def by_value(self, value: int | str | None) -> SpellEntry[C] | None:
        """The spell that an area file gives by number or name; None for no spell, or for one that is not known."""
        if isinstance(value, str):
            return self.spells.get(value.casefold())
        return next((s for s in self.spells.values() if value and s.number == value), None)

    def begun(self, words: list[str]) -> list[SpellEntry[C]]:
        """The spells whose name begins with `words`, each of which may be abbreviated."""
        return [s for s in self.spells.values() if _begins(s.name.split(), words)]


def _begins(whole: list[str], words: list[str]) -> bool:
    return len(words) <= len(whole) and all(w.startswith(p.casefold()) for w, p in zip(whole, words, strict=False))
