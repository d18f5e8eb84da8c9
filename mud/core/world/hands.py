"""Letting go: the one rule for every way in which a thing leaves the hands of whoever has it.

Drop, give, put, sell, auction, trade, whatever a module takes, and death: all of them ask here, so that a curse that
holds against one of them holds against each, and in a bag as well as in the open.
"""

from __future__ import annotations

from collections.abc import Iterator

from mud.core.world.item_names import short
from mud.core.world.model import Item
from mud.core.world.world import World


def cannot_let_go(world: World, item: Item, to: str = "") -> str | None:
    """Why an item can't leave the hands that it is in, in words for their owner; None when nothing is in the way.

    `to` is the owner that it would get: into a bag of one's own is no way out of one's hands.
    """
    if to and holder(world, to) == holder(world, item.owner):
        return None
    cursed = next((part for part in (item, *world.all_inside(item.owner_key)) if is_cursed(world, part)), None)
    if cursed is None:
        return None
    because = "" if cursed is item else f" because of {short(world, cursed)} in it"
    return f"You can't let go of {short(world, item)}{because}."


def is_cursed(world: World, item: Item) -> bool:
    """Whether nobody can let go of this very thing."""
    return "nodrop" in world.item_def(item).flags


def holder(world: World, owner: str) -> str:
    """Who has what `owner` has: an owner that is no container, however deep in containers it lies."""
    while owner.startswith("item:") and (around := world.items.get(owner.removeprefix("item:"))) is not None:
        owner = around.owner
    return owner


def cursed_things(world: World, owner: str) -> Iterator[Item]:
    """What an owner can't be parted from, at any depth, without what only lies in it or around it."""
    return (item for item in world.all_inside(owner) if is_cursed(world, item))
