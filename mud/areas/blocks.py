"""An area file as blocks, one for each header, which can be changed one by one.

Joined again, they are the same file, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_NAME}(?:[ \t]*\.[ \t]*{_NAME})*)[ \t]*\]\]?[ \t]*(?:\#[^\n]*)?(?:\n|\Z)")
_REST = re.compile(r"[^\n]*\n?")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_TOKEN = re.compile(
    r'''(?P<string>"""(?:[^"\\]+|\\.|"{1,2}(?!"))*"{3,5}|\'\'\'(?:[^']+|'{1,2}(?!'))*'{3,5}'''
    r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
    r"""|(?P<comment>\#[^\n]*)|(?P<line>\n)|(?P<open>[\[{])|(?P<close>[\]}])|(?P<space>[ \t\r]+)|(?P<other>.)""",
    re.S,
)


class TomlBlock(Struct):
    """A header and what follows it. `lead` is the comments right above it and its own line; `path` is its name:
    ("room", "exits"). The text before the first header has the path ().
    """

    path: tuple[str, ...]
    array: bool
    lead: str
    body: str

    @property
    def text(self) -> str:
        """The whole block, as it is in the file."""
        return self.lead + self.body

    def split_body(self) -> tuple[str, str]:
        """The body's keys, and the comments and empty lines after the last of them."""
        lines = self.body.splitlines(keepends=True)
        end = len(lines)
        while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
            end -= 1
        return "".join(lines[:end]), "".join(lines[end:])


def blocks_of(text: str) -> list[TomlBlock]:
    """Split a file into blocks."""
    found = [TomlBlock((), False, "", "")]
    at = 0
    for begin, end, path, array in _headers(text):
        found[-1].body = text[at:begin]
        found.append(TomlBlock(path, array, text[begin:end], ""))
        at = end
    found[-1].body = text[at:]
    return found


def _headers(text: str) -> Iterator[tuple[int, int, tuple[str, ...], bool]]:
    """Of each header: where its comments begin, where it ends, its path, and whether it belongs to an array."""
    at = depth = 0
    fresh, line = True, 0  # nothing but spaces since the line began
    comments: int | None = None  # where the comments right above began
    while at < len(text):
        if fresh and depth == 0 and (header := _HEADER.match(text, at)):
            path = tuple(part[1:-1] if part[0] in "\"'" else part for part in _PART.findall(header[2]))
            yield (line if comments is None else comments), header.end(), path, header[1] == "[["
            at = line = header.end()
            fresh, comments = True, None
            continue
        token = _TOKEN.match(text, at)
        assert token is not None
        kind = token.lastgroup
        if kind == "line":
            if fresh:
                comments = None  # an empty line
            fresh, line = depth == 0, token.end()
        elif kind == "comment" and fresh:
            comments = line if comments is None else comments
            token = _REST.match(text, at)  # with its end, or it would look like an empty line
            assert token is not None
            line = token.end()
        elif kind != "space":
            depth = max(0, depth + (kind == "open") - (kind == "close"))
            fresh, comments = False, None
        at = token.end()
