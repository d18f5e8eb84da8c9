"""The kernel without sockets: players on the small world, what they type and what they read."""

from __future__ import annotations

from pathlib import Path

from mud.core.model import Role
from mud.testing import Kit, Player

SMALL = Path(__file__).parent.parent / "worlds" / "small"
MARKET = Path(__file__).parent.parent / "worlds" / "market"


class Stage(Kit):
    """A game without modules on the world that most tests share."""

    def __init__(self) -> None:
        super().__init__(world=SMALL)

    def enter(self, name: str, role: Role = "player") -> Player:
        """A new character in play."""
        return self.player(name, role)


__all__ = ["Player", "Stage"]
