"""Farewells: the last bytes reach the client, whatever is in the way."""

from __future__ import annotations

import socket

import pytest

from mud.net import farewell
from mud.net.farewell import Farewells
from tests.net.sockets import Client, Table, run, until

#: More than the kernel takes of a client that does not read.
MUCH = b"".join(b"%06d " % number for number in range(1 << 15))


def slow(table: Table) -> tuple[Client, socket.socket]:
    """A client of whose bytes the kernel takes few."""
    client, ours = table.sockets()
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return client, ours


def test_the_rest_is_sent_then_our_end() -> None:
    async def test(table: Table) -> None:
        client, ours = slow(table)
        farewells = table.farewells()
        farewells.thaw()
        farewells.begin(ours, MUCH)
        await until(lambda: client.read() and client.ended, "our end")
        assert client.raw == MUCH
        client.sock.close()
        await until(lambda: ours.fileno() == -1, "the socket to be closed")

    run(test)


def test_our_end_is_told_before_the_socket_is_closed_and_that_waits_for_the_client() -> None:
    async def test(table: Table) -> None:
        client, ours = table.sockets()
        farewells = table.farewells()
        farewells.thaw()
        farewells.begin(ours, b"goodbye")
        farewells.export()[0].most = 600.0
        await until(lambda: client.read() == b"goodbye" and client.ended, "our end")
        assert ours.fileno() >= 0 and len(farewells.export()) == 1

    run(test)


def test_a_copyover_gives_nobody_his_time_again() -> None:
    async def test(table: Table) -> None:
        _, ours = slow(table)
        farewells = table.farewells()
        farewells.begin(ours, MUCH)
        farewells.thaw()
        (parting,) = farewells.export()
        begun = table.loop.time()
        await until(lambda: table.loop.time() > begun + 0.05, "a moment")
        farewells.freeze()
        assert parting.left <= farewell.LINGER_SECONDS - 0.04 and parting.most <= farewell.MAX_SECONDS - 0.04

    run(test)


def test_frozen_nothing_is_sent_and_no_time_goes_by() -> None:
    async def test(table: Table) -> None:
        client, ours = table.sockets()
        farewells = table.farewells()
        farewells.begin(ours, b"goodbye")
        farewells.export()[0].left = 0.05
        later = table.loop.create_future()
        table.loop.call_later(0.1, later.set_result, None)
        await later
        assert client.read() == b"" and not client.ended and ours.fileno() >= 0
        farewells.thaw()
        await until(lambda: client.read() == b"goodbye" and client.ended, "the rest")

    run(test)


@pytest.mark.parametrize("first", ["client", "server"])
def test_another_program_goes_on_with_one_wherever_it_stood(first: str) -> None:
    async def test(table: Table) -> None:
        client, ours = slow(table)
        before = Farewells(table.loop)
        before.thaw()
        if first == "client":
            client.sock.shutdown(socket.SHUT_WR)
        before.begin(ours, MUCH)
        await until(lambda: len(client.read()) > 8192, "some of it")
        before.freeze()
        (parting,) = before.export()
        assert parting.rest and MUCH.endswith(parting.rest) and 0 < parting.left <= farewell.LINGER_SECONDS
        after = table.farewells()
        after.adopt(parting)
        ours.detach()  # the program before is gone, its descriptor is the next one's
        after.thaw()
        await until(lambda: client.read() and client.ended, "our end")
        assert client.raw == MUCH
        client.sock.close()
        await until(lambda: not after.export(), "its end")

    run(test)


def test_who_reads_slowly_has_time_as_long_as_it_reads() -> None:
    async def test(table: Table) -> None:
        client, ours = slow(table)
        farewells = table.farewells()
        farewells.begin(ours, MUCH)
        farewells.export()[0].left = 0.2  # the first sign of life comes in time, and grants more
        farewells.thaw()
        await until(lambda: client.read() and client.ended, "our end")
        assert client.raw == MUCH

    run(test)


def test_all_of_its_time_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farewell, "LINGER_SECONDS", 600.0)

    async def test(table: Table) -> None:
        client, ours = slow(table)
        farewells = table.farewells()
        farewells.begin(ours, MUCH)
        farewells.export()[0].left = 600.0
        farewells.export()[0].most = 0.05
        farewells.thaw()
        await until(lambda: ours.fileno() == -1, "the end")
        assert len(client.read()) < len(MUCH)

    run(test)


def test_the_descriptor_of_another_socket_is_refused() -> None:
    async def test(table: Table) -> None:
        _, ours = table.sockets()
        _, other = table.sockets()
        farewells = table.farewells()
        farewells.begin(ours, b"x")
        (parting,) = farewells.export()
        parting.fd = other.fileno()
        with pytest.raises(OSError, match="is not the socket"):
            table.farewells().adopt(parting)
        parting.fd = ours.fileno()
        other.close()

    run(test)


def test_who_never_reads_has_its_time_and_no_more() -> None:
    async def test(table: Table) -> None:
        _, ours = slow(table)
        farewells = table.farewells()
        farewells.begin(ours, MUCH)
        farewells.export()[0].left = 0.05
        farewells.thaw()
        await farewells.settle()
        assert ours.fileno() == -1 and farewells.export() == []

    run(test)
