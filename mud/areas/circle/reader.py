"""Reading one file of the CircleMUD formats: records that begin with `#NUMBER`, and texts that end with `~`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from mud.areas.circle.colours import Colours
from mud.areas.circle.kinds import Kinds
from mud.areas.circle.prose import reflow
from mud.core.text.markup import strip

_RECORD = re.compile(r"#([0-9]{1,10})\s*~?$")
_END = re.compile(r"\$\s*~?$")
#: What the last line of a record looks like. In prose with a `#5` on a line of its own, no such line comes before it.
_LAST = re.compile(r"[SE]$|T\s+[0-9]+$|[-+0-9\s]+$")
#: From this number on CircleMUD takes a record for the end of the file.
LAST_NUMBER = 99999
_FLAGS = re.compile("(?:[A-Za-z][0-9]?)+")
#: The first line of a block: a letter, possibly with something after it.
_BLOCK = re.compile(r"[A-Z][0-9]*(?:\s|$)")
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}$")


class Malformed(Exception):
    """A record that can't be read any further. str() of it says what is wrong and what to do."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class Findings:
    """Findings about all files together: what is lost, and what was read differently from what is written."""

    def __init__(self) -> None:
        self.lost: Final = Kinds()
        self.changed: Final = Kinds()
        self.counts: Final = Counter[str]()


