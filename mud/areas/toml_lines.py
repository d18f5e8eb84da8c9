"""Where a key is in a TOML file. tomllib does not keep the lines of values, and a builder needs them."""

from __future__ import annotations

import re
from functools import cached_property

Where = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=\s*(.*)$"""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_ESCAPED = re.compile(r"\\.")
_STRINGS = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


class Lines:
    """The lines of one file by path: `("room", 2, "exits", "east")` is the third room's exit to the east.

    The text is searched when the first line is asked for: most files have nothing wrong with them.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def of(self, path: Where) -> int:
        """The line of `path`, of the first of an array of that name, or of the nearest thing around it."""
        while path not in self._lines:
            if (*path, 0) in self._lines:
                return self._lines[*path, 0]
            path = path[:-1]
        return self._lines[path]

    @cached_property
    def _lines(self) -> dict[Where, int]:
        found: dict[Where, int] = {(): 1}
        table: Where = ()
        counts: dict[Where, int] = {}
        quote, depth = "", 0  # inside a multi-line string, or inside so many brackets
        for number, line in enumerate(self._text.split("\n"), 1):
            if quote:
                quote = "" if quote in _ESCAPED.sub("", line) else quote
                continue
            if depth == 0 and (header := _HEADER.match(line)):
                table = self._enter(header[2], header[1] == "[[", counts)
                found.setdefault(table, number)
                continue
            value = line
            if depth == 0 and (key := _KEY.match(line)):
                found.setdefault(table + tuple(map(_bare, _PART.findall(key[1]))), number)
                value = key[2]
            quote = _opens(value)
            if not quote:
                plain = _STRINGS.sub("", value).split("#")[0]
                depth = max(0, depth + sum(plain.count(c) for c in "[{") - sum(plain.count(c) for c in "]}"))
        return found

    def _enter(self, name: str, array: bool, counts: dict[Where, int]) -> Where:
        """The path of a header. In the headers that follow, an array stands for its latest element."""
        path: Where = ()
        parts = [_bare(part) for part in _PART.findall(name)]
        for at, part in enumerate(parts):
            path += (part,)
            if at == len(parts) - 1 and array:
                counts[path] = counts.get(path, -1) + 1
            if path in counts:
                path += (counts[path],)
        return path


def _bare(part: str) -> str:
    return part[1:-1] if part[0] in "\"'" else part


def _opens(value: str) -> str:
    """The quotes of a multi-line string that begins in `value` and does not end there."""
    for quote in ('"""', "'''"):
        begun = _ESCAPED.sub("", value).lstrip()
        if begun.startswith(quote) and begun.count(quote) == 1:
            return quote
    return ""
