"""Searching the whole world for mobs, players and items that answer to a word."""

from __future__ import annotations

from collections.abc import Iterator

from mud.core.context import CoreContext
from mud.core.targets import answers
from mud.core.world.item_names import keywords
from mud.core.world.model import Character, Item


def characters(ctx: CoreContext, word: str) -> Iterator[Character]:
    """Everybody in the world who answers to a word."""
    kinds, known = ctx.kinds("mob", word), ctx.world.words.known("mob")
    for character in ctx.world.characters.values():
        by_name = character.mob is None or character.mob not in known
        if not character.away and (answers((character.name,), word) if by_name else character.mob in kinds):
            yield character


def mob(ctx: CoreContext, word: str) -> Character | None:
    """The first mob anywhere that answers to a word."""
    return next((character for character in characters(ctx, word) if character.mob is not None), None)


def items(ctx: CoreContext, word: str) -> Iterator[Item]:
    """Every item in the world that answers to a word."""
    world = ctx.world
    kinds, known = ctx.kinds("item", word), world.words.known("item")
    for item in world.items.values():
        own = item.keywords is not None or item.short is not None or item.kind not in known
        if answers(keywords(world, item), word) if own else item.kind in kinds:
            yield item
