"""Turns prose that was broken into lines by hand into paragraphs, which each screen wraps at its width.

What was meant to be in lines keeps them: pictures, tables, verse, signs.
"""

from __future__ import annotations

import re
from itertools import pairwise

from mud.core.text.markup import strip

#: From this length on a line is taken for full; and the deepest indent of a paragraph's first line.
_FULL, _INDENT = 50, 8
#: The narrowest column of prose.
_COLUMN = 36
_DRAWN = re.compile(r"[^\s.!?](?: {3,}|\t)\S|[^\w\s.,!?'\"]{3,}|^\s*[|+*#:/\\<>=~-]|[|/\\_]\s*$")
_GOES_ON = re.compile(r"[^\W\d_]$|[,;'’-]$")
_POINT = re.compile(r"(?:[0-9]{1,3}|[A-Za-z])[.)]\s|[-*•]\s")


def reflow(text: str) -> str:
    """The text with one line for each paragraph."""
    if "\n" not in text and not text[:1].isspace():
        return text
    blocks = re.split(r"\n(?:[ \t]*\n)+", text)
    return "\n\n".join("\n".join(_block(block.split("\n"))) for block in blocks).strip("\n")


def _block(lines: list[str]) -> list[str]:
    """The lines between two empty ones."""
    plain = [strip(line).rstrip() for line in lines]
    if any(_DRAWN.search(line) for line in plain) or sum(map(_indent, plain[1:])) > _INDENT * (len(plain) - 1) // 2:
        return lines
    if _indent(plain[0]) > _INDENT:
        return lines
    found, filled = [lines[0].lstrip()], _filled(plain)
    for before, after, line in zip(plain, plain[1:], lines[1:], strict=False):
        if _indent(after):
            found += ["", line.lstrip()]
        elif not _POINT.match(after) and (filled or _joined(before.lstrip(), after)):
            found[-1] = f"{found[-1].rstrip()}{_between(before, after)}{line}"
        else:
            found.append(line)
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _filled(lines: list[str]) -> bool:
    """Whether each line ends where the next word did not fit, as in a column."""
    widest = max(map(len, lines))
    breaks = [len(before) + 1 + len(after.split(" ")[0]) for before, after in pairwise(lines)]
    return widest >= _COLUMN and len(breaks) > 1 and min(breaks) > widest


def _joined(before: str, after: str) -> bool:
    """Whether a line continues in the next one."""
    return len(before) >= _FULL or (_GOES_ON.search(before) is not None and after[:1].islower())


def _between(before: str, after: str) -> str:
    """What to put between two lines that become one: nothing after the hyphen of a word."""
    return "" if re.search(r"\w-$", before) and after[:1].islower() else " "
