"""Items' names in sentences, the keywords they answer to, and how players' words find them."""

from __future__ import annotations

from collections.abc import Iterable

from mud.core.errors import Rejected
from mud.core.targets import HIGHEST, TargetWords, parse_target, pick
from mud.core.text.markup import strip, tag
from mud.core.world import drinks
from mud.core.world.model import Item
from mud.core.world.view import WorldView

#: Kinds of items that contain a drink.
VESSEL, FOUNTAIN = "drink_container", "fountain"
#: Items of this kind are gold; the ledger knows how much.
COINS = "money"
#: The definition of a heap of coins that the game itself makes. No area file needs to define it.
COINS_ID = "gold"


def short(world: WorldView, item: Item) -> str:
    """An item's name in a sentence: "a brass lantern", "12 gold coins"."""
    if is_coins(world, item):
        return tag("item", coins(world.ledger.balance(item.owner_key)))
    return tag("item", _text(world, item))


def _text(world: WorldView, item: Item) -> str:
    """An item's name; for a vessel, with what it contains."""
    definition = world.item_def(item)
    text = item.short or definition.short
    return drinks.called(world, item, text) if definition.kind == VESSEL else text


def coins(amount: int) -> str:
    """An amount of gold in words."""
    return "a gold coin" if amount == 1 else f"{amount:,} gold coins"


def is_coins(world: WorldView, item: Item) -> bool:
    """Whether an item is a heap of gold."""
    return item.kind == COINS_ID or world.item_def(item).kind == COINS


def keywords(world: WorldView, item: Item) -> tuple[str, ...]:
    """The words that an item answers to: its keywords, and the words of its name."""
    if item.kind == COINS_ID:
        return ("gold", "coins", "heap")
    definition = world.item_def(item)
    words = item.keywords or definition.keywords
    if definition.kind in (VESSEL, FOUNTAIN):
        words = drinks.keywords(world, item, words)
    called = [word for word in strip(_text(world, item)).split() if len(word) > 2]
    return (*words, *called)


def capital(text: str) -> str:
    """`text` with its first visible letter in upper case: tags before it are skipped."""
    at = 0
    while text[at : at + 1] == "\x01":
        at = text.index("\x02", at) + 1
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def find_items(world: WorldView, text: str, items: Iterable[Item], where: str) -> list[Item]:
    """The items that `text` names. If there are none, raises Rejected, saying `where` they were looked for."""
    target = parse_target(text)
    found = seek_items(world, text, items)
    if not found:
        raise Rejected(f"There is nothing {where}." if not target.word else f"There is no {nth(target)} {where}.")
    return found


def seek_items(world: WorldView, text: str, items: Iterable[Item]) -> list[Item]:
    """The items that `text` names; may be empty."""
    return pick(parse_target(text), ((keywords(world, i), i) for i in items))


def find_item(world: WorldView, text: str, items: Iterable[Item], where: str) -> Item:
    """The one item that `text` names. Raises Rejected for `all`, and when there is none."""
    if parse_target(text).every:
        raise Rejected("One thing at a time, please.")
    return find_items(world, text, items, where)[0]


def nth(target: TargetWords) -> str:
    """A target in words: 'sword', second 'sword'; for a number that counts nothing, with how to count."""
    ordinals = {1: "", 2: "second ", 3: "third ", 4: "fourth ", 5: "fifth "}
    word = f"{target.word[:40]!r}"
    head, dot, tail = target.word.partition(".")
    if dot and tail and head and not head[0].isalpha():
        return f"{word} (the first is 1.{tail[:40]}, or just {tail[:40]})"
    if not target.nth:
        return f"{word} number 0 (the first is 1.{target.word[:40]}, or just {target.word[:40]})"
    if target.nth == HIGHEST:
        return f"{word} with so high a number"
    return f"{ordinals[target.nth]}{word}" if target.nth in ordinals else f"{word} number {target.nth}"
