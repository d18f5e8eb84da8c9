"""The names of things, and how a player's words find them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.targets import parse_target, pick
from mud.core.text.markup import tag
from mud.core.world import drinks
from mud.core.world.area import ExitDef
from mud.core.world.item_names import (
    COINS,
    COINS_ID,
    VESSEL,
    capital,
    coins,
    find_item,
    find_items,
    is_coins,
    keywords,
    nth,
    seek_items,
    short,
)
from mud.core.world.model import Character, Item
from mud.core.world.world import World

__all__ = [
    "COINS",
    "COINS_ID",
    "capital",
    "character_keywords",
    "coins",
    "find_character",
    "find_door",
    "find_item",
    "find_items",
    "is_coins",
    "keywords",
    "listing",
    "long",
    "name",
    "nth",
    "seek_character",
    "seek_items",
    "short",
]


def name(world: World, character: Character) -> str:
    """A character's name in a sentence: "Ada", "a fishwife"."""
    return world.called(character)


def long(world: World, item: Item) -> str:
    """The line for an item on the ground."""
    if is_coins(world, item):
        return tag("item", f"{capital(coins(world.ledger.balance(item.owner_key)))} lie here.")
    text = item.long or world.item_def(item).long
    if world.item_def(item).kind == VESSEL and drinks.changed(world, item):
        text = ""  # the text names the original contents
    return tag("item", text) if text else f"{capital(short(world, item))} lies here."


def character_keywords(world: World, character: Character) -> tuple[str, ...]:
    """The words a character answers to."""
    return world.keywords(character)


def listing(world: World, items: Iterable[Item], indent: str = "  ") -> str:
    """A list of items, one a line; equal ones are counted."""
    counted = Counter(short(world, item) for item in items)
    return "\n".join(f"{indent}{f'({n}) ' if n > 1 else ''}{text}" for text, n in counted.items())


def seek_character(ctx: CoreContext, text: str) -> Character | None:
    """The character in the player's room that `text` names: `me`, or somebody else; None if nobody."""
    return ctx.seek_here(text)


def find_character(ctx: CoreContext, text: str) -> Character:
    """The character in the player's room that `text` names. Raises Rejected when there is none."""
    found = seek_character(ctx, text)
    if found is None:
        raise Rejected(f"There is no {nth(parse_target(text))} here.")
    return found


def find_door(ctx: CoreContext, text: str) -> tuple[str, ExitDef]:
    """The door that `text` names, by a direction or a keyword. Raises Rejected when there is none."""
    exits = ctx.world.room(ctx.player.room).exits
    doors = {d: way for d, way in exits.items() if way.door}
    word = text.casefold()
    for direction, way in doors.items():
        if direction == word or (not way.hidden and direction.startswith(word)):
            return direction, way
    named = pick(
        parse_target(text),
        (((*w.keywords, *(() if w.hidden else ("door",))), (d, w)) for d, w in doors.items()),
    )
    if not named:
        raise Rejected(f"There is no {word!r} to open or close here.")
    return named[0]


def frozen_words(who: Character) -> str:
    """What a frozen player is told."""
    why = f": {who.frozen}" if who.frozen else ""
    return f"You are frozen{why}. You can look, ask for help, and quit."
