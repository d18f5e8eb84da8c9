"""Newcomers get a session unless their address has too many, and who leaves is told of once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest

from mud.config import Config
from mud.core import events as e
from mud.core.clock import Clock
from mud.core.world.area import WorldDef
from mud.game import Game
from mud.net.budget import Limits
from mud.net.states import ConnectionState
from mud.server.connections import Connections


class Door:
    """A server's side of connections, without the server."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        config = Config(limits=Limits(connections=1))
        self.events: list[e.Event] = []
        self.gone: list[tuple[int, str]] = []
        self._port = socket.create_server(("127.0.0.1", 0))
        self.clients = [self._port]
        game = Game.begin(WorldDef.of([]), Clock(lambda: 0.0, lambda: 0.0, 0.0))
        self.connections = Connections(
            loop, game, config, self.events.append, lambda session, reason: self.gone.append((session, reason))
        )

    def knock(self, address: str) -> None:
        """Somebody connects."""
        theirs = socket.create_connection(self._port.getsockname())
        ours, _ = self._port.accept()
        ours.setblocking(False)
        self.clients.append(theirs)
        self.connections.accepted(ours, address)


def behind(story: Callable[[Door], None], after: Callable[[Door], None] = lambda door: None) -> None:
    """Let a story happen at a door, and what comes after a turn of the loop, and clear away."""

    async def run() -> None:
        door = Door(asyncio.get_running_loop())
        try:
            story(door)
            await asyncio.sleep(0)
            after(door)
        finally:
            await door.connections.close_all()
            for client in door.clients:
                client.close()

    asyncio.run(run())


def test_each_newcomer_has_a_session_and_one_of_too_many_has_none() -> None:
    def story(door: Door) -> None:
        door.knock("192.0.2.1")
        door.knock("192.0.2.1")
        door.knock("192.0.2.2")
        opened = [event.new.address for event in door.events if isinstance(event, e.Opened)]
        assert opened == ["192.0.2.1", "192.0.2.2"] and list(door.connections.by_session) == [1, 2]

    behind(story)


def test_two_addresses_of_one_64_are_one_customer_also_when_they_leave() -> None:
    def story(door: Door) -> None:
        for address in ("2001:db8:1:2::3", "2001:db8:1:2::4", "2001:db8:1:3::3"):
            door.knock(address)
        opened = [event.new.address for event in door.events if isinstance(event, e.Opened)]
        assert opened == ["2001:db8:1:2::3", "2001:db8:1:3::3"]
        door.connections.closed(door.connections.by_session[1], "gone")
        door.knock("2001:db8:1:2::4")
        assert len(door.connections.by_session) == 2

    behind(story)


def test_who_leaves_is_told_of_once_and_makes_place() -> None:
    def story(door: Door) -> None:
        door.knock("192.0.2.1")
        connection = door.connections.by_session[1]
        door.connections.closed(connection, "gone")
        door.connections.closed(connection, "gone")
        assert door.gone == [(1, "gone")] and door.events[1:] == [e.Lost(1, "gone")]
        door.knock("192.0.2.1")
        assert list(door.connections.by_session) == [2]

    behind(story)


@pytest.mark.parametrize("character", [None, "c1"])
def test_only_who_plays_has_a_row_in_the_database(character: str | None) -> None:
    def story(door: Door) -> None:
        door.knock("192.0.2.1")
        opened = door.events[0]
        assert isinstance(opened, e.Opened)
        opened.new.account, opened.new.character = "Ada", character
        door.connections._game.sessions.by_id[1] = opened.new
        row = door.connections.row(1)
        connection = door.connections.by_session[1]
        wanted = (1, connection.inode, connection.peer, "Ada", "c1")
        assert row == (wanted if character is not None else None)
        assert door.connections.row(2) is None

    behind(story)


def test_a_connection_that_can_not_go_on_costs_nobody_else_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("broken")

    def story(door: Door) -> None:
        door.knock("192.0.2.1")
        door.knock("192.0.2.2")
        door.connections.freeze()
        monkeypatch.setattr(door.connections.by_session[1], "thaw", broken)
        door.connections.go(lambda: None)

    def after(door: Door) -> None:
        assert door.gone == [(1, "could not go on")] and door.events[-1] == e.Lost(1, "could not go on")
        assert [c.state for c in door.connections.by_session.values()] == [ConnectionState.OPEN]

    behind(story, after)
