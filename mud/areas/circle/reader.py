"""Reading one file of the CircleMUD formats: records that begin with `#NUMBER`, and texts that end with `~`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mud.core.markup import CLOSE, END, OPEN

_RECORD = re.compile(r"#(\d+)\s*~?\s*$")

#: tbaMUD's colour codes, as styles of ours.
_COLOURS = dict(zip("rgybmcwdRGYBMCWD", "red green yellow blue magenta cyan white grey".split() * 2, strict=True))
_CODE = re.compile(r"@(.)", re.S)


class Malformed(Exception):
    """A record that can't be read any further. str() of it says what and what to do."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class Reader:
    """One file's lines, and how far they have been read."""

    def __init__(self, path: Path) -> None:
        self.name = f"{path.parent.name}/{path.name}"
        self._lines = path.read_bytes().decode("latin-1").replace("\r\n", "\n").split("\n")
        if self._lines[-1] == "":
            self._lines.pop()
        self._next = 0

    @property
    def line(self) -> int:
        """The number of the line read last."""
        return self._next

    def take(self, what: str) -> str:
        """The next line that is not empty. Raises Malformed at the end of the file."""
        while self._next < len(self._lines):
            self._next += 1
            line = self._lines[self._next - 1].strip()
            if line:
                return line
        raise Malformed(self._next, f"the file ends where {what} should be; is it cut short?")

    def peek(self) -> str:
        """The next line that is not empty, without taking it; "" at the end."""
        at = self._next
        while at < len(self._lines):
            if self._lines[at].strip():
                return self._lines[at].strip()
            at += 1
        return ""

    def text(self, what: str) -> str:
        """A text up to its `~`, in our markup, without line ends around it. Raises Malformed when it has no end."""
        start, parts = self._next + 1, []
        while self._next < len(self._lines):
            line = self._lines[self._next]
            self._next += 1
            # The ~ that ends a text is the last thing on its line; what a builder put behind it is ignored.
            if "~" in line:
                parts.append(line[: line.index("~")])
                return coloured("\n".join(parts)).strip("\n")
            parts.append(line)
        raise Malformed(start, f"{what} has no ~ at its end; add it")

    def numbers(self, what: str, least: int) -> list[int]:
        """A line of at least so many numbers. Raises Malformed."""
        line = self.take(what)
        try:
            found = [int(word) for word in line.split()]
        except ValueError:
            raise Malformed(self.line, f"{what} should be {least} numbers, not {line[:40]!r}") from None
        if len(found) < least:
            raise Malformed(self.line, f"{what} should be {least} numbers, there are {len(found)}")
        return found

    def words(self, what: str, least: int) -> list[str]:
        """A line of at least so many words. Raises Malformed."""
        found = self.take(what).split()
        if len(found) < least:
            raise Malformed(self.line, f"{what} should have {least} parts, there are {len(found)}")
        return found

    def records(self) -> Iterator[int]:
        """The number of each record, the file standing behind its first line.

        Whatever is between the end of a record and the next one is passed over: after a malformed one, that is how
        reading goes on. Raises Malformed when there is something there that is no record.
        """
        while self._next < len(self._lines):
            line = self._lines[self._next].strip()
            self._next += 1
            found = _RECORD.match(line)
            if found:
                yield int(found[1])
            elif line.startswith("$"):
                return


def coloured(text: str) -> str:
    """tbaMUD's `@r` as our markup: a new colour ends the one before, `@n` ends it, `@@` is an @."""
    text = "".join(c for c in text if c == "\n" or c == "\t" or ord(c) >= 32)
    if "@" not in text:
        return text
    is_open = False

    def turn(match: re.Match[str]) -> str:
        nonlocal is_open
        code = match[1]
        if code == "@":
            return "@"
        name = _COLOURS.get(code)
        if name is None and code != "n":
            return match[0]
        close, is_open = (CLOSE if is_open else ""), name is not None
        return close + (f"{OPEN}{name}{END}" if name else "")

    text = _CODE.sub(turn, text)
    return text + CLOSE if is_open else text


def bits(words: list[str], table: tuple[str, ...], line: int) -> tuple[str, ...]:
    """The names of the bits that are set in one or four words of flags, each a number or letters ("abQ").

    Raises Malformed for a word that is neither.
    """
    found: list[str] = []
    for at, word in enumerate(words):
        for bit in _bits_of(word, line):
            number = bit + 32 * at
            found.append(table[number] if number < len(table) else f"bit{number}")
    return tuple(found)


def _bits_of(word: str, line: int) -> list[int]:
    if word.lstrip("-").isdigit():
        value = int(word) & 0xFFFFFFFF
        return [n for n in range(32) if value >> n & 1]
    if not word.isalpha() or not word.isascii():
        raise Malformed(line, f"{word[:20]!r} are no flags; write a number, or letters from a to Z")
    return sorted({ord(c) - ord("a") if c.islower() else ord(c) - ord("A") + 26 for c in word})


def pick(table: tuple[str, ...], number: int, what: str, line: int) -> str:
    """The name of a number. Raises Malformed for one that has none."""
    if not 0 <= number < len(table):
        raise Malformed(line, f"there is no {what} {number}; known are 0 to {len(table) - 1}")
    return table[number]
