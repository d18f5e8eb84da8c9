"""The books of a game: what is wrong with its gold and items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from mud.core.escrow import parse
from mud.core.ledger import MINT
from mud.core.world.model import Item
from mud.core.world.world import World


def audit(world: World, away: Collection[Item]) -> list[str]:
    """What is wrong in a world, a line each; `away` are the items of players who are not in it."""
    wrong = [f"{a} has {n}" for a, n in world.ledger.balances.items() if n < 0 and a != MINT]
    if world.ledger.total():
        wrong.append(f"the ledger sums to {world.ledger.total()}")
    listed = Counter(item.id for owner in world.owners() for item in world.held(owner))
    wrong += [f"{i} is held {n} times" for i, n in listed.items() if n != 1]
    wrong += [f"{i} is there twice" for i, n in Counter([*world.items, *(item.id for item in away)]).items() if n != 1]
    for item in world.items.values():
        kind, _, key = item.owner.partition(":")
        places: dict[str, Collection[str]]
        places = {"char": world.characters, "item": world.items, "room": world.defs.rooms}
        known = places.get(kind)
        if item.id not in listed or (key not in known if known is not None else parse(item.owner) is None):
            wrong.append(f"{item.id} is with {item.owner}")
    return wrong
