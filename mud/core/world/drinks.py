"""What drink vessels contain, and their names by it: a bottle of wine without its wine is a bottle."""

from __future__ import annotations

import re

from mud.core.text.markup import strip
from mud.core.world.area import ItemDef
from mud.core.world.model import Item
from mud.core.world.view import WorldView

#: Kinds of liquid, by their numbers in area files.
LIQUIDS = (
    *("water", "beer", "wine", "ale", "dark ale", "whisky", "lemonade", "firebreather", "the local speciality"),
    *("slime mould juice", "milk", "tea", "coffee", "blood", "salt water", "clear water"),
)
_ARTICLE = "(?:a |an |the |some )?"


def liquid(world: WorldView, vessel: Item) -> str:
    """What a vessel contains or contained: an entry of LIQUIDS by number, or the area's own word."""
    return _liquid(world.value(vessel, "liquid"))


def called(world: WorldView, vessel: Item, text: str) -> str:
    """A vessel's name `text`, with what it contains now in place of the liquid that its file named."""
    inside = _inside(world, vessel)
    plain = re.sub(f" of {_ARTICLE}(?:{_names(world.item_def(vessel))})$", "", text)
    if inside is None or set(inside.split()) <= set(strip(plain).casefold().split()):
        return plain
    return f"{plain} of {inside}"


def changed(world: WorldView, vessel: Item) -> bool:
    """Whether a vessel's contents differ from what its file says: another liquid, or none."""
    return _inside(world, vessel) != _liquid(world.item_def(vessel).values.get("liquid"))


def keywords(world: WorldView, vessel: Item, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that a vessel or a fountain answers to, with its present liquid in place of its original one."""
    inside = _inside(world, vessel)
    own = _liquid(world.item_def(vessel).values.get("liquid")).split() if changed(world, vessel) else []
    kept = tuple(word for word in words if word not in own) or words
    return (*kept, *(inside or "").split())


def _inside(world: WorldView, vessel: Item) -> str | None:
    """The liquid in it; None when it is empty. Fountains never are."""
    drinks = world.value(vessel, "drinks")
    empty = world.item_def(vessel).kind != "fountain" and not (isinstance(drinks, int) and drinks > 0)
    return None if empty else liquid(world, vessel)


def _names(definition: ItemDef) -> str:
    """A pattern of what a vessel's name may say is in it; longer names first."""
    known = {*LIQUIDS, _liquid(definition.values.get("liquid"))}
    return "|".join(re.escape(name.removeprefix("the ")) for name in sorted(known, key=len, reverse=True))


def _liquid(value: int | str | None) -> str:
    if isinstance(value, int):
        return LIQUIDS[value] if 0 <= value < len(LIQUIDS) else LIQUIDS[0]
    return value or LIQUIDS[0]
