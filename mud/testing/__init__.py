"""The kit for module authors: a game without a server, whose clocks a test moves. docs/modules.md shows all of it."""

from mud.testing.kit import Kit, Player

__all__ = ["Kit", "Player"]
