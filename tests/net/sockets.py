"""Connections over real sockets, and a host that notes what it hears of them."""

from __future__ import annotations

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import Callable, Coroutine
from typing import Any

from mud.core.session import Terminal
from mud.net.budget import Limits
from mud.net.connection import Connection
from mud.net.farewell import Farewells

#: Seconds that anything may take before a test gives up.
LIMIT = 10.0


class Host:
    """The other side of a connection's protocol."""

    def __init__(self) -> None:
        self.readied = 0
        self.slowings = 0
        self.reasons: list[str] = []
        self.terminals: list[Terminal] = []
        self.farewells = Farewells(asyncio.get_running_loop())
        self.farewells.thaw()

    def ready(self, connection: Connection) -> None:
        self.readied += 1

    def slowed(self, connection: Connection) -> None:
        self.slowings += 1

    def closed(self, connection: Connection, reason: str) -> None:
        self.reasons.append(reason)

    def part(self, sock: socket.socket, rest: bytes) -> None:
        self.farewells.begin(sock, rest)

    def terminal(self, connection: Connection, terminal: Terminal) -> None:
        self.terminals.append(terminal)

    def mssp(self) -> dict[str, str]:
        return {"NAME": "Test"}


class Client:
    """A client's socket, and everything that ever came over it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.raw = b""
        self.ended = False

    def read(self) -> bytes:
        """What has come so far."""
        try:
            while data := self.sock.recv(65_536):
                self.raw += data
            self.ended = True
        except BlockingIOError:
            pass
        except ConnectionError:
            self.ended = True
        return self.raw


class Table:
    """Sockets of one test, closed at its end."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.limits = Limits()
        self.connections: list[Connection] = []
        self.leaving: list[Farewells] = []
        self.clients: list[Client] = []
        self._listening = socket.create_server(("127.0.0.1", 0))

    def sockets(self) -> tuple[Client, socket.socket]:
        """Both ends of a TCP connection."""
        client = socket.create_connection(self._listening.getsockname())
        ours, _ = self._listening.accept()
        client.setblocking(False)
        self.clients.append(Client(client))
        return self.clients[-1], ours

    def farewells(self) -> Farewells:
        """Farewells, frozen, that have ended when the test has."""
        self.leaving.append(Farewells(self.loop))
        return self.leaving[-1]

    def connect(self, host: Host, limits: Limits | None = None) -> tuple[Client, Connection]:
        """A client, and our connection to it, not started."""
        client, ours = self.sockets()
        connection = Connection(self.loop, ours, len(self.connections), "127.0.0.1", limits or self.limits, host)
        self.connections.append(connection)
        self.leaving.append(host.farewells)
        return client, connection

    async def close(self) -> None:
        for client in self.clients:
            client.sock.close()
        for connection in self.connections:
            connection.close(None)
        self._listening.close()
        await asyncio.sleep(0)
        for farewells in self.leaving:
            farewells.freeze()
            farewells.thaw()
            await until(lambda farewells=farewells: not farewells.export(), "the last socket to be closed")  # type: ignore[misc]
        await until(lambda: len(asyncio.all_tasks()) == 1, "the end of everything")


def run(test: Callable[[Table], Coroutine[Any, Any, None]]) -> None:
    """Run a test in a loop of its own."""

    async def main() -> None:
        table = Table()
        try:
            await test(table)
        finally:
            await table.close()

    asyncio.run(main())


async def until(condition: Callable[[], Any], what: str) -> None:
    """Let the loop turn until `condition` is true."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LIMIT
    while not condition():
        assert loop.time() < end, f"not within {LIMIT} s: {what}"
        await asyncio.sleep(0)


async def consumed(client: Client, ours: socket.socket) -> None:
    """Wait until everything that the client sent was read by us."""
    await until(lambda: not waiting(client.sock, termios.TIOCOUTQ), "the kernel to deliver")
    await until(lambda: not waiting(ours, termios.FIONREAD), "us to read it")


def waiting(sock: socket.socket, which: int) -> int:
    """The bytes in a queue of the kernel."""
    found: int = struct.unpack("i", fcntl.ioctl(sock, which, b"\0\0\0\0"))[0]
    return found
