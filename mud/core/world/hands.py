"""The one rule for every way in which an item can leave its owner's hands.

Drop, give, put, junk, sell, auction, trade, whatever a module takes, and death: all of them ask here, so that a curse
that stops one of them stops all, whether the item is in a bag or not.
"""

from __future__ import annotations

from collections.abc import Iterator

from mud.core.world.item_names import short
from mud.core.world.model import Item
from mud.core.world.world import World


def cannot_let_go(world: World, item: Item, to: str = "") -> str | None:
    """Why an item can't leave its owner's hands, in words for the owner; None when it can.

    `to` is its new owner: putting it into a bag of one's own does not count as letting go.
    """
    if to and holder(world, to) == holder(world, item.owner):
        return None
    cursed = next((part for part in (item, *world.all_inside(item.owner_key)) if is_cursed(world, part)), None)
    if cursed is None:
        return None
    because = "" if cursed is item else f" because of {short(world, cursed)} in it"
    return f"You can't let go of {short(world, item)}{because}."


def is_cursed(world: World, item: Item) -> bool:
    """Whether this very item is cursed, so that nobody can let go of it."""
    return "nodrop" in world.item_def(item).flags


def holder(world: World, owner: str) -> str:
    """Who ultimately holds what `owner` holds: the first owner outside of all containers."""
    while owner.startswith("item:") and (around := world.items.get(owner.removeprefix("item:"))) is not None:
        owner = around.owner
    return owner


def cursed_things(world: World, owner: str) -> Iterator[Item]:
    """The cursed items that an owner holds at any depth; not the containers around them or what is in them."""
    return (item for item in world.all_inside(owner) if is_cursed(world, item))
