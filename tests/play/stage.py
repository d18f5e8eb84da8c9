"""The kernel without sockets: players on the small world, what they type and what they read."""

from __future__ import annotations

from pathlib import Path

from mud.areas.load import load
from mud.core import events as e
from mud.core.clock import Clock
from mud.core.markup import strip
from mud.core.model import Account, Character, Role
from mud.core.session import Session
from mud.game import Game

SMALL = Path(__file__).parent.parent / "worlds" / "small"


class Stage:
    """A game whose clocks a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.wall = 2_000_000.0
        self.game = Game.begin(load(SMALL), Clock(lambda: self.now, lambda: self.wall))
        self.game.populate()
        self.players: dict[int, Player] = {}
        self.effects: list[e.Effect] = []

    def enter(self, name: str, role: Role = "player") -> Player:
        """A new character in play."""
        number = len(self.players) + 1
        player = self.players[number] = Player(self, number, name)
        session = Session(id=number, address="192.0.2.1", stack=[], connected_at=self.wall, last_input=self.wall)
        self.post(e.Opened(session))
        self.post(e.Line(number, f"connect {name} secret-secret"))
        self.post(e.LoggedIn(number, name, Account(name=name, password="x", role=role, created=0.0)))
        player.read()
        return player

    def post(self, event: e.Event) -> None:
        """Let an event happen."""
        for effect in self.game.handle(event):
            if isinstance(effect, e.Output):
                self.players[effect.session].heard += effect.text
                self.players[effect.session].prompt = effect.prompt
            else:
                self.effects.append(effect)

    def wait(self, seconds: float) -> None:
        """Time goes by, and what falls due happens."""
        self.now += seconds
        while (due := self.game.due()) is not None:
            self.post(due)


class Player:
    """Somebody at a keyboard."""

    def __init__(self, stage: Stage, session: int, name: str) -> None:
        self.stage = stage
        self.session = session
        self.name = name
        self.heard = ""
        self.prompt = ""

    @property
    def character(self) -> Character:
        """Whom they play."""
        found = self.stage.game.world.player(self.name)
        assert found is not None
        return found

    def do(self, *lines: str) -> str:
        """Type lines; gives all that is read until then."""
        for line in lines:
            self.stage.post(e.Line(self.session, line))
        return self.read()

    def read(self) -> str:
        """What was shown since the last look."""
        text, self.heard = strip(self.heard), ""
        return text.strip("\n")
