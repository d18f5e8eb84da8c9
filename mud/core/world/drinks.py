"""What is in vessels, and what they are called by it: a bottle of wine that was drunk is a bottle."""

from __future__ import annotations

import re

from mud.core.text.markup import strip
from mud.core.world.area import ItemDef
from mud.core.world.model import Item
from mud.core.world.view import WorldView

#: What is in a vessel, by its number in area files.
LIQUIDS = (
    *("water", "beer", "wine", "ale", "dark ale", "whisky", "lemonade", "firebreather", "the local speciality"),
    *("slime mould juice", "milk", "tea", "coffee", "blood", "salt water", "clear water"),
)
_ARTICLE = "(?:a |an |the |some )?"


def liquid(world: WorldView, vessel: Item) -> str:
    """What is in a vessel, or was: a number of LIQUIDS, or a word of the area's own."""
    return _liquid(world.value(vessel, "liquid"))


def called(world: WorldView, vessel: Item, text: str) -> str:
    """The name `text` of a vessel with what is in it now, in the place of what its file put there."""
    inside = _inside(world, vessel)
    plain = re.sub(f" of {_ARTICLE}(?:{_names(world.item_def(vessel))})$", "", text)
    if inside is None or set(inside.split()) <= set(strip(plain).casefold().split()):
        return plain
    return f"{plain} of {inside}"


def changed(world: WorldView, vessel: Item) -> bool:
    """Whether something else is in a vessel than its file says, or nothing."""
    return _inside(world, vessel) != _liquid(world.item_def(vessel).values.get("liquid"))


def keywords(world: WorldView, vessel: Item, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that a vessel or a fountain answers to, with those of what is in it and without those of what was."""
    inside = _inside(world, vessel)
    own = _liquid(world.item_def(vessel).values.get("liquid")).split() if changed(world, vessel) else []
    kept = tuple(word for word in words if word not in own) or words
    return (*kept, *(inside or "").split())


def _inside(world: WorldView, vessel: Item) -> str | None:
    """What there is to drink in it; None when it is empty. Fountains never are."""
    drinks = world.value(vessel, "drinks")
    empty = world.item_def(vessel).kind != "fountain" and not (isinstance(drinks, int) and drinks > 0)
    return None if empty else liquid(world, vessel)


def _names(definition: ItemDef) -> str:
    """A pattern of what a vessel's name may say is in it, the longest first."""
    known = {*LIQUIDS, _liquid(definition.values.get("liquid"))}
    return "|".join(re.escape(name.removeprefix("the ")) for name in sorted(known, key=len, reverse=True))


def _liquid(value: int | str | None) -> str:
    if isinstance(value, int):
        return LIQUIDS[value] if 0 <= value < len(LIQUIDS) else LIQUIDS[0]
    return value or LIQUIDS[0]
