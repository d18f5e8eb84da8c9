"""The worlds that most tests share, and what has to be true in any."""

from __future__ import annotations

from pathlib import Path

from mud.testing import Kit

WORLDS = Path(__file__).parent.parent / "worlds"
SMALL = WORLDS / "small"
ARENA = WORLDS / "arena"
MARKET = WORLDS / "market"


def settle(kit: Kit) -> None:
    """Raises AssertionError unless gold and items are where they belong, and who fights does so with somebody here."""
    assert kit.audit() == []
    characters = kit.game.world.characters
    for c in characters.values():
        if c.fighting is not None:
            foe = characters.get(c.fighting)
            assert foe is not None and foe.room == c.room and foe.fighting is not None
