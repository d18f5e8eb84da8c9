"""What an item needs, by its kind, to do what it is there for: a weapon its dice, a potion its spell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mud.core.world.area import ItemDef
from mud.core.world.dice import is_dice


class Lack(NamedTuple):
    """What is missing, and what to write. One that is `grave` keeps the item from working at all."""

    text: str
    grave: bool


def lacks(item: ItemDef) -> Iterator[Lack]:
    """What is missing of an item's values."""
    for wanted, grave, text in NEEDS.get(item.kind, ()):
        if not wanted(item):
            yield Lack(f"{item.kind} {item.id!r} {text}", grave)


def has_dice(item: ItemDef) -> bool:
    """Whether a weapon's dice can be thrown."""
    number, size = number_of(item, "dice_number"), number_of(item, "dice_size")
    return number > 0 and size > 0 and is_dice(f"{number}d{size}")


def number_of(item: ItemDef, name: str) -> int:
    """One of an item's values as a number; 0 when it has none."""
    value = item.values.get(name)
    return value if isinstance(value, int) else 0


def names_spell(*names: str) -> Callable[[ItemDef], bool]:
    """Whether any of these values is the number or the name of a spell."""

    def named(item: ItemDef) -> bool:
        values = [item.values.get(name) for name in names]
        return any(value > 0 if isinstance(value, int) else value for value in values if value is not None)

    return named


def at_least_one(name: str) -> Callable[[ItemDef], bool]:
    """Whether a value is more than nothing."""
    return lambda item: number_of(item, name) > 0


#: By kind: whether it has what it needs, whether it is of no use without, and what to say when it has not.
NEEDS: dict[str, tuple[tuple[Callable[[ItemDef], bool], bool, str], ...]] = {
    "weapon": ((has_dice, True, "has no dice to strike with; give it dice_number and dice_size of 1 or more"),),
    "potion": ((names_spell("spell1", "spell2", "spell3"), True, "holds no spell; give it spell1"),),
    "scroll": ((names_spell("spell1", "spell2", "spell3"), True, "holds no spell; give it spell1"),),
    "wand": (
        (names_spell("spell"), True, "holds no spell; give it spell"),
        (at_least_one("charges_left"), True, "is spent from the beginning; give it charges_left of 1 or more"),
    ),
    "staff": (
        (names_spell("spell"), True, "holds no spell; give it spell"),
        (at_least_one("charges_left"), True, "is spent from the beginning; give it charges_left of 1 or more"),
    ),
    "container": (
        (lambda item: number_of(item, "capacity") > 0 or "capacity" not in item.values, False,
         "holds nothing; give it a capacity of 1 or more, or none at all for as much as one likes"),
    ),
    "drink_container": ((at_least_one("capacity"), False, "can't be filled; give it a capacity of 1 or more"),),
    "money": ((at_least_one("amount"), False, "is worth one coin; give it an amount"),),
}  # fmt: skip
