"""Colour markup: a notation for builders, and an internal form that nobody can type.

Builders write `{red}a warning{/}`, and `{{` for a brace. `parse` turns that into the internal form, in which a
tag stands between two control characters (SOH name STX). The server removes control characters from what players
type, so no player can ever write a colour: there is nothing to escape and nothing to forget.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

OPEN, END = "\x01", "\x02"
CLOSE = f"{OPEN}/{END}"

#: How each tag looks on a screen of 16 or 256 colours: names with a meaning first, plain colours after.
#: A value is (colour of 16: 0-15 or None, colour of 256 or None, bold).
STYLES: dict[str, tuple[int | None, int | None, bool]] = {
    "room": (14, 80, True),
    "exit": (6, 73, False),
    "mob": (11, 179, False),
    "player": (15, 231, True),
    "item": (10, 108, False),
    "say": (15, 230, False),
    "tell": (13, 176, False),
    "shout": (11, 221, False),
    "emote": (7, 252, False),
    "error": (9, 203, False),
    "system": (12, 111, False),
    "title": (15, 231, True),
    "hint": (8, 245, False),
    "black": (0, 0, False),
    "red": (9, 203, False),
    "green": (10, 114, False),
    "yellow": (11, 221, False),
    "blue": (12, 75, False),
    "magenta": (13, 176, False),
    "cyan": (14, 80, False),
    "white": (15, 231, False),
    "grey": (8, 245, False),
    "bold": (None, None, True),
}

_INNER = re.compile(f"{OPEN}([^{END}]*){END}")
_SOURCE = re.compile(r"\{\{|\{(/|[a-z0-9]+)\}")


def tag(name: str, text: str) -> str:
    """`text` in the style `name` (a key of STYLES, or "0" to "255"), in the internal form."""
    return f"{OPEN}{name}{END}{text}{CLOSE}"


def parse(source: str) -> str:
    """Convert builders' notation to the internal form.

    Raises ValueError with the nearest known name for a tag that does not exist.
    """
    if "{" not in source:
        return source
    return _SOURCE.sub(_inner, source)


def _inner(match: re.Match[str]) -> str:
    name = match[1]
    if name is None:
        return "{"
    if name != "/" and name not in STYLES and not (name.isdigit() and int(name) < 256):
        near = get_close_matches(name, STYLES, 1)
        hint = f"; did you mean {{{near[0]}}}?" if near else "; write {{ for a brace"
        raise ValueError(f"unknown colour {{{name}}}{hint}")
    return f"{OPEN}{name}{END}"


def unparse(text: str) -> str:
    """Convert the internal form back to builders' notation: `parse(unparse(t)) == t`."""
    return _INNER.sub(lambda m: f"{{{m[1]}}}", text.replace("{", "{{"))


def strip(text: str) -> str:
    """`text` without its tags."""
    return _INNER.sub("", text) if OPEN in text else text