class Reader:
    """One file's lines, and how far they have been read."""

    def __init__(self, name: str, text: str, colours: Colours, findings: Findings) -> None:
        self.name = name
        self.problems: list[tuple[int, str]] = []  # problems that cost no record
        self.lost = False  # looking for the next record after a malformed one
        self.findings = findings
        self._colours = colours
        for end in ("\r\n", "\n\r", "\r"):
            text = text.replace(end, "\n")
        self._lines = text.split("\n")
        if self._lines[-1] == "":
            self._lines.pop()
        self._next = 0

    def lines(self) -> list[str]:
        """All lines, without the spaces around them."""
        return [line.strip() for line in self._lines]

    def lose(self, kind: str) -> None:
        """Note something in the line read last that can't be imported."""
        self.findings.lost.add(kind, self.place)

    @property
    def version_3(self) -> bool:
        """Whether the file says that it is from CircleMUD 3.0: files of shops do."""
        return any("v3.0" in line for line in self._lines[:3])

    @property
    def place(self) -> str:
        """The line read last, for people."""
        return f"{self.name}:{max(1, self._next)}"

    def rewind(self, line: int) -> None:
        """Continue after a line that was read before."""
        self._next = line

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

    def at_record(self) -> bool:
        """Whether a record has ended: the next one begins here, or the file ends."""
        line = self.peek()
        return not line or _END.match(line) is not None or _RECORD.match(line) is not None

    def peek(self) -> str:
        """The next line that is not empty, without taking it; "" at the end."""
        at = self._next
        while at < len(self._lines):
            if self._lines[at].strip():
                return self._lines[at].strip()
            at += 1
        return ""

    def text(self, what: str) -> str:
        """A text up to the line that ends with `~`, in our markup, without surrounding line ends.

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
                return self._coloured("\n".join([*parts, line[:-1]])).strip("\n")
            parts.append(self._lines[self._next - 1])
        raise Malformed(start, f"{what} has no ~ at its end; add it")

    def prose(self, what: str) -> str:
        """The same for prose, with one line for each paragraph. Raises Malformed."""
        return reflow(self.text(what))

    def _coloured(self, text: str) -> str:
        clean = "".join(c for c in text if c in "\n\t\x1b" or 32 <= ord(c) < 127 or ord(c) >= 160)
        coloured, gone = self._colours.read(clean)
        if gone:
            self.findings.lost.add("colour codes for backgrounds, blinking and the like", self.place, gone)
        controls = len(text) - len(clean) + coloured.count("\x1b")
        if controls:
            self.findings.lost.add("control characters", self.place, controls)
        return coloured.replace("\x1b", "")

    def plain(self, what: str) -> str:
        """A text without colours: keywords and such. Raises Malformed."""
        return strip(self.text(what))

    def _begins(self, at: int) -> bool:
        """Whether a record begins at a line. A text that continues up to there has lost its end."""
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

    def exactly(self, what: str, count: int) -> list[int]:
        """A line of exactly so many numbers. Anything after them is lost. Raises Malformed."""
        found = self.numbers(what, count)
        if any(found[count:]):
            self.lose(f"numbers behind {what}")
        return found[:count]

    def words(self, what: str, least: int) -> list[str]:
        """A line of at least so many words. Raises Malformed."""
        found = self.take(what).split()
        if len(found) < least:
            raise Malformed(self.line, f"{what} should have {least} parts, there are {len(found)}")
        return found

    def records(self) -> Iterator[int]:
        """The number of each record; the file is positioned after its first line.

        Lines between the end of a record and the next one are skipped and noted; not if `lost` was set because the
        record was malformed.
        """
        while self._next < len(self._lines):
            line = self._lines[self._next].strip()
            self._next += 1
            found = _RECORD.match(line)
            if _END.match(line) or (found and self._ends(int(found[1]))):
                return
            if found:
                self.lost = False
                yield int(found[1])
            elif line and not self.lost and not (self._next == 1 and "v3.0" in line):
                self.problems.append(
                    (self._next, f"{line[:30]!r} belongs to no record; up to the next # it is left out")
                )
                self.lost = True
        if not self.lost:
            self.problems.append((max(1, self._next), "there is no $ at the end of the file; is it cut short?"))

    def _ends(self, number: int) -> bool:
        """Whether a `#NUMBER` is the end of the file: in old files with a $ after it, or from 99999 on with nothing."""
        after = self.peek()
        return after.startswith("$") or (number >= LAST_NUMBER and not after)

    # What has no equivalent here

    def pick(self, table: tuple[str, ...], word: str, what: str, instead: str) -> str:
        """The name of a number, or `instead` if it has none."""
        if re.fullmatch("[0-9]{1,9}", word) and int(word) < len(table):
            return table[int(word)]
        self.lose(f"{what} {word[:20]}, taken as {instead}")
        return instead

    def flags(self, words: list[str], table: tuple[str, ...], what: str) -> tuple[str, ...]:
        """The names of the bits that are set in one or four words of flags, each a number, letters ("abQ"), or letters
        with the digit of a plane of 30 ("d0e1"). Bits without a name are kept by their numbers."""
        found: list[str] = []
        for at, word in enumerate(words):
            bits = _bits(word)
            if bits is None:
                self.lose(f"{what} {word[:20]!r}, which are none")
            for number in (bit + 32 * at for bit in bits or ()):
                name = table[number] if number < len(table) else f"bit{number}"
                if name.startswith("bit"):
                    self.findings.changed.add(f"{what} {name}: kept, and nothing comes of it", self.place)
                found.append(name)
        return tuple(dict.fromkeys(found))

    def pass_by(self, what: str, known: str) -> None:
        """Skip blocks without an equivalent, up to a `known` line or the next record. They are named by letter."""
        if not _BLOCK.match(self.peek()):
            return
        while (line := self.peek()) and not re.match(known, line) and not self.at_record():
            self.take("a block")
            if _BLOCK.match(line):
                self.lose(f"{what}: {line.split()[0]}")


def whole(word: str, line: int) -> int:
    """A whole number, of at most 15 digits. Raises Malformed."""
    if not _WHOLE.match(word):
        raise Malformed(line, f"expected a number, not {word[:20]!r}")
    return int(word)


def _bits(word: str) -> list[int] | None:
    """The numbers of the bits in a word of flags; None if it is no such word."""
    if _WHOLE.match(word):
        value = int(word) & 0xFFFFFFFF
        return [n for n in range(32) if value >> n & 1]
    if not _FLAGS.fullmatch(word):
        return None
    pairs = re.findall("([A-Za-z])([0-9]?)", word)
    return sorted(
        {30 * int(plane or 0) + (ord(c) - ord("a") if c.islower() else ord(c) - ord("A") + 26) for c, plane in pairs}
    )
