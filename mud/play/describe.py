"""How things are called, and how they are found by what they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mud.core.area import ExitDef
from mud.core.context import Context
from mud.core.errors import Rejected
from mud.core.markup import strip, tag
from mud.core.model import Character, Item
from mud.core.targets import Target, parse_target, pick
from mud.core.world import World

#: Items of this kind are gold; how much is in the ledger.
COINS = "money"
#: The definition of a heap of coins that the game makes itself. No area file needs to hold it.
COINS_ID = "gold"


def name(world: World, character: Character) -> str:
    """A character in a sentence: "Ada", "a fishwife"."""
    return world.called(character)


def short(world: World, item: Item) -> str:
    """An item in a sentence: "a brass lantern", "12 gold coins"."""
    if is_coins(world, item):
        return tag("item", coins(world.ledger.balance(item.owner_key)))
    return tag("item", item.short or world.item_def(item).short)


def long(world: World, item: Item) -> str:
    """An item on the ground."""
    if is_coins(world, item):
        return tag("item", f"{capital(coins(world.ledger.balance(item.owner_key)))} lie here.")
    text = item.long or world.item_def(item).long
    return tag("item", text) if text else f"{capital(short(world, item))} lies here."


def coins(amount: int) -> str:
    """Gold in words."""
    return "a gold coin" if amount == 1 else f"{amount:,} gold coins"


def is_coins(world: World, item: Item) -> bool:
    """Whether an item is a heap of gold."""
    return item.kind == COINS_ID or world.item_def(item).kind == COINS


def keywords(world: World, item: Item) -> tuple[str, ...]:
    """The words an item answers to: its keywords, and what it is called."""
    if item.kind == COINS_ID:
        return ("gold", "coins", "heap")
    definition = world.item_def(item)
    called = [word for word in strip(item.short or definition.short).split() if len(word) > 2]
    return (*(item.keywords or definition.keywords), *called)


def capital(text: str) -> str:
    """`text` with its first visible letter in upper case: tags before it are passed over."""
    at = 0
    while text[at : at + 1] == "\x01":
        at = text.index("\x02", at) + 1
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def character_keywords(world: World, character: Character) -> tuple[str, ...]:
    """The words a character answers to."""
    return world.keywords(character)


def listing(world: World, items: Iterable[Item], indent: str = "  ") -> str:
    """Items a line each, the same ones counted."""
    counted = Counter(short(world, item) for item in items)
    return "\n".join(f"{indent}{f'({n}) ' if n > 1 else ''}{text}" for text, n in counted.items())


def find_items(world: World, text: str, items: Iterable[Item], where: str) -> list[Item]:
    """The items that `text` names. Raises Rejected, saying `where` they were looked for, when there are none."""
    target = parse_target(text)
    found = seek_items(world, text, items)
    if not found:
        raise Rejected(f"There is nothing {where}." if not target.word else f"There is no {nth(target)} {where}.")
    return found


def seek_items(world: World, text: str, items: Iterable[Item]) -> list[Item]:
    """The items that `text` names; maybe none."""
    return pick(parse_target(text), ((keywords(world, i), i) for i in items))


def find_item(world: World, text: str, items: Iterable[Item], where: str) -> Item:
    """The one item that `text` names. Raises Rejected for `all`, and when there is none."""
    if parse_target(text).every:
        raise Rejected("One thing at a time, please.")
    return find_items(world, text, items, where)[0]


def seek_character(ctx: Context, text: str) -> Character | None:
    """Who `text` names in the player's room: `me`, somebody else, or nobody."""
    return ctx.seek_here(text)


def find_character(ctx: Context, text: str) -> Character:
    """Who `text` names in the player's room. Raises Rejected when nobody is called so."""
    found = seek_character(ctx, text)
    if found is None:
        raise Rejected(f"There is no {nth(parse_target(text))} here.")
    return found


def find_door(ctx: Context, text: str) -> tuple[str, ExitDef]:
    """The door that `text` names: a direction, or a word of the door. Raises Rejected when there is none."""
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


def nth(target: Target) -> str:
    """A target in a sentence: "sword", "second sword"."""
    ordinals = {1: "", 2: "second ", 3: "third ", 4: "fourth ", 5: "fifth "}
    return (
        f"{ordinals.get(target.nth, '')}{target.word[:40]!r}{'' if target.nth in ordinals else f' number {target.nth}'}"
    )


def frozen_words(who: Character) -> str:
    """What somebody frozen is told."""
    why = f": {who.frozen}" if who.frozen else ""
    return f"You are frozen{why}. You can look, ask for help, and quit."
