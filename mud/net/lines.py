"""From text to lines: every line ending there is, split anywhere, and backspace. Pure, on bytes.

A character of UTF-8 that is cut in half is just bytes here; it is decoded with its line.
"""

from __future__ import annotations

from mud.net.framing import OverBudget

CR, LF, NUL, BS, DEL, KILL = 13, 10, 0, 8, 127, 21
_PLAIN = bytes(range(32, 127)) + bytes(range(128, 256))


def _is_character(data: bytes | bytearray) -> bool:
    """Whether `data` is exactly one character of UTF-8 (bytes of Latin-1 hardly ever are)."""
    try:
        return len(data.decode("utf-8")) == 1
    except UnicodeDecodeError:
        return False


class LineBuffer:
    """Collects bytes into lines. `partial` is the line not yet ended, `after_cr` that a CR ended the last one."""

    def __init__(self, limit: int, partial: bytes = b"", after_cr: bool = False) -> None:
        self._limit = limit
        self._line = bytearray(partial)
        self.after_cr = after_cr

    @property
    def partial(self) -> bytes:
        """What has been typed of the next line."""
        return bytes(self._line)

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes: CR LF, CR NUL, CR alone and LF alone all end one (RFC 854).

        Raises OverBudget for a line longer than the limit.
        """
        if data.endswith(b"\r\n") and not self.after_cr and not data[:-2].translate(None, _PLAIN):
            line = bytes(self._line) + data[:-2]  # the usual: one plain line, whole
            self._line.clear()
            self._check(len(line))
            return [line]
        lines: list[bytes] = []
        for byte in data:
            if byte in (LF, NUL) and self.after_cr:
                self.after_cr = False
                continue
            self.after_cr = byte == CR
            if byte in (CR, LF):
                lines.append(bytes(self._line))
                self._line.clear()
            else:
                self._edit(byte)
        return lines

    def _edit(self, byte: int) -> None:
        if byte in (BS, DEL):
            self.erase()
        elif byte == KILL:
            self._line.clear()
        elif byte != NUL:  # other control characters go when the line is decoded: they may end a sequence
            self._line.append(byte)
            self._check(len(self._line))

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

    def _check(self, length: int) -> None:
        if length > self._limit:
            raise OverBudget(f"a line of more than {self._limit} bytes")
