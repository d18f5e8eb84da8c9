"""A connection over real sockets: its budgets, its end, and going over a copyover cut anywhere."""

from __future__ import annotations

import logging
import os
import socket
import struct
import tracemalloc
import zlib

import msgspec
import pytest

from mud.core.session import Terminal
from mud.net.budget import Limits
from mud.net.connection import MAX_WAITING, SEND_BYTES, TOO_LONG, Connection
from mud.net.states import ConnectionState as C
from mud.net.telnet_options import OFFERS
from mud.net.wire import Wire
from tests.net.sockets import Client, Host, Table, consumed, run, until

#: Text, IAC IAC, a window's size with a 255 in it, letters of two and four bytes, every line ending.
STREAM = b"".join((
    "grüße 🐉\r\n".encode(), b"\xff\xfb\x1f\xff\xfa\x1f\x00\xff\xff\x00\x18\xff\xf0", b"caf\xff\xff\r\x00",
    b"gone\x15kept\n", b"\xff\xfd\x19", b"\xff\xfb\x57", b"half a line",
))  # fmt: skip
LINES = ["grüße 🐉", "cafÿ", "kept"]


def lines(connection: Connection) -> list[str]:
    """Every line that waits."""
    found = []
    while (line := connection.next_line()) is not None:
        found.append(line)
    return found


def handed_over(table: Table, ours: Connection, sock: socket.socket, host: Host) -> Connection:
    """What a copyover does to a connection, up to `thaw`. `sock` is let go of, as exec does."""
    ours.freeze()
    data = msgspec.msgpack.encode(ours.export())
    table.connections.remove(ours)
    sock.detach()
    adopted = Connection.adopt(table.loop, msgspec.msgpack.decode(data, type=Wire), table.limits, host)
    table.connections.append(adopted)
    return adopted


def sock_of(connection: Connection) -> socket.socket:
    """The socket, to let go of it as exec does."""
    return connection._sock


def test_a_line_comes_after_nothing_but_the_offers() -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host)
        ours.start()
        client.sock.send(b"look\r\nsay hi\r\n")
        await until(lambda: ours.lines_waiting, "a line")
        assert host.readied == 1
        assert lines(ours) == ["look", "say hi"]
        await until(lambda: client.read() == OFFERS, "the offers")
        ours.prompt(b"> ")
        ours.flush()
        await until(lambda: client.read() == OFFERS + b"> ", "a plain prompt")

    run(test)


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_a_copyover_cut_anywhere_loses_and_doubles_nothing(cut: int) -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host)
        ours.start()
        sock = sock_of(ours)
        client.sock.send(STREAM[:cut])
        await consumed(client, sock)
        ours = handed_over(table, ours, sock, host)
        ours.thaw()
        client.sock.send(STREAM[cut:] + b" ends\r\n")
        found: list[str] = []
        await until(lambda: (found.extend(lines(ours)), "half a line ends" in found)[1], "the last line")
        assert found == [*LINES, "half a line ends"]
        only_answer = b"\xff\xfe\x57"  # to WILL 87: all else answers our offers
        await until(lambda: client.read() == OFFERS + only_answer, "nothing but the offers and a refusal")
        assert host.terminals[-1] == Terminal(width=255, height=24, charset="latin-1")

    run(test)


def test_lines_not_executed_and_throttles_are_carried() -> None:
    async def test(table: Table) -> None:
        table.limits = Limits(lines_per_second=0.001, lines_burst=2)
        host = Host()
        client, ours = table.connect(host)
        ours.start()
        client.sock.send(b"one\r\ntwo\r\nthree\r\nfour\r\nfi")
        await consumed(client, sock_of(ours))
        assert lines(ours) == ["one", "two"] and host.slowings == 1
        ours = handed_over(table, ours, sock_of(ours), host)
        ours.thaw()
        assert ours.lines_waiting and lines(ours) == []
        assert [ours.export().lines, ours.export().partial] == [[b"three", b"four"], b"fi"]
        assert host.slowings == 1

    run(test)


def test_output_that_the_kernel_had_not_taken_is_carried() -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host)
        sock = sock_of(ours)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        ours.start()
        sent = os.urandom(8) * 30_000
        ours.write(sent)
        ours.flush()
        ours.freeze()
        assert len(ours.export().output) > 10_000
        ours = handed_over(table, ours, sock, host)
        ours.thaw()
        await until(lambda: len(client.read()) >= len(OFFERS + sent), "all of it")
        assert client.raw == OFFERS + sent

    run(test)


