"""From text to lines: all kinds of line endings, split anywhere, and backspace. Pure, on bytes.

An incomplete UTF-8 character is just bytes here; it is decoded with its line.
"""

from __future__ import annotations

import re

CR, LF, NUL, BS, DEL, KILL = 13, 10, 0, 8, 127, 21
#: Stands for a line that was longer than the limit. No line can be this: NUL never gets into one.
OVERLONG = b"\0"
_SPECIAL = re.compile(rb"([\x00\x08\n\r\x15\x7f])")


def _is_character(data: bytes | bytearray) -> bool:
    """Whether `data` is exactly one character of UTF-8 (bytes of Latin-1 hardly ever are)."""
    try:
        return len(data.decode("utf-8")) == 1
    except UnicodeDecodeError:
        return False


class LineBuffer:
    """Collects bytes into lines. `partial` is the line not yet ended, `after_cr` that a CR ended the last one.

    Of a line longer than the limit nothing is kept (`overlong`), and OVERLONG comes out in its place: it is lost alone.
    """

    def __init__(self, limit: int, partial: bytes = b"", after_cr: bool = False, overlong: bool = False) -> None:
        self._limit = limit
        self._line = bytearray(partial)
        self.after_cr = after_cr
        self.overlong = overlong

    @property
    def partial(self) -> bytes:
        """What has been typed of the next line."""
        return bytes(self._line)

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes: CR LF, CR NUL, CR alone and LF alone all end one (RFC 854)."""
        if data.endswith(b"\r\n") and not self.after_cr and not _SPECIAL.search(data, 0, len(data) - 2):
            self._add(data[:-2])  # the usual: one line, whole
            return [self._take()]
        lines: list[bytes] = []
        for piece in _SPECIAL.split(data):
            byte = piece[0] if len(piece) == 1 else -1
            if byte in (CR, LF, NUL, BS, DEL, KILL):
                self._edit(byte, lines)
            elif piece:  # others are removed when the line is decoded: they may end a terminal sequence
                self.after_cr = False
                self._add(piece)
        return lines

    def _edit(self, byte: int, lines: list[bytes]) -> None:
        second = self.after_cr and byte in (LF, NUL)
        self.after_cr = byte == CR
        if second:
            return
        if byte in (CR, LF):
            lines.append(self._take())
        elif byte in (BS, DEL):
            self.erase()
        elif byte == KILL:
            self.clear()

    def erase(self) -> None:
        """Take back one character: in UTF-8 that may be several bytes."""
        for size in (2, 3, 4):
            if len(self._line) >= size and _is_character(self._line[-size:]):
                del self._line[-size:]
                return
        del self._line[-1:]

    def clear(self) -> None:
        """Take back the whole line."""
        self._line.clear()
        self.overlong = False

    def _add(self, piece: bytes) -> None:
        self.overlong = self.overlong or len(self._line) + len(piece) > self._limit
        if self.overlong:
            self._line.clear()
        else:
            self._line += piece

    def _take(self) -> bytes:
        """The line that is complete; the next one begins."""
        line = OVERLONG if self.overlong else bytes(self._line)
        self.clear()
        return line
