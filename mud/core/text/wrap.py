"""Word wrap: breaks lines to the width of a screen, counting display columns rather than characters."""

from __future__ import annotations

import re
import unicodedata

from mud.core.text.markup import END, OPEN, strip

_PIECES = re.compile(" +|[^ ]+")  # a word may have tags in it: a tag has no spaces
_LETTERS = re.compile(f"{OPEN}[^{END}]*{END}|.", re.S)


def wrap(line: str, width: int) -> list[str]:
    """Break a line into lines of at most `width` columns, at spaces; tags take no columns. Width 0: no wrapping."""
    if not width or (len(line) <= width and line.isascii()):
        return [line]
    indent = line[: len(line) - len(line.lstrip(" "))]
    hang = indent if len(indent) < width // 2 else ""
    lines: list[str] = []
    current, used, gap = "", 0, ""
    for piece in _PIECES.findall(line):
        if piece[0] == " ":
            gap += piece
        else:
            for part in _fitting(piece, width - len(hang)):
                size = columns(strip(part))
                if current and used + len(gap) + size > width:
                    lines.append(current)
                    current, used, gap = "", 0, hang
                current, used, gap = current + gap + part, used + len(gap) + size, ""
    return [*lines, current + gap if used + len(gap) <= width else current]


def _fitting(word: str, width: int) -> list[str]:
    """Break a word into parts that fit on a line."""
    if columns(strip(word)) <= width:
        return [word]
    parts, current, used = [], "", 0
    for letter in _LETTERS.findall(word):
        size = columns(strip(letter))
        if used + size > width and current:
            parts.append(current)
            current, used = "", 0
        current, used = current + letter, used + size
    return [*parts, current]


def columns(text: str) -> int:
    """How many columns a text takes: wide letters (UAX #11) two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(c) or c in "\u200b\u200c\u200d"
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )
