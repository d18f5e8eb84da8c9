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
        """Let an event happen, and do what it asks for."""

    def act(self, do: Callable[[CoreContext], T]) -> T:
        """Change something in an event of its own."""


class Seat:
    """What a player is without the kit's own words: what they type goes in, what they read comes out."""

    def __init__(self, kit: PlayedGame, session: int, name: str) -> None:
        self.kit = kit
        self.session = session
        self.name = name
        self.heard = ""
        self.prompt = ""
        self.welcome = ""  # what was shown when they came in

    @property
    def character(self) -> Character:
        """Whom they play. Raises LookupError when they have left."""
        found = self.kit.game.world.player(self.name)
        if found is None:
            raise LookupError(f"{self.name} is not in the world")
        return found

    @property
    def gold(self) -> int:
        """What their purse holds."""
        return self.kit.game.world.ledger.balance(self.character.owner_key)

    def do(self, *lines: str) -> str:
        """Type lines; gives all that is read until then, without its mark-up."""
        for line in lines:
            self.kit.post(Line(self.session, line))
        return self.read()

    def read(self) -> str:
        """What was shown since the last look."""
        text, self.heard = strip(self.heard), ""
        return text.strip("\n")
