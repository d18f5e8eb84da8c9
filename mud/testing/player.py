"""Somebody at a keyboard, without the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from mud.core.context import CoreContext
from mud.core.events import Event, Line
from mud.core.text.markup import strip
from mud.core.world.model import Character
from mud.game import Game

T = TypeVar("T")


class PlayedGame(Protocol):
    """The kit, as a player needs it."""

    game: Game

    def post(self, event: Event) -> None:
        """Handle an event, and carry out its effects."""

    def act(self, do: Callable[[CoreContext], T]) -> T:
        """Change something in an event of its own."""


class Seat:
    """A player's keyboard and screen: what they type goes in, what they read comes out."""

    def __init__(self, kit: PlayedGame, session: int, name: str) -> None:
        self.kit = kit
        self.session = session
        self.name = name
        self.heard = ""
        self.prompt = ""
        self.welcome = ""  # what was shown when they came in

    @property
    def character(self) -> Character:
        """The character that they play. Raises LookupError when it has left."""
        found = self.kit.game.world.player(self.name)
        if found is None:
            raise LookupError(f"{self.name} is not in the world")
        return found

    @property
    def gold(self) -> int:
        """The gold in their purse."""
        return self.kit.game.world.ledger.balance(self.character.owner_key)

    def do(self, *lines: str) -> str:
        """Type lines. Returns everything that is read until then, without markup."""
        for line in lines:
            self.kit.post(Line(self.session, line))
        return self.read()

    def read(self) -> str:
        """What was shown since the last read."""
        text, self.heard = strip(self.heard), ""
        return text.strip("\n")