def test_nothing_is_read_or_written_while_frozen() -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host)
        other, beside = table.connect(Host())
        ours.start()
        beside.start()
        await until(lambda: client.read() == OFFERS, "the offers")
        ours.freeze()
        ours.write(b"later")
        ours.flush()
        client.sock.send(b"look\r\n")
        other.sock.send(b"look\r\n")
        await until(lambda: beside.lines_waiting, "the loop to turn")
        assert not ours.lines_waiting and client.read() == OFFERS
        ours.thaw()
        await until(lambda: ours.lines_waiting and client.read() == OFFERS + b"later", "both")

    run(test)


def test_a_descriptor_that_is_another_socket_is_refused_and_left_open() -> None:
    async def test(table: Table) -> None:
        _, ours = table.connect(Host())
        wire = ours.export()
        wrong = msgspec.structs.replace(wire, inode=wire.inode + 1)
        with pytest.raises(OSError, match="not the socket of session"):
            Connection.adopt(table.loop, wrong, table.limits, Host())
        assert os.fstat(wire.fd).st_ino == wire.inode

    run(test)


def test_a_slow_reader_is_dropped_alone() -> None:
    async def test(table: Table) -> None:
        host, calm = Host(), Host()
        client, ours = table.connect(host)
        other, beside = table.connect(calm)
        ours.start()
        beside.start()
        for _ in range(200):
            ours.write(b"x" * 65_536)
            ours.flush()
        await until(lambda: host.reasons, "the end")
        assert host.reasons == ["more than 262144 bytes that the client does not read"]
        await until(lambda: client.read() and client.ended, "the client's end")
        other.sock.send(b"look\r\n")
        await until(lambda: beside.lines_waiting, "the other one's line")
        assert calm.reasons == []

    run(test)


def test_the_bound_of_what_nobody_reads_is_exact() -> None:
    async def test(table: Table) -> None:
        host = Host()
        _, ours = table.connect(host)
        ours.start()
        ours.write(b"x" * 4_000_000)  # more than the kernel takes
        ours._limits = msgspec.structs.replace(table.limits, backlog=1 << 30)
        ours.flush()
        held = len(ours._out)
        assert 0 < held < 4_000_000
        ours._limits = msgspec.structs.replace(table.limits, backlog=held)
        ours.flush()
        assert ours.state is C.OPEN
        ours.write(b"x")
        ours.flush()
        assert ours.state is C.CLOSED

    run(test)


def test_the_kernel_keeps_little_for_a_client_and_sends_it_at_once() -> None:
    async def test(table: Table) -> None:
        _, ours = table.connect(Host())
        sock = sock_of(ours)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * SEND_BYTES  # Linux doubles it

    run(test)


def test_a_flood_is_slowed_alone_and_told_once_and_loses_nothing() -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host, Limits(lines_per_second=2000, lines_burst=10))
        other, beside = table.connect(Host())
        ours.start()
        beside.start()
        client.sock.send(b"".join(b"%d\r\n" % n for n in range(300)))
        found: list[str] = []
        await until(lambda: ours.lines_waiting, "a line")
        other.sock.send(b"look\r\n")
        await until(lambda: beside.lines_waiting, "the other one's line")
        calls = 0
        while len(found) < 300:
            await until(lambda: host.readied > calls, "ready")  # noqa: B023
            calls = host.readied
            found += lines(ours)
        assert found == [str(n) for n in range(300)]
        assert host.slowings == 1 and host.reasons == []

    run(test)


def test_ready_is_not_said_again_while_lines_wait() -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host, Limits(bytes_per_second=100_000, bytes_burst=100))
        ours.start()
        client.sock.send(b"hello\r\n" * 20)
        await until(lambda: host.slowings, "the pause")
        client.sock.send(b"the last\r\n")
        await until(lambda: len(ours.export().lines) == 21, "the end of the pause")
        assert host.readied == 1

    run(test)


def test_it_reads_no_further_than_so_many_lines() -> None:
    async def test(table: Table) -> None:
        client, ours = table.connect(Host())
        ours.start()
        client.sock.send(b"x\r\n" * (MAX_WAITING + 1))
        await until(lambda: len(ours.export().lines) > MAX_WAITING, "the lines")
        client.sock.send(b"y\r\n")
        other, beside = table.connect(Host())
        beside.start()
        other.sock.send(b"look\r\n")
        await until(lambda: beside.lines_waiting, "the loop to turn")
        assert len(lines(ours)) == MAX_WAITING + 1
        await until(lambda: lines(ours) == ["y"], "the rest")

    run(test)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfa\x18" + b"x" * 9000, "a telnet subnegotiation of more than 8192 bytes"),
        (b"\xff\xfa\x18" + b"x" * 9000 + b"\xff\xf0", "a telnet subnegotiation of more than 8192 bytes"),
        (b"\xff\xf1" * 300, "more than 50 telnet commands a second"),
    ],
    ids=["subnegotiation", "whole subnegotiation", "telnet commands"],
)
def test_over_budget_is_closed_with_its_reason(data: bytes, reason: str) -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host)
        ours.start()
        client.sock.send(data)
        await until(lambda: client.read() and client.ended and host.reasons, "the end")
        assert host.reasons == [reason]
        assert client.raw == OFFERS + f"\r\n*** You are disconnected: {reason}.\r\n".encode()

    run(test)


