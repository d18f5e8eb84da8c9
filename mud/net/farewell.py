"""Farewells: closing sockets, which still owe their clients the last bytes.

A client that quits, is refused or is thrown out must be able to read why. So the rest is sent, then our side is shut
down, then the client gets a moment to read it. Closing at once, with input unread, would make the kernel discard what
was just sent (RFC 1122 4.2.2.13). A copyover carries farewells as it carries connections.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable

from msgspec import Struct

#: How many seconds a client gets to take more of the last bytes or to close its side, and for all of it.
LINGER_SECONDS, MAX_SECONDS = 2.0, 30.0
READ_BYTES = 65_536
#: Called with a farewell when it makes progress, and with whether it is closed.
Changed = Callable[["Farewell", bool], None]


class Parting(Struct, kw_only=True, omit_defaults=True):
    """A farewell as data. `left` and `most` are the times in seconds that the client still has: for the next sign of
    life, and for all of it. `said` tells that our end was sent."""

    fd: int
    family: int
    inode: int
    rest: bytes = b""
    said: bool = False
    heard: bool = False  # the client sent its end
    left: float = LINGER_SECONDS
    most: float = MAX_SECONDS


class Farewells:
    """All farewells of a server. Frozen until `thaw`: nothing is sent or read, and no time passes."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._all: set[Farewell] = set()
        self._frozen = True
        self._waiting: asyncio.Future[None] | None = None  # of `settle`

    def begin(self, sock: socket.socket, rest: bytes) -> None:
        """Send `rest` and close. The socket is ours from now on."""
        sock.setblocking(False)
        fd = sock.fileno()
        self._add(sock, Parting(fd=fd, family=sock.family, inode=os.fstat(fd).st_ino, rest=rest))

    def adopt(self, parting: Parting) -> None:
        """Continue one that another program began. Raises OSError when the descriptor is another socket."""
        if os.fstat(parting.fd).st_ino != parting.inode:
            raise OSError(f"descriptor {parting.fd} is not the socket that owes its client something")
        self._add(socket.socket(parting.family, socket.SOCK_STREAM, 0, fileno=parting.fd), parting)

    def _add(self, sock: socket.socket, parting: Parting) -> None:
        farewell = Farewell(self._loop, sock, parting, self._changed)
        self._all.add(farewell)
        if not self._frozen:
            farewell.thaw()

    def freeze(self) -> None:
        """Leave the event loop until `thaw`."""
        self._frozen = True
        for farewell in self._all:
            farewell.freeze()

    def thaw(self) -> None:
        """Join the event loop again."""
        self._frozen = False
        for farewell in list(self._all):
            farewell.thaw()

    def export(self) -> list[Parting]:
        """All of them, for the next program. They must be frozen."""
        return [farewell.parting for farewell in self._all]

    async def settle(self) -> None:
        """Wait until the kernel has taken every byte, or the client's time is over."""
        while any(farewell.parting.rest for farewell in self._all):
            self._waiting = self._loop.create_future()
            await self._waiting

    def _changed(self, farewell: Farewell, closed: bool) -> None:
        if closed:
            self._all.discard(farewell)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class Farewell:
    """One closing socket. `changed` is called when everything was sent, and with True when it is closed."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, sock: socket.socket, parting: Parting, changed: Changed
    ) -> None:
        self.parting = parting
        self._loop = loop
        self._sock = sock
        self._changed = changed
        self._limit: asyncio.TimerHandle | None = None
        self._end = 0.0  # when all of its time is over

    def freeze(self) -> None:
        """Nothing is sent or read; the client's time stands still."""
        if self._limit is not None:
            now = self._loop.time()
            self.parting.left, self.parting.most = max(0.0, self._limit.when() - now), max(0.0, self._end - now)
            self._leave_loop()

    def thaw(self) -> None:
        """Go on."""
        parting = self.parting
        self._end = self._loop.time() + parting.most
        self._grant(parting.left)
        if not parting.heard:
            self._loop.add_reader(parting.fd, self._read)
        if not parting.said:
            self._loop.add_writer(parting.fd, self._write)
            self._write()

    def _grant(self, seconds: float) -> None:
        """Give the client so much time from now on."""
        if self._limit is not None:
            self._limit.cancel()
        self._limit = self._loop.call_at(min(self._loop.time() + seconds, self._end), self._close)

    def _leave_loop(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
        self._loop.remove_reader(self.parting.fd)
        self._loop.remove_writer(self.parting.fd)

    def _write(self) -> None:
        parting = self.parting
        try:
            if parting.rest:
                parting.rest = parting.rest[self._sock.send(parting.rest) :]
                self._grant(LINGER_SECONDS)
            if not parting.rest:
                self._sock.shutdown(socket.SHUT_WR)
                parting.said = True
                self._loop.remove_writer(parting.fd)
                self._changed(self, False)
                self._close_if_done()
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._close()

    def _read(self) -> None:
        try:
            if not self._sock.recv(READ_BYTES):
                self.parting.heard = True
                self._loop.remove_reader(self.parting.fd)
                self._close_if_done()
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._close()

    def _close_if_done(self) -> None:
        if self.parting.said and self.parting.heard:
            self._close()

    def _close(self) -> None:
        self._leave_loop()
        with contextlib.suppress(OSError):
            self._sock.close()
        self._changed(self, True)
