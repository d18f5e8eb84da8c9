"""Escrow: items and gold that a module keeps for a character, and that belong to nobody else meanwhile.

Its key is an owner of items and an account of the ledger: "escrow:MODULE:CHARACTER", optionally followed by a
subject: "escrow:auction:p7:12". The key alone says whose it is: what lies in escrow can be given back even when the
module that took it has lost its state, and an admin can read the owner off the key.
"""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from mud.core.timers import ItemDecays
from mud.core.world.hands import cannot_let_go
from mud.core.world.item_names import capital, is_coins, short
from mud.core.world.model import Item
from mud.core.world.world import World

PREFIX = "escrow:"


class Escrow(Struct, frozen=True):
    """One escrow: held by which module, for which character, about what."""

    module: str
    character: str
    about: str = ""

    @property
    def key(self) -> str:
        """The owner key of the items in it, which is also its account in the ledger."""
        return f"{PREFIX}{self.module}:{self.character}" + (f":{self.about}" if self.about else "")


def parse(key: str) -> Escrow | None:
    """The escrow that a key names; None when it names something else."""
    kind, _, rest = key.partition(":")
    module, _, rest = rest.partition(":")
    character, _, about = rest.partition(":")
    return Escrow(module, character, about) if kind == "escrow" and module and character else None


def occupied(world: World, module: str = "", character: str = "") -> list[Escrow]:
    """Every escrow with an item or gold in it, of one module or all, for one character or all; unordered."""
    prefix = f"{PREFIX}{module}:" if module else PREFIX
    keys = {*world.owners(prefix), *(account for account in world.ledger.balances if account.startswith(prefix))}
    found = [escrow for escrow in map(parse, sorted(keys)) if escrow is not None]
    return [escrow for escrow in found if not character or escrow.character == character]


def refusal(world: World, item: Item) -> str | None:
    """Why an item can't go into escrow; None when it can."""
    called = capital(short(world, item))
    if is_coins(world, item):
        return f"{called}: gold is not handed over as a thing."
    if cursed := cannot_let_go(world, item):
        return cursed
    for part in (item, *world.all_inside(item.owner_key)):
        of = "" if part is item else f" because of {short(world, part)} in it"
        if world.timers.find(ItemDecays(part.id)) is not None:
            return f"{called} won't last long enough{of}."
    return None


def summary(world: World, known: set[str]) -> list[str]:
    """A line for each module that holds something; `known` are the modules in service."""
    items: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    owners: dict[str, set[str]] = {}
    for place in occupied(world):
        owners.setdefault(place.module, set()).add(place.character)
        items[place.module] += len(world.held(place.key))
        gold[place.module] += world.ledger.balance(place.key)
    return [
        f"In escrow of {module}: {items[module]} {'item' if items[module] == 1 else 'items'} and {gold[module]} gold, "
        f"for {len(characters)} {'character' if len(characters) == 1 else 'characters'}."
        + ("" if module in known else " The module is not in service: it all waits for it.")
        for module, characters in sorted(owners.items())
    ]
