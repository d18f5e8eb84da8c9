"""Telnet framing (RFC 854): where text ends and commands begin in a stream of bytes. Pure.

Only complete commands are returned. An incomplete one stays in `partial`, which a copyover carries.
"""

from __future__ import annotations

import re

from msgspec import Struct

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
_IAC = b"\xff"
#: The contents of a subnegotiation. Possessive, because it is scanned again with every byte that arrives.
_INSIDE = re.compile(rb"(?:[^\xff]++|\xff\xff)*+")


class OverBudget(Exception):
    """A connection did more than it may. str() of it is the reason, in words for people."""


class TelnetCommand(Struct, frozen=True):
    """One complete telnet command, with its IAC."""

    data: bytes


class Framer:
    """Splits bytes into text and commands."""

    def __init__(self, limit: int, partial: bytes = b"") -> None:
        self._limit = limit
        self.partial = partial

    def feed(self, data: bytes) -> list[bytes | TelnetCommand]:
        """The text and the commands that `data` completes. IAC IAC is the byte 255 of a text.

        Raises OverBudget when a subnegotiation grows past the limit.
        """
        if not self.partial and _IAC not in data:
            return [data] if data else []
        data = self.partial + data
        found: list[bytes | TelnetCommand] = []
        at = 0
        while at < len(data):
            iac = data.find(_IAC, at)
            if iac < 0:
                found.append(data[at:])
                at = len(data)
                break
            if iac > at:
                found.append(data[at:iac])
            end = command_end(data, iac)
            if end < 0:
                at = iac
                break
            if end - iac > self._limit:
                raise OverBudget(f"a telnet subnegotiation of more than {self._limit} bytes")
            found.append(_IAC if data[iac + 1] == IAC else TelnetCommand(data[iac:end]))
            at = end
        self.partial = data[at:]
        if len(self.partial) > self._limit:
            raise OverBudget(f"a telnet subnegotiation of more than {self._limit} bytes")
        return found


def command_end(data: bytes, start: int) -> int:
    """Where the command that begins at `start` ends; -1 when it is not complete."""
    if len(data) < start + 2:
        return -1
    kind = data[start + 1]
    if kind == SB:
        return _subnegotiation_end(data, start + 2)
    length = 3 if kind in (DO, DONT, WILL, WONT) else 2
    return start + length if len(data) >= start + length else -1


def _subnegotiation_end(data: bytes, at: int) -> int:
    """The offset after IAC SE. IAC IAC is a byte of the data; IAC and anything else ends it early (RFC 855)."""
    inside = _INSIDE.match(data, at)
    iac = inside.end() if inside else at
    if len(data) < iac + 2:
        return -1
    return iac + 2 if data[iac + 1] == SE else iac
