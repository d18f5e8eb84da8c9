"""A connection: one socket of ours, from bytes to lines and back.

We hold the output that the kernel has not taken yet, and the input of a line that is not complete; a copyover carries
both. A connection over its budget is slowed or closed, without an effect on others.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import socket
from collections import deque
from typing import Protocol

from mud.core.session import Terminal
from mud.net.budget import Bucket, Limits
from mud.net.charset import decode
from mud.net.framer import Framer, OverBudget, TelnetCommand
from mud.net.lines import OVERLONG, LineBuffer
from mud.net.states import ROWS, ConnectionState
from mud.net.telnet import Telnet
from mud.net.wire import Wire

log = logging.getLogger("mud.net")

READ_BYTES = 65_536
#: What the kernel keeps for a client that does not read. Left to itself it keeps megabytes, which no limit of ours
#: sees.
SEND_BYTES = 65_536
#: When this many lines wait, nothing more is read from a connection until they are done.
MAX_WAITING = 64
#: What `next_line` returns for a line that was too long. No real line equals it: lines have no control characters.
TOO_LONG = OVERLONG.decode()

C = ConnectionState

_HTTP = re.compile(rb"^(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH) \S+ HTTP/\d")


class Handler(Protocol):
    """What a connection reports to."""

    def ready(self, connection: Connection) -> None:
        """A line is waiting, after there was none."""

    def slowed(self, connection: Connection) -> None:
        """It sends more than its budget; its lines will wait. Called once."""

    def closed(self, connection: Connection, reason: str) -> None:
        """The connection has ended. Called once."""

    def part(self, sock: socket.socket, rest: bytes) -> None:
        """Its socket, which still owes the client `rest`, is no longer the connection's."""

    def terminal(self, connection: Connection, terminal: Terminal) -> None:
        """The client reported something new about itself."""

    def mssp(self) -> dict[str, str]:
        """What crawlers are told."""