def test_a_line_that_is_too_long_is_lost_alone_and_said_to_be_in_its_turn() -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host)
        ours.start()
        client.sock.send(b"before\r\n" + b"x" * 5000 + b"\r\nafter\r\n" + b"y" * 4100)
        await until(lambda: len(ours.export().lines) == 3 and ours.export().overlong, "the lines")
        ours.freeze()
        wire = ours.export()
        assert wire.partial == b""
        client.sock.send(b"yyy\r\nlast\r\n")
        ours.thaw()
        await until(lambda: len(ours.export().lines) == 5, "the rest")
        assert lines(ours) == ["before", TOO_LONG, "after", TOO_LONG, "last"]
        assert host.reasons == []

    run(test)


def test_a_copyover_in_the_middle_of_a_line_that_is_too_long() -> None:
    async def test(table: Table) -> None:
        client, ours = table.connect(Host())
        ours.start()
        client.sock.send(b"x" * 5000)
        await until(lambda: ours.export().overlong, "the beginning")
        ours = handed_over(table, ours, sock_of(ours), Host())
        ours.thaw()
        client.sock.send(b"xxx\r\nlook\r\n")
        await until(lambda: len(ours.export().lines) == 2, "the rest")
        assert lines(ours) == [TOO_LONG, "look"]

    run(test)


def test_compressed_data_is_never_inflated() -> None:
    async def test(table: Table) -> None:
        client, ours = table.connect(Host())
        ours.start()
        bomb = zlib.compress(b"\0" * 20_000_000, 9).replace(b"\xff", b"\xff\xff")
        client.sock.send(b"\xff\xfb\x18")  # the interpreter is there before memory is measured
        await consumed(client, sock_of(ours))
        tracemalloc.start()
        try:
            client.sock.send(b"\xff\xfb\x57\xff\xfa\x57\xff\xf0" + bomb)
            await consumed(client, sock_of(ours))
            assert tracemalloc.get_traced_memory()[1] < 2_000_000
        finally:
            tracemalloc.stop()
        await until(lambda: b"\xff\xfe\x57" in client.read(), "the refusal")

    run(test)


def test_an_http_request_is_closed_without_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host)
        ours.start()
        client.sock.send(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        await until(lambda: client.read() and client.ended and host.reasons, "the end")
        assert client.raw == OFFERS and host.reasons == ["an HTTP request"] and host.readied == 0

    with caplog.at_level(logging.WARNING, "mud.net"):
        run(test)
    assert "http request from=127.0.0.1" in caplog.text


def test_only_the_first_line_is_looked_at_for_http() -> None:
    async def test(table: Table) -> None:
        client, ours = table.connect(Host())
        ours.start()
        client.sock.send(b"hello\r\nGET / HTTP/1.1\r\n")
        await until(lambda: ours.lines_waiting, "lines")
        assert lines(ours) == ["hello", "GET / HTTP/1.1"]
        client.sock.send(b"GET / HTTP/1.1\r\n")  # at the head of all that waits
        await until(lambda: ours.lines_waiting, "the line")
        assert lines(ours) == ["GET / HTTP/1.1"]

    run(test)


def half_closed(table: Table, host: Host, data: bytes) -> tuple[Client, Connection]:
    """A client that sent all it has to say, and its end."""
    client, ours = table.connect(host)
    ours.start()
    client.sock.send(data)
    client.sock.shutdown(socket.SHUT_WR)
    return client, ours


def test_lines_before_the_end_are_taken_before_it_is_told() -> None:
    async def test(table: Table) -> None:
        host = Host()
        _, ours = half_closed(table, host, b"one\r\ntwo\r\nhalf")
        await until(lambda: ours.export().ended, "the end")
        assert host.reasons == []
        assert lines(ours) == ["one", "two"]
        await until(lambda: host.reasons == ["closed by the client"], "the end told")

    run(test)


def test_a_half_closed_client_gets_what_the_kernel_had_not_taken() -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host)
        sock_of(ours).setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
        ours.start()
        ours.write(b"z" * 200_000)
        ours.flush()
        ours.freeze()
        assert ours.export().output
        ours.thaw()
        client.sock.shutdown(socket.SHUT_WR)
        await until(lambda: host.reasons, "the end told")
        await until(lambda: client.read() and client.ended, "the client's end")
        assert client.raw == OFFERS + b"z" * 200_000

    run(test)


