"""Somebody at a keyboard, without the keyboard."""

from __future__ import annotations

from collections.abc import Callable

from mud.core.events import Event, Line
from mud.core.markup import strip
from mud.core.model import Character
from mud.core.world import World


class Player:
    """A player in play: what they type goes in, what they read comes out."""

    def __init__(self, post: Callable[[Event], None], world: Callable[[], World], session: int, name: str) -> None:
        self._post = post
        self._world = world
        self.session = session
        self.name = name
        self.heard = ""
        self.prompt = ""

    @property
    def character(self) -> Character:
        """Whom they play. Raises LookupError when they have left."""
        found = self._world().player(self.name)
        if found is None:
            raise LookupError(f"{self.name} is not in the world")
        return found

    @property
    def gold(self) -> int:
        """What their purse holds."""
        return self._world().ledger.balance(self.character.owner_key)

    def do(self, *lines: str) -> str:
        """Type lines; gives all that is read until then, without its mark-up."""
        for line in lines:
            self._post(Line(self.session, line))
        return self.read()

    def read(self) -> str:
        """What was shown since the last look."""
        text, self.heard = strip(self.heard), ""
        return text.strip("\n")
