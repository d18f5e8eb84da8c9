"""The game's connections: newcomers get a session, their lines take turns, the game's output goes out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Callable, Collection
from typing import Any

from mud import __version__
from mud.config import Config
from mud.core import events as e
from mud.core.session import Session, Terminal
from mud.core.tolerance import tolerated
from mud.game import Game
from mud.net.budget import Address, AddressBook, key_of
from mud.net.connection import Connection
from mud.net.farewell import Farewells, Parting
from mud.net.listener import Listener
from mud.net.render import render
from mud.net.wire import Wire
from mud.play.settings import screen
from mud.server.turns import Turns

log = logging.getLogger("mud.server")


class Connections:
    """All connections, by session id. Frozen until `go`: no socket is read or written."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        game: Game,
        config: Config,
        post: Callable[[e.Event], None],
        gone: Callable[[int, str], None],
    ) -> None:
        self._loop = loop
        self._game = game
        self._config = config
        self._post = post
        self._gone = gone
        self._turns = Turns(loop, game, post)
        self._started = time.time()
        self.by_session: dict[int, Connection] = {}
        self.farewells = Farewells(loop)
        self.addresses = AddressBook(config.limits)
        self.next_session = 1
        self.listener: Listener | None = None

    # Opening

    def listen(self) -> None:
        """Open the port that the configuration names. Raises ConfigError."""
        self.listener = Listener.open(self._loop, self._config.server.host, self._config.server.port, self.accepted)

    def adopt(
        self,
        listeners: Collection[int],
        wires: Collection[Wire],
        partings: Collection[Parting],
        addresses: dict[str, Address],
        next_session: int,
    ) -> None:
        """Take over the descriptors of the port and of all clients. Raises OSError."""
        self.addresses.restore(addresses)
        self.next_session = next_session
        for wire in wires:
            self.by_session[wire.session] = Connection.adopt(self._loop, wire, self._config.limits, self)
        for parting in partings:
            self.farewells.adopt(parting)
        self.listener = Listener(self._loop, [socket.socket(fileno=fd) for fd in listeners], self.accepted)

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return self.listener.port if self.listener is not None else self._config.server.port

    def accepted(self, sock: socket.socket, address: str) -> None:
        """Handle a newcomer: it gets a session unless its address has too many connections."""
        address_key = key_of(address)
        now = time.time()
        refusal = self._game.world.bans.refusal(address, now) or self.addresses.connect(address_key, now)
        if refusal:
            log.warning("refused from=%s reason=%s", address, refusal)
            self.part(sock, f"*** {refusal}\r\n".encode())
            return
        session_id, self.next_session = self.next_session, self.next_session + 1
        try:
            connection = Connection(self._loop, sock, session_id, address, self._config.limits, self)
        except OSError:  # it was closed before we could look at it
            self.addresses.disconnect(address_key)
            raise
        self.by_session[session_id] = connection
        connection.start()
        self._post(e.Opened(Session(id=session_id, address=address, stack=[], connected_at=now, last_input=now)))

    # Input

    def ready(self, connection: Connection) -> None:
        """A connection has lines: it takes its turn among all others with lines."""
        self._turns.add(connection)

    def closed(self, connection: Connection, reason: str) -> None:
        """A connection was closed."""
        if self.by_session.pop(connection.id, None) is not None:
            self.addresses.disconnect(key_of(connection.address))
            self._gone(connection.id, reason)
            self._post(e.Lost(connection.id, reason))

    def part(self, sock: socket.socket, rest: bytes) -> None:
        """Take a socket that has no session any more and still has to send `rest` to its client."""
        self.farewells.begin(sock, rest)

    def slowed(self, connection: Connection) -> None:
        """A connection exceeds its budget."""
        self._post(e.Told(connection.id, "You send faster than the game listens: your lines wait their turn."))

    def terminal(self, connection: Connection, terminal: Terminal) -> None:
        """A client has told more about itself."""
        self._post(e.TerminalTold(connection.id, terminal))

    def mssp(self) -> dict[str, str]:
        """The answer to crawlers: the MSSP specification's official variables."""
        world = self._game.world
        return {
            "NAME": self._config.server.name,
            "PLAYERS": str(len(world.players())),
            "UPTIME": str(int(self._started)),
            "CODEBASE": f"Everwake {__version__}",
            "PORT": str(self.port),
            "ROOMS": str(len(world.defs.rooms)),
            "AREAS": str(len(world.defs.areas)),
            "MOBILES": str(len(world.defs.mobs)),
            "OBJECTS": str(len(world.defs.items)),
            "ANSI": "1",
            "UTF-8": "1",
            "XTERM 256 COLORS": "1",
        }

    # Output

    def answer(self, event: e.Event) -> None:
        """Handle the answer that a session waited for; then its waiting lines are run."""
        self._post(event)
        connection = self.by_session.get(getattr(event, "session", 0))
        if connection is not None:
            self._turns.wake(connection)

    def output(self, effect: e.Output) -> None:
        """Send the game's text and the prompt."""
        connection = self.by_session.get(effect.session)
        if connection is None:
            return
        look = screen(self._game.sessions.by_id[effect.session], self._game.world)
        connection.echo(not effect.secret)
        if effect.text:
            connection.write(render(effect.text, look))
        if effect.prompt:
            connection.prompt(render(effect.prompt, look))
        connection.flush()

    def close(self, effect: e.Close) -> None:
        """End a session; text that was written to it still goes out."""
        connection = self.by_session.get(effect.session)
        if connection is not None:
            connection.close(None)

    def row(self, session_id: int) -> tuple[Any, ...] | None:
        """The database row of a logged-in session, which rule 7 compares after a copyover."""
        session = self._game.sessions.by_id.get(session_id)
        connection = self.by_session.get(session_id)
        if session is None or session.character is None or connection is None:
            return None
        return (session_id, connection.inode, connection.peer, session.account, session.character)

    # Standing still

    def freeze(self) -> None:
        """Accept, read, run and write nothing until `go`."""
        self._turns.freeze()
        if self.listener is not None:
            self.listener.pause()
        for connection in self.by_session.values():
            connection.freeze()
        self.farewells.freeze()

    def go(self, thawed: Callable[[], None]) -> None:
        """Continue after a freeze; `thawed` is called after each connection's thaw."""
        for connection in list(self.by_session.values()):
            self._thaw(connection)
            thawed()
        with tolerated(log, "saying farewell"):
            self.farewells.thaw()
        self._turns.go(list(self.by_session.values()))
        if self.listener is not None:
            with tolerated(log, "listening"):
                self.listener.resume()

    def _thaw(self, connection: Connection) -> None:
        """Let a connection go on. An error costs that connection alone."""
        try:
            connection.thaw()
        except Exception:
            log.exception("the connection of session %d can't go on and is closed", connection.id)
            self._loop.call_soon(self.closed, connection, "could not go on")
            with contextlib.suppress(Exception):
                connection.close(None)

    def export(self) -> list[Wire]:
        """All connections as data, in the order of their turns. They have to be frozen."""
        waiting = self._turns.waiting
        others = (c for c in self.by_session.values() if c not in waiting)
        return [connection.export() for connection in (*waiting, *others)]

    async def close_all(self) -> None:
        """At the end: accept nobody any more, send what was written, and close all."""
        self.farewells.thaw()
        for connection in list(self.by_session.values()):
            connection.thaw()
            connection.close(None)
        if self.listener is not None:
            self.listener.close()
        await self.farewells.settle()
