"""Telnet options, by telnetlib3's interpreter with our own policy in place of its hooks.

The interpreter is made when the client sends its first command: making hundreds of them would take longer than a
copyover may. A copyover carries its option tables as data and puts them back without a byte on the wire, because strict
clients ignore a second offer and would lose features.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import msgspec

from mud.core.session import Terminal
from mud.net.charset import clean
from mud.net.telnet_options import (
    DO,
    DONT,
    ECHO,
    EOR,
    EOR_MARK,
    GA,
    IAC,
    OFFERED_LOCAL,
    OFFERED_REMOTE,
    OFFERS,
    SB,
    SE,
    SGA,
    WILL,
    WONT,
    charset_of,
)
from mud.net.wire import TelnetState

log = logging.getLogger("mud.telnet")

MAX_TYPES = 4
#: Bits of MTTS, as the Mud Terminal Type Standard numbers them.
ANSI, UTF8, COLOURS_256, SCREEN_READER = 1, 4, 8, 64
WIDTHS, HEIGHTS = (20, 500), (5, 500)
_MTTS = re.compile(r"[0-9]{1,6}")


class Telnet:
    """One connection's negotiation. `send` takes raw bytes; `told` is called when the terminal changes."""

    def __init__(
        self,
        send: Callable[[bytes], None],
        told: Callable[[Terminal], None],
        edit: Callable[[str], None],
        mssp: Callable[[], dict[str, str]],
        state: TelnetState | None = None,
    ) -> None:
        self._send = send
        self._told = told
        self._edit = edit
        self._mssp = mssp
        self.state = state or TelnetState()
        self._writer: Any = None

    def offer(self) -> None:
        """Offer our options and ask for the client's."""
        for option in OFFERED_LOCAL:
            self.state.pending[WILL + option] = True
        for option in OFFERED_REMOTE:
            self.state.pending[DO + option] = True
        self._send(OFFERS)

    def command(self, data: bytes) -> None:
        """Interpret one complete command. A malformed one is logged and ignored."""
        self.state.spoke = True
        if data[1:2] == SB and not data.endswith(IAC + SE):
            log.debug("subnegotiation broken off: %r", data[:40])
        elif data[2:] == IAC:
            self._refuse(data[1:2])
        else:
            self._interpret(data)
            self._edit_by(data)

    def _interpret(self, data: bytes) -> None:
        writer = None
        try:
            writer = self._interpreter()
            for at in range(len(data)):
                writer.feed_byte(data[at : at + 1])
        except Exception as error:  # nothing that a client sends affects more than that command
            log.debug("malformed telnet command %r: %s", data[:40], error)
            if writer is not None:
                writer.iac_received = writer.cmd_received = False

    def _refuse(self, verb: bytes) -> None:
        """Option 255 (RFC 861): telnetlib3 takes its number for the start of the next command."""
        answer = {WILL: DONT, DO: WONT}.get(verb)
        if answer:
            self._send(IAC + answer + IAC)

    def echo(self, on: bool) -> None:
        """Let the client echo what is typed, or not while a password is asked (RFC 857).

        Each change has one answer. Answers are counted, so that a late one is not taken for a request by the client.
        """
        self.state.echo_answers += 1
        self._send(IAC + (WONT if on else WILL) + ECHO)

    def echo_answered(self) -> bool:
        """DO or DONT ECHO came. True when it was an answer of ours."""
        if not self.state.echo_answers:
            return False
        self.state.echo_answers -= 1
        return True

    def prompt_mark(self) -> bytes:
        """What follows a prompt: EOR if that was agreed (RFC 885), else GA unless suppressed (RFC 858).

        Nothing for a client that never spoke telnet.
        """
        if not self.state.spoke:
            return b""
        local = self._options("local")
        if local.get(EOR[0]):
            return IAC + EOR_MARK
        return b"" if local.get(SGA[0]) else IAC + GA

    def export(self) -> TelnetState:
        """The state for a copyover."""
        if self._writer is not None:
            self.state.local = self._options("local")
            self.state.remote = self._options("remote")
            self.state.pending = dict(self._writer.pending_option)
        return self.state

    def _options(self, side: str) -> dict[int, bool]:
        if self._writer is None:
            return self.state.local if side == "local" else self.state.remote
        table = self._writer.local_option if side == "local" else self._writer.remote_option
        return {option[0]: on for option, on in table.items()}

    def _interpreter(self) -> Any:
        if self._writer is None:
            from mud.net.interpreter import interpreter  # imports telnetlib3: not before it is needed

            self._writer = interpreter(self, self._send)
        return self._writer

    def _edit_by(self, data: bytes) -> None:
        """Handle the commands that edit a line or ask whether anybody is there (RFC 854)."""
        act = {244: "clear", 247: "erase", 248: "clear", 246: "alive"}.get(data[1]) if len(data) == 2 else None
        if act:
            self._edit(act)

    # What the interpreter hears

    def heard_type(self, name: str) -> bool:
        """One answer to TTYPE. True when another one should be asked for (MTTS: client, terminal, bits)."""
        name = clean(name).strip()[:40]
        if name in self.state.types or len(self.state.types) >= MAX_TYPES:
            return False
        self.state.types.append(name)
        told: dict[str, Any] = {}
        if len(self.state.types) == 1:
            told["client"] = name
        if name.upper().startswith("MTTS ") and _MTTS.fullmatch(name[5:]):
            told |= self._bits(int(name[5:]))
        else:
            told["colours"] = max(self.state.terminal.colours, colours_of(name))
        self._tell(**told)
        return len(self.state.types) < MAX_TYPES and not name.upper().startswith("MTTS ")

    def _bits(self, bits: int) -> dict[str, Any]:
        """What MTTS says."""
        told: dict[str, Any] = {"screen_reader": bool(bits & SCREEN_READER)}
        if bits & (ANSI | COLOURS_256):
            told["colours"] = 256 if bits & COLOURS_256 else 16
        if bits & UTF8:
            self.state.utf8_agreed = True
        elif not self.state.charset_told:
            told["charset"] = "latin-1"
        return told

    def heard_size(self, rows: int, columns: int) -> None:
        """NAWS (RFC 1073). 0 means that the client does not know."""
        width = min(max(columns, WIDTHS[0]), WIDTHS[1]) if columns else 0
        height = min(max(rows, HEIGHTS[0]), HEIGHTS[1]) if rows else 0
        self._tell(width=width, height=height)

    def heard_charset(self, name: str | None) -> None:
        """CHARSET (RFC 2066): what was agreed; None when the client wants none of ours."""
        charset = charset_of(name or "")
        if charset is not None:
            self._agree(charset)
            self._tell(charset=charset)

    def _agree(self, charset: str) -> None:
        self.state.charset_told = True
        self.state.utf8_agreed = charset == "utf-8"

    def heard_environ(self, values: dict[str, str]) -> None:
        """NEW-ENVIRON (RFC 1572). What a client reports of itself is not trusted."""
        told: dict[str, Any] = {}
        if values.get("CLIENT_NAME") and not self.state.terminal.client:
            told["client"] = clean(values["CLIENT_NAME"]).strip()[:40]
        if _MTTS.fullmatch(values.get("MTTS", "")):
            told |= self._bits(int(values["MTTS"]))
        charset = charset_of(values.get("CHARSET", ""))
        if charset is not None:
            told["charset"] = charset
            self._agree(charset)
        if told:
            self._tell(**told)

    def mssp(self) -> dict[str, str]:
        """What crawlers are told."""
        return self._mssp()

    def use_latin1(self) -> None:
        """The client does not use UTF-8."""
        self._tell(charset="latin-1")

    def _tell(self, **changed: Any) -> None:
        terminal = msgspec.structs.replace(self.state.terminal, **changed)
        if terminal != self.state.terminal:
            self.state.terminal = terminal
            self._told(terminal)


def warm_up() -> None:
    """Import telnetlib3 before a client needs it: not in the silence of a copyover, and best in a thread."""
    import mud.net.interpreter  # noqa: F401


def colours_of(name: str) -> int:
    """How many colours a terminal of that name has."""
    low = name.lower()
    if "256" in low or "truecolor" in low or low in ("mudlet", "cmud", "zmud", "atlantis", "potato", "mudrammer"):
        return 256
    return (
        16 if any(word in low for word in ("ansi", "xterm", "vt1", "vt2", "linux", "color", "screen", "tintin")) else 0
    )
