"""As much telnet as a bot needs: commands out of the text, and an answer to each offer, once."""

from __future__ import annotations

import codecs
import re
import struct

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
ECHO, NAWS = 1, 31

#: A whole telnet command; what is left behind it begins with the next one or with text.
_COMMAND = re.compile(rb"\xff(?:(\xff)|([\xfb-\xfe])(.)|\xfa.*?\xff\xf0|[^\xff\xfa-\xfe])", re.S)


class Telnet:
    """What came, decoded. `size` is the window to tell about (columns, lines); None refuses to."""

    def __init__(self, size: tuple[int, int] | None = None) -> None:
        self.size = size
        self.replies = b""  # to be sent by whoever owns the socket
        self._rest = b""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._answered: set[tuple[int, int]] = set()

    def feed(self, data: bytes) -> str:
        """The text in `data`; a command that is cut in half waits for its other half."""
        data, self._rest = self._rest + data, b""
        text = b""
        while (at := data.find(b"\xff")) >= 0:
            text += data[:at]
            found = _COMMAND.match(data, at)
            if found is None:
                self._rest = data[at:]
                return self._decode(text)
            text += found[1] or b""
            if found[2]:
                self._answer(found[2][0], found[3][0])
            data = data[found.end() :]
        return self._decode(text + data)

    def _answer(self, verb: int, option: int) -> None:
        """Take the server's echo, tell the window's size, refuse all else."""
        if verb in (DONT, WONT):
            self._answered.discard((DO if verb == DONT else WILL, option))
            return
        if (verb, option) in self._answered:
            return
        self._answered.add((verb, option))
        if verb == WILL:
            self.replies += bytes((IAC, DO if option == ECHO else DONT, option))
        elif option == NAWS and self.size is not None:
            self.replies += bytes((IAC, WILL, NAWS, IAC, SB, NAWS)) + struct.pack(">HH", *self.size) + bytes((IAC, SE))
        else:
            self.replies += bytes((IAC, WONT, option))
