"""Reading one file of the CircleMUD formats: records that begin with `#NUMBER`, and texts that end with `~`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mud.core.text.markup import CLOSE, END, OPEN, strip

_RECORD = re.compile(r"#([0-9]{1,10})\s*~?$")
_END = re.compile(r"\$\s*~?$")
#: What the last line of a record looks like. Prose that has a `#5` on a line of its own has none of these before it.
_LAST = re.compile(r"[SE]$|T\s+[0-9]+$|[-+0-9\s]+$")
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}$")

#: tbaMUD's colour codes, as styles of ours; what has no name there is a colour of 256.
_COLOURS = dict(zip("rgybmcwdRGYBMCWD", "red green yellow blue magenta cyan white grey".split() * 2, strict=True))
_COLOURS |= {"o": "208", "O": "214", "a": "29", "A": "49", "p": "125", "P": "197", "+": "bold"}
_CODE = re.compile(r"@(?:\[[fF]([0-5]{3})\]|\[[bB][0-5]{3}\]|(.))", re.S)


class Malformed(Exception):
    """A record that can't be read any further. str() of it says what and what to do."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class Reader:
    """One file's lines, and how far they have been read. Raises OSError for a file that can't be read."""

    def __init__(self, path: Path) -> None:
        self.name = f"{path.parent.name}/{path.name}"
        self.problems: list[tuple[int, str]] = []  # what is wrong, but costs no record
        self.lost = False  # looking for the next record after a malformed one
        self._lines = path.read_bytes().decode("latin-1").replace("\r\n", "\n").split("\n")
        if self._lines[-1] == "":
            self._lines.pop()
        self._next = 0

    def lines(self) -> list[str]:
        """All lines, without the spaces around them."""
        return [line.strip() for line in self._lines]

    @property
    def line(self) -> int:
        """The number of the line read last."""
        return self._next

    def take(self, what: str) -> str:
        """The next line that is not empty. Raises Malformed at the end of the file or of the record."""
        line = self.peek()
        while self._next < len(self._lines) and not self._lines[self._next].strip():
            self._next += 1
        if not line or _END.match(line):
            raise Malformed(max(1, self._next), f"the file ends where {what} should be; is it cut short?")
        if _RECORD.match(line):
            raise Malformed(
                self._next + 1, f"{line[:20]} begins where {what} should be; is the record before it whole?"
            )
        self._next += 1
        return line

    def peek(self) -> str:
        """The next line that is not empty, without taking it; "" at the end."""
        at = self._next
        while at < len(self._lines):
            if self._lines[at].strip():
                return self._lines[at].strip()
            at += 1
        return ""

    def text(self, what: str) -> str:
        """A text up to the line that ends with `~`, in our markup, without line ends around it.

        A `~` anywhere else belongs to the text (tbaMUD's fread_string). Raises Malformed when it has no end.
        """
        start = self._next + 1
        parts: list[str] = []
        while self._next < len(self._lines):
            line = self._lines[self._next].rstrip()
            if parts and self._begins(self._next):
                break
            self._next += 1
            if line.endswith("~"):
                return coloured("\n".join([*parts, line[:-1]])).strip("\n")
            parts.append(self._lines[self._next - 1])
        raise Malformed(start, f"{what} has no ~ at its end; add it")

    def plain(self, what: str) -> str:
        """A text without colours: keywords and such. Raises Malformed."""
        return strip(self.text(what))

    def _begins(self, at: int) -> bool:
        """Whether a record begins at a line: then a text that goes on up to there has lost its end."""
        before = self._lines[at - 1].strip()
        return _RECORD.match(self._lines[at].strip()) is not None and _LAST.match(before) is not None

    def numbers(self, what: str, least: int) -> list[int]:
        """A line of at least so many numbers. Raises Malformed."""
        line = self.take(what)
        try:
            found = [whole(word, self.line) for word in line.split()]
        except Malformed:
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

        Whatever is between the end of a record and the next one is passed over and noted; nothing more is noted when
        `lost` was set, because the record was malformed.
        """
        while self._next < len(self._lines):
            line = self._lines[self._next].strip()
            self._next += 1
            found = _RECORD.match(line)
            if found:
                self.lost = False
                yield int(found[1])
            elif _END.match(line):
                return
            elif line and not self.lost and not (self._next == 1 and "v3.0" in line):
                self.problems.append(
                    (self._next, f"{line[:30]!r} belongs to no record; up to the next # it is left out")
                )
                self.lost = True
        if not self.lost:
            self.problems.append((max(1, self._next), "there is no $ at the end of the file; is it cut short?"))


def coloured(text: str) -> str:
    """tbaMUD's `@r` as our markup: a new colour ends the one before, `@n` ends it, `@@` is an @.

    Backgrounds have no like here and go; a code that tbaMUD does not know either stays as it is.
    """
    text = "".join(c for c in text if c in "\n\t" or 32 <= ord(c) < 127 or ord(c) >= 160)
    if "@" not in text:
        return text
    is_open = False

    def turn(match: re.Match[str]) -> str:
        nonlocal is_open
        rgb, code = match.groups()
        if code == "@":
            return "@"
        name = str(16 + int(rgb, 6)) if rgb else _COLOURS.get(code)
        if name is None and code != "n":
            return match[0] if code else ""
        close, is_open = (CLOSE if is_open else ""), name is not None
        return close + (f"{OPEN}{name}{END}" if name else "")

    text = _CODE.sub(turn, text)
    return text + CLOSE if is_open else text


def whole(word: str, line: int) -> int:
    """A whole number, of at most 15 digits. Raises Malformed."""
    if not _WHOLE.match(word):
        raise Malformed(line, f"expected a number, not {word[:20]!r}")
    return int(word)


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
    if _WHOLE.match(word):
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