def test_an_end_that_came_before_a_copyover_is_told_after_it() -> None:
    async def test(table: Table) -> None:
        host, after = Host(), Host()
        _, ours = half_closed(table, host, b"last\r\n")
        await until(lambda: ours.export().ended, "the end")
        assert lines(ours) == ["last"]
        ours = handed_over(table, ours, sock_of(ours), after)
        ours.thaw()
        await until(lambda: after.reasons == ["closed by the client"], "the end told")
        assert host.reasons == []

    run(test)


def test_a_reset_is_told_once_and_before_the_first_byte_too() -> None:
    async def test(table: Table) -> None:
        host, later = Host(), Host()
        client, ours = table.connect(host)
        ours.start()
        reset(client)
        await until(lambda: host.reasons, "the end")
        gone, sock = table.sockets()
        reset(gone)
        early = Connection(table.loop, sock, 9, "127.0.0.1", Limits(), later)
        table.connections.append(early)
        early.start()
        await until(lambda: later.reasons, "the end")
        assert len(host.reasons) == len(later.reasons) == 1

    run(test)


def reset(client: Client) -> None:
    """Close with RST instead of FIN."""
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.sock.close()


def test_what_was_written_before_close_arrives() -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host)
        ours.start()
        client.sock.send(b"unread\r\n")
        ours.write(b"farewell\r\n")
        ours.close("the end")
        ours.close("again")
        ours.write(b"too late")
        await until(lambda: client.read() and client.ended and host.reasons, "the end")
        assert client.raw == OFFERS + b"farewell\r\n" and host.reasons == ["the end"]

    run(test)


def test_only_a_change_of_echo_is_sent() -> None:
    async def test(table: Table) -> None:
        client, ours = table.connect(Host())
        ours.start()
        for on in (True, False, False, True, True):
            ours.echo(on)
        ours.flush()
        await until(lambda: client.read() == OFFERS + b"\xff\xfb\x01\xff\xfc\x01", "one of each")

    run(test)


def test_are_you_there_is_answered() -> None:
    async def test(table: Table) -> None:
        client, ours = table.connect(Host())
        ours.start()
        client.sock.send(b"abc\xff\xf7d\xff\xf6\r\n")
        await until(lambda: client.read().endswith(b"[Yes]\r\n"), "an answer")
        await until(lambda: lines(ours) == ["abd"], "the edited line")

    run(test)


def test_letters_that_are_no_utf_8_turn_the_session_to_latin_1() -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host)
        ours.start()
        client.sock.send(b"gr\xfc\xdfe\r\n")
        await until(lambda: lines(ours) == ["grüße"], "the line")
        assert host.terminals == [Terminal(charset="latin-1")]

    run(test)


def test_a_connection_costs_little_before_it_speaks_telnet() -> None:
    async def test(table: Table) -> None:
        host = Host()
        table.connect(host)[1].start()  # what is made once is made
        pairs = [table.sockets() for _ in range(50)]
        tracemalloc.start()
        try:
            for _, sock in pairs:
                connection = Connection(table.loop, sock, 1, "127.0.0.1", Limits(), host)
                table.connections.append(connection)
                connection.start()
            assert tracemalloc.get_traced_memory()[0] / 50 < 6000
        finally:
            tracemalloc.stop()

    run(test)


def test_its_states_are_those_of_the_table() -> None:
    async def test(table: Table) -> None:
        host = Host()
        client, ours = table.connect(host, Limits(bytes_burst=100, bytes_per_second=1000))
        seen = [ours.state]
        ours.start()
        seen.append(ours.state)
        client.sock.send(b"x" * 150 + b"\r\n")
        await until(lambda: ours.state is not C.OPEN, "too much")
        seen.append(ours.state)
        await until(lambda: ours.state is C.OPEN, "the budget")
        client.sock.shutdown(socket.SHUT_WR)
        await until(lambda: ours.state is not C.OPEN, "the end")
        seen.append(ours.state)
        ours.freeze()
        seen.append(ours.state)
        ours.thaw()
        assert ours.state is C.ENDED and ours.next_line()
        await until(lambda: ours.state is C.CLOSED, "the end")
        assert seen == [C.FROZEN, C.OPEN, C.SLOWED, C.ENDED, C.FROZEN]
        for leave in (ours.freeze, ours.thaw):
            leave()
            assert ours.state is C.CLOSED
        with pytest.raises(RuntimeError, match="can't go from closed to open"):
            ours._go(C.OPEN)

    run(test)
