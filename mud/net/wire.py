"""A connection as data: everything except the socket. A copyover carries it, in memory only."""

from __future__ import annotations

from msgspec import Struct, field

from mud.core.session import Terminal
from mud.net.budget import Bucket


class TelnetState(Struct, kw_only=True, omit_defaults=True):
    """What was negotiated. Options are by their number; `pending` keys are command and option (see telnetlib3)."""

    spoke: bool = False  # the client sent at least one telnet command
    local: dict[int, bool] = {}
    remote: dict[int, bool] = {}
    pending: dict[bytes, bool] = {}
    echo_answers: int = 0  # changes of ECHO that the client has not answered yet
    types: list[str] = []  # what TTYPE told, in order
    terminal: Terminal = Terminal()
    utf8_agreed: bool = False
    charset_told: bool = False  # reported by CHARSET or NEW-ENVIRON, which take precedence over MTTS


class Wire(Struct, kw_only=True, omit_defaults=True):
    """One connection: whose it is, the input that is incomplete, the output that is not sent."""

    session: int
    fd: int
    family: int
    inode: int
    peer: str
    address: str
    framing: bytes = b""  # an incomplete telnet command
    partial: bytes = b""  # an incomplete line
    after_cr: bool = False
    overlong: bool = False  # the line cut in half is too long already
    lines: list[bytes] = []  # complete, not yet executed
    output: bytes = b""  # not yet taken by the kernel
    telnet: TelnetState = field(default_factory=TelnetState)
    echo_off: bool = False
    heard: bool = False  # the first line has come
    ended: bool = False  # the client shut down its side
    closing: bool = False
    warned: bool = False
    bytes_: Bucket
    lines_: Bucket
    commands_: Bucket
