"""Listening on real sockets: families, bounds, running out of descriptors, and going over a copyover."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import socket
from collections.abc import Iterator

import pytest

from mud.core.errors import ConfigError
from mud.net import listener
from mud.net.listener import AT_ONCE, Listener
from tests.net.sockets import until


class Door:
    """Who came in."""

    def __init__(self) -> None:
        self.came: list[tuple[socket.socket, str]] = []

    def __call__(self, sock: socket.socket, address: str) -> None:
        self.came.append((sock, address))


@contextlib.contextmanager
def opened(host: str, door: Door, port: int = 0) -> Iterator[Listener]:
    """A listener, paused; closed at the end with all who came."""
    made = Listener.open(asyncio.get_running_loop(), host, port, door)
    try:
        yield made
    finally:
        made.close()
        for sock, _ in door.came:
            sock.close()


def test_both_families_share_one_port_that_was_free() -> None:
    async def main() -> None:
        door = Door()
        with opened("localhost", door) as made:
            made.resume()
            assert made.addresses == ["127.0.0.1", "::1"] and made.port > 0
            with socket.create_connection(("127.0.0.1", made.port)), socket.create_connection(("::1", made.port)):
                await until(lambda: len(door.came) == 2, "both")
            assert sorted(address for _, address in door.came) == ["127.0.0.1", "::1"]
            assert not any(sock.get_inheritable() for sock, _ in door.came)
            assert not any(os.get_inheritable(fd) for fd in made.fds())

    asyncio.run(main())


def test_a_family_that_this_machine_has_not_is_left_out_of_both(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        # 203.0.113.1 (RFC 5737) is nobody's address: binding it fails as ::1 does where there is no IPv6.
        monkeypatch.setitem(listener.BOTH, "localhost", ("127.0.0.1", "203.0.113.1"))
        with opened("localhost", Door()) as made:
            assert made.addresses == ["127.0.0.1"]
        monkeypatch.setitem(listener.BOTH, "localhost", ("203.0.113.1", "203.0.113.2"))
        with pytest.raises(ConfigError, match="localhost"):
            Listener.open(asyncio.get_running_loop(), "localhost", 0, Door())
        with pytest.raises(ConfigError, match=r"203\.0\.113\.1"):
            Listener.open(asyncio.get_running_loop(), "203.0.113.1", 0, Door())

    asyncio.run(main())


def test_a_port_that_is_taken_is_said() -> None:
    async def main() -> None:
        with opened("127.0.0.1", Door()) as made, pytest.raises(ConfigError, match=f"port {made.port}"):
            Listener.open(asyncio.get_running_loop(), "127.0.0.1", made.port, Door())

    asyncio.run(main())


def test_newcomers_wait_while_it_is_paused_and_are_taken_by_who_adopts_it() -> None:
    async def main() -> None:
        before, after = Door(), Door()
        loop = asyncio.get_running_loop()
        with opened("127.0.0.1", before) as made, contextlib.ExitStack() as clients:
            made.resume()
            clients.enter_context(socket.create_connection(("127.0.0.1", made.port)))
            await until(lambda: before.came, "the first")
            made.pause()
            assert not any(loop.remove_reader(fd) for fd in made.fds()), "the loop still looks at them"
            clients.enter_context(socket.create_connection(("127.0.0.1", made.port)))
            adopted = Listener(loop, [socket.socket(fileno=os.dup(fd)) for fd in made.fds()], after)
            assert adopted.port == made.port
            adopted.resume()
            await until(lambda: after.came, "the second")
            assert len(before.came) == len(after.came) == 1
            adopted.close()
            for sock, _ in after.came:
                sock.close()

    asyncio.run(main())


def test_a_rush_is_taken_in_parts() -> None:
    async def main() -> None:
        door = Door()
        with opened("127.0.0.1", door) as made, contextlib.ExitStack() as clients:
            for _ in range(AT_ONCE + 6):
                clients.enter_context(socket.create_connection(("127.0.0.1", made.port)))
            made.resume()
            await until(lambda: door.came, "the first")
            assert len(door.came) == AT_ONCE
            await until(lambda: len(door.came) == AT_ONCE + 6, "all")

    asyncio.run(main())


def test_out_of_descriptors_is_said_once_and_goes_on_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listener, "PAUSE_SECONDS", 0.01)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def main() -> None:
        door = Door()
        loop = asyncio.get_running_loop()
        with opened("127.0.0.1", door) as made, socket.create_connection(("127.0.0.1", made.port)) as client:
            resource.setrlimit(resource.RLIMIT_NOFILE, (client.fileno(), hard))
            try:
                made.resume()
                end = loop.time() + 0.1  # several pauses
                await until(lambda: loop.time() > end, "the time")
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            await until(lambda: door.came, "the newcomer")

    with caplog.at_level(logging.ERROR, "mud.net"):
        asyncio.run(main())
    assert caplog.text.count("can't accept connections") == 1


def test_out_of_descriptors_nobody_looks_at_the_door_for_a_while(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listener, "PAUSE_SECONDS", 60.0)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        with opened("127.0.0.1", Door()) as made, socket.create_connection(("127.0.0.1", made.port)) as client:
            resource.setrlimit(resource.RLIMIT_NOFILE, (client.fileno(), hard))
            try:
                made.resume()
                await until(lambda: "can't accept connections" in caplog.text, "the refusal")
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            assert not any(loop.remove_reader(fd) for fd in made.fds())

    with caplog.at_level(logging.ERROR, "mud.net"):
        asyncio.run(main())
