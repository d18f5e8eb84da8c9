"""The kit for module authors: a game without a server, whose clocks a test moves. docs/modules.md shows all of it."""

from mud.testing.kit import Kit
from mud.testing.player import Player

__all__ = ["Kit", "Player"]
