"""Listening: one port on one or two address families. In a copyover new connections wait in the sockets."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable

from mud.core.errors import ConfigError

log = logging.getLogger("mud.net")

#: How many connections are accepted at once, so that a rush of them does not delay those who play.
AT_ONCE = 64
BACKLOG = 1024
#: For how many seconds nothing is accepted after the system had no descriptor left.
PAUSE_SECONDS = 1.0
#: Errors that mean: this machine lacks the address family or the address. If both families were asked for, one is
#: enough.
NOT_HERE = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
BOTH = {"localhost": ("127.0.0.1", "::1"), "*": ("0.0.0.0", "::"), "": ("0.0.0.0", "::")}


class Listener:
    """Accepts on some sockets of the same port. Paused, until `resume`."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        socks: list[socket.socket],
        on_accept: Callable[[socket.socket, str], None],
    ) -> None:
        self._loop = loop
        self._socks = socks
        self._on_accept = on_accept
        self._listening = False
        self._retry: asyncio.TimerHandle | None = None
        self._short = False  # of descriptors or memory; logged once
        self.addresses: list[str] = [sock.getsockname()[0] for sock in socks]
        self.port: int = socks[0].getsockname()[1]

    @classmethod
    def open(
        cls, loop: asyncio.AbstractEventLoop, host: str, port: int, on_accept: Callable[[socket.socket, str], None]
    ) -> Listener:
        """Bind `host`: an address, or "localhost" or "*" for both families. Port 0 finds one that is free on all.

        Raises ConfigError when that is impossible.
        """
        hosts = BOTH.get(host, (host,))
        for _ in range(20):
            socks: list[socket.socket] = []
            try:
                for each in hosts:
                    try:
                        socks.append(bind(each, socks[0].getsockname()[1] if socks else port))
                    except OSError as error:
                        if error.errno not in NOT_HERE or each == host or (each == hosts[-1] and not socks):
                            raise
                return cls(loop, socks, on_accept)
            except OSError as error:
                for sock in socks:
                    sock.close()
                if port == 0 and socks:
                    continue  # free on the first address, taken on the second
                raise ConfigError(f"can't listen on {host} port {port}: {error.strerror or error}") from error
        raise ConfigError(f"can't find a port that is free on all of {', '.join(hosts)}")

    def fds(self) -> list[int]:
        """The descriptors, for a copyover."""
        return [sock.fileno() for sock in self._socks]

    def pause(self) -> None:
        """Leave the event loop; new connections wait in the kernel."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self._listening:
            self._listening = False
            for sock in self._socks:
                self._loop.remove_reader(sock.fileno())

    def resume(self) -> None:
        """Accept."""
        self._retry = None
        if not self._listening:
            self._listening = True
            for sock in self._socks:
                self._loop.add_reader(sock.fileno(), self._accept, sock)

    def close(self) -> None:
        """Stop listening."""
        self.pause()
        for sock in self._socks:
            sock.close()

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(AT_ONCE):
            if not self._listening:
                return
            try:
                sock, peer = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # out of descriptors or memory: players who are connected come first
                if not self._short:
                    log.error("can't accept connections for a moment: %s", error.strerror)
                self._short = True
                self.pause()
                self._retry = self._loop.call_later(PAUSE_SECONDS, self.resume)
                return
            self._short = False
            try:
                self._on_accept(sock, peer[0])
            except OSError:
                sock.close()  # it was closed before we could look at it


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError."""
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock
