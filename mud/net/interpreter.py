"""telnetlib3's interpreter with our policy. Imported when a client first speaks telnet, not before.

It replaces `handle_do`, `handle_will` and the CHARSET and MSSP hooks of `TelnetWriter` as they are in telnetlib3
5.0: that is why its minor version is pinned.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

from telnetlib3.stream_writer import TelnetWriter

from mud.net import telnet_options as t
from mud.net.wire import TelnetState

# A client's mistakes do not concern the operator, and may come fifty times a second.
logging.getLogger("telnetlib3").setLevel(logging.ERROR)

_SEPARATOR = ";"
_SEND = b"\x01"
_REQUEST, _ACCEPTED, _REJECTED = b"\x01", b"\x02", b"\x03"


class Negotiation(Protocol):
    """What makes the decisions and receives what the client reports: `mud.net.telnet.Telnet`."""

    state: TelnetState

    def echo_answered(self) -> bool:
        """DO or DONT ECHO came. True when it was an answer to ours."""

    def heard_type(self, name: str) -> bool:
        """One answer to TTYPE. True when another one should be asked for."""

    def heard_size(self, rows: int, columns: int) -> None:
        """NAWS."""

    def heard_charset(self, name: str | None) -> None:
        """CHARSET: what was agreed; None when the client wants none of ours."""

    def heard_environ(self, values: dict[str, str]) -> None:
        """NEW-ENVIRON."""

    def mssp(self) -> dict[str, str]:
        """What crawlers are told."""


class Pipe:
    """A stand-in for the transport that the interpreter expects."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.write = send

    def is_closing(self) -> bool:
        """Never, as far as the interpreter is concerned: that is the connection's decision."""
        return False

    def get_extra_info(self, name: str, default: object = None) -> object:
        """There is no such information here."""
        return default


class Interpreter(TelnetWriter):
    """Answers offers and requests by the tables of `mud.net.telnet`, once for each change of state (RFC 1143)."""

    def __init__(self, telnet: Negotiation, send: Callable[[bytes], None]) -> None:
        super().__init__(Pipe(send), None, server=True)  # type: ignore[arg-type]
        self.log = logging.getLogger("telnetlib3")
        self._telnet = telnet
        self.set_ext_callback(t.TTYPE, self._type)
        self.set_ext_callback(t.NAWS, telnet.heard_size)
        self.set_ext_callback(t.NEW_ENVIRON, telnet.heard_environ)
        self.set_ext_offer_callback(t.NEW_ENVIRON, lambda: list(t.ENVIRON))

    def handle_do(self, opt: bytes) -> bool:
        """The client asks us to perform an option. Returns the option's new state."""
        ours = self.pending_option.enabled(t.WILL + opt)  # it agrees to our own offer
        if opt == t.ECHO and self._telnet.echo_answered():
            return True
        if opt == t.TIMING_MARK:
            self.send_iac(t.IAC + t.WILL + opt)  # RFC 860: this option is nothing but its answer
            return False
        if opt not in t.LOCAL:
            self.send_iac(t.IAC + t.WONT + opt)
            return False
        if not ours and not self.local_option.enabled(opt):
            self.send_iac(t.IAC + t.WILL + opt)
        if not self.local_option.enabled(opt):
            self.local_option[opt] = True
            self._began(opt)
        return True

    def handle_dont(self, opt: bytes) -> None:
        """The client asks us to stop an option, which is confirmed once."""
        if opt == t.ECHO:
            self._telnet.echo_answered()
        elif self.local_option.enabled(opt):
            self.send_iac(t.IAC + t.WONT + opt)

    def handle_will(self, opt: bytes) -> None:
        """The client performs an option, or offers to."""
        if opt not in t.REMOTE:
            self.send_iac(t.IAC + t.DONT + opt)
            return
        if self.remote_option.enabled(opt):
            return
        if not self.pending_option.enabled(t.DO + opt):
            self.send_iac(t.IAC + t.DO + opt)
        self.remote_option[opt] = True
        if opt == t.TTYPE:
            self.request_ttype()
        elif opt == t.NEW_ENVIRON:
            self.request_environ()

    def handle_wont(self, opt: bytes) -> None:
        """The client stops an option, which is confirmed once."""
        if self.remote_option.enabled(opt):
            self.send_iac(t.IAC + t.DONT + opt)
        self.remote_option[opt] = False

    def handle_subnegotiation(self, buf: deque[bytes]) -> None:
        """Handle subnegotiations of options that are on; the others were never agreed to."""
        option = buf[0] if buf else b""
        if option == t.CHARSET and (self.local_option.enabled(option) or self.remote_option.enabled(option)):
            self._charset(b"".join(buf)[1:])
        elif option in t.REMOTE and self.remote_option.enabled(option) and not _asks(buf):
            super().handle_subnegotiation(buf)

    def _began(self, opt: bytes) -> None:
        """An option of ours was switched on."""
        if opt == t.CHARSET:
            self._subnegotiate(t.CHARSET, _REQUEST + (_SEPARATOR + _SEPARATOR.join(t.CHARSETS)).encode())
        elif opt == t.MSSP:
            self.send_mssp(dict(self._telnet.mssp()))

    def _type(self, name: str) -> None:
        if self._telnet.heard_type(name):
            self.request_ttype()

    def _charset(self, data: bytes) -> None:
        """RFC 2066: the answer to our request, or the client's own."""
        kind, rest = data[:1], data[1:]
        if kind == _ACCEPTED:
            self._telnet.heard_charset(rest.decode("ascii", "replace"))
        elif kind == _REJECTED:
            self._telnet.heard_charset(None)
        elif kind == _REQUEST and len(rest) > 1:
            offered = [name.decode("ascii", "replace") for name in rest[1:].split(rest[:1])]
            chosen = next((n for n in offered if t.charset_of(n) is not None), None)
            if chosen is None:
                self._subnegotiate(t.CHARSET, _REJECTED)
            else:
                self._subnegotiate(t.CHARSET, _ACCEPTED + chosen.encode())
                self._telnet.heard_charset(chosen)

    def _subnegotiate(self, opt: bytes, data: bytes) -> None:
        self.send_iac(t.IAC + t.SB + opt + data.replace(t.IAC, t.IAC + t.IAC) + t.IAC + t.SE)


def _asks(buf: deque[bytes]) -> bool:
    """Whether the client asks for our type or environment, which we never offered."""
    return buf[0] in (t.TTYPE, t.NEW_ENVIRON) and len(buf) > 1 and buf[1] == _SEND


def interpreter(telnet: Negotiation, send: Callable[[bytes], None]) -> Interpreter:
    """An interpreter in the state that `telnet` remembers; nothing is sent."""
    made = Interpreter(telnet, send)
    for number, on in telnet.state.local.items():
        made.local_option[bytes([number])] = on
    for number, on in telnet.state.remote.items():
        made.remote_option[bytes([number])] = on
    made.pending_option.update(telnet.state.pending)
    return made