class Connection:
    """One client. Frozen, until `start` or `thaw`."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        id: int,
        address: str,
        limits: Limits,
        handler: Handler,
        wire: Wire | None = None,
    ) -> None:
        now = loop.time()
        sock.setblocking(False)
        self.id = id
        self.address = address
        self._loop = loop
        self._sock = sock
        self._fd = sock.fileno()
        self._limits = limits
        self._handler = handler
        self._wire = wire = wire or self._new_wire(now)
        self._framer = Framer(limits.subnegotiation, wire.framing)
        self._buffer = LineBuffer(limits.line, wire.partial, wire.after_cr, wire.overlong)
        self._lines = deque(wire.lines)
        self._out = bytearray(wire.output)
        self._telnet = Telnet(self.write, self._told, self._edit, handler.mssp, wire.telnet)
        self._row = ROWS[C.FROZEN]
        self._reading = False
        self._writing = False
        self._owing = False  # a line was asked for and not returned: `ready` must be called
        self._pause: asyncio.TimerHandle | None = None

    def _new_wire(self, now: float) -> Wire:
        limits, sock = self._limits, self._sock
        peer = (self.address, 0)
        with contextlib.suppress(OSError):  # it has ended already: the first write will show that
            peer = sock.getpeername()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        return Wire(
            session=self.id,
            fd=self._fd,
            family=sock.family,
            inode=os.fstat(self._fd).st_ino,
            peer=f"{peer[0]} {peer[1]}",
            address=self.address,
            bytes_=Bucket(limits.bytes_burst, now),
            lines_=Bucket(limits.lines_burst, now),
            commands_=Bucket(limits.telnet_burst, now),
        )

    @classmethod
    def adopt(cls, loop: asyncio.AbstractEventLoop, wire: Wire, limits: Limits, handler: Handler) -> Connection:
        """The connection that `wire` describes, on its inherited descriptor. Frozen, and not a byte is sent.

        Raises OSError when the descriptor is another socket.
        """
        if os.fstat(wire.fd).st_ino != wire.inode:
            raise OSError(f"descriptor {wire.fd} is not the socket of session {wire.session}")
        sock = socket.socket(wire.family, socket.SOCK_STREAM, 0, fileno=wire.fd)
        return cls(loop, sock, wire.session, wire.address, limits, handler, wire)

    @property
    def inode(self) -> int:
        """The socket's inode number. It stays the same over exec, and is unique while the socket lives."""
        return self._wire.inode

    @property
    def peer(self) -> str:
        """The client's address and port."""
        return self._wire.peer

    # Life

    def start(self) -> None:
        """Offer our telnet options, and begin to read."""
        self._telnet.offer()
        self.thaw()

    @property
    def state(self) -> ConnectionState:
        """What it does now."""
        return self._row.state

    def _go(self, state: ConnectionState) -> None:
        """Enter `state`, and read and write as its row says. Raises RuntimeError when there is no such edge."""
        if state is self._row.state:
            return
        if state not in self._row.to:
            raise RuntimeError(f"connection {self.id} can't go from {self._row.state.value} to {state.value}")
        self._row = ROWS[state]
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        if not self._row.writes:
            self._stop_writing()
        self._read_on()

    def freeze(self) -> None:
        """Leave the event loop: nothing is read or written until `thaw`."""
        if self.state is not C.CLOSED:
            self._go(C.FROZEN)

    def thaw(self) -> None:
        """Join the event loop again."""
        if self.state is not C.CLOSED:
            self._go_on()
            self.flush()
            self._end_if_done()

    def _go_on(self) -> None:
        """Read, unless the client has sent its end."""
        self._go(C.ENDED if self._wire.ended else C.OPEN)

    def export(self) -> Wire:
        """Everything but the socket. The connection must be frozen."""
        wire = self._wire
        wire.framing = self._framer.partial
        wire.partial, wire.after_cr = self._buffer.partial, self._buffer.after_cr
        wire.overlong = self._buffer.overlong
        wire.lines, wire.output = list(self._lines), bytes(self._out)
        wire.telnet = self._telnet.export()
        return wire

    # Reading

    def _read_on(self) -> None:
        """Read from the socket or not: as the state says, and not while too many lines wait."""
        wanted = self._row.reads and len(self._lines) <= MAX_WAITING
        if wanted and not self._reading:
            self._loop.add_reader(self._fd, self._readable)
            self._reading = True
        elif not wanted:
            self._stop_reading()

    def _stop_reading(self) -> None:
        if self._reading:
            self._loop.remove_reader(self._fd)
            self._reading = False

    def _readable(self) -> None:
        try:
            data = self._sock.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._gone(error.strerror or "lost")
            return
        if data:
            self._receive(data)
        else:
            self._wire.ended = True
            self._go(C.ENDED)
            self._end_if_done()

    def _end_if_done(self) -> None:
        """The client has shut down its side, and all its lines are taken. It may still read its output."""
        if self._wire.ended and not self._lines and self._row.writes:
            self.close("closed by the client")

    def _receive(self, data: bytes) -> None:
        waiting = bool(self._lines)
        limits, wire = self._limits, self._wire
        try:
            for piece in self._framer.feed(data):
                if isinstance(piece, TelnetCommand):
                    if not wire.commands_.take(limits.telnet_per_second, limits.telnet_burst, self._loop.time()):
                        raise OverBudget(f"more than {limits.telnet_per_second:g} telnet commands a second")
                    self._telnet.command(piece.data)
                else:
                    self._lines += self._buffer.feed(piece)
        except OverBudget as over:
            self.fail(str(over))
            return
        if debt := wire.bytes_.spend(limits.bytes_per_second, limits.bytes_burst, self._loop.time(), len(data)):
            self._slow(debt)
        if self._lines and not wire.heard and self._is_http():
            return
        if len(self._lines) > MAX_WAITING:
            self._stop_reading()
        if self._out:
            self.flush()
        if self._lines and not waiting:
            self._handler.ready(self)

    def _is_http(self) -> bool:
        """Whether a browser or a scanner has connected, which gets no answer."""
        self._wire.heard = True
        if not _HTTP.match(self._lines[0]):
            return False
        log.warning("http request from=%s", self.address)
        self._lines.clear()
        self.close("an HTTP request")
        return True

    def _slow(self, seconds: float) -> None:
        """Stop reading for a while; what is sent in that time waits in the network."""
        if seconds <= 0 or self.state not in (C.OPEN, C.ENDED):
            return
        self._go(C.SLOWED)
        self._pause = self._loop.call_later(seconds, self._resume)
        if not self._wire.warned:
            self._wire.warned = True
            log.warning("slowed session=%d from=%s", self.id, self.address)
            self._handler.slowed(self)

    def _resume(self) -> None:
        self._go_on()
        if self._owing:
            self._owing = False
            self._handler.ready(self)

    @property
    def lines_waiting(self) -> bool:
        """Whether there is a complete line."""
        return bool(self._lines)

    @property
    def longest_line(self) -> int:
        """The bytes that a line may have."""
        return self._limits.line

    def next_line(self) -> str | None:
        """The next line, clean; None when there is none, or it must wait for the budget (then `ready` follows).

        TOO_LONG stands for one of more than `longest_line` bytes.
        """
        if not self._lines or self.state is C.CLOSED:
            return None
        wire, limits, now = self._wire, self._limits, self._loop.time()
        if not wire.lines_.take(limits.lines_per_second, limits.lines_burst, now):
            self._owing = True
            self._slow((1 - wire.lines_.level) / limits.lines_per_second)
            return None
        line = self._lines.popleft()
        text, valid = (TOO_LONG, True) if line == OVERLONG else decode(line, wire.telnet.utf8_agreed)
        if not valid and not wire.telnet.utf8_agreed:
            self._telnet.use_latin1()
        if not self._lines and wire.ended:
            self._loop.call_soon(self._end_if_done)
        elif not self._reading:
            self._read_on()
        return text

    def _told(self, terminal: Terminal) -> None:
        self._handler.terminal(self, terminal)

    def _edit(self, act: str) -> None:
        """A telnet command that edits the line, or asks whether anybody is there."""
        if act == "alive":
            self.write(b"\r\n[Yes]\r\n")
        elif act == "erase":
            self._buffer.erase()
        else:
            self._buffer.clear()

    # Writing

    def write(self, data: bytes) -> None:
        """Append to the output; `flush` sends it."""
        if self.state is not C.CLOSED:
            self._out += data

    def prompt(self, data: bytes) -> None:
        """Write a prompt and the mark that ends one."""
        self.write(data + self._telnet.prompt_mark())

    def echo(self, on: bool) -> None:
        """Show or hide what is typed. The client is told only when this changes."""
        if on == self._wire.echo_off:
            self._wire.echo_off = not on
            self._telnet.echo(on)

    def flush(self) -> None:
        """Send what the kernel takes, and the rest when it can take more."""
        if not self._row.writes:
            return
        while self._out:
            try:
                sent = self._sock.send(self._out)
            except (BlockingIOError, InterruptedError):
                break
            except OSError as error:
                self._loop.call_soon(self._gone, error.strerror or "lost")
                return
            del self._out[:sent]
        if len(self._out) > self._limits.backlog:
            self.fail(f"more than {self._limits.backlog} bytes that the client does not read")
        elif self._out and not self._writing:
            self._loop.add_writer(self._fd, self.flush)
            self._writing = True
        elif not self._out:
            self._stop_writing()

    def _stop_writing(self) -> None:
        if self._writing:
            self._loop.remove_writer(self._fd)
            self._writing = False

    # The end

    def fail(self, reason: str) -> None:
        """Over budget: say why, and close."""
        log.warning("closed session=%d from=%s reason=%s", self.id, self.address, reason)
        self._out += f"\r\n*** You are disconnected: {reason}.\r\n".encode()
        self.close(reason)

    def close(self, reason: str | None) -> None:
        """Close once the client has taken its output, within a time limit. `closed` is called at once."""
        if self.state is C.CLOSED:
            return
        self._end(reason or "closed by the game")
        self._handler.part(self._sock, bytes(self._out))

    def _gone(self, reason: str) -> None:
        """The other side has ended the connection."""
        if self.state is not C.CLOSED:
            self._end(reason)
            self._sock.close()

    def _end(self, reason: str) -> None:
        self._go(C.CLOSED)
        self._loop.call_soon(self._handler.closed, self, reason)
