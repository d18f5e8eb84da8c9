"""Rendering: marked-up text to the bytes of one kind of screen. Wrapped, coloured, encoded; pure."""

from __future__ import annotations

import re
from functools import lru_cache

from colorama import Fore, Style

from mud.core.session import Screen
from mud.core.text.markup import END, OPEN, STYLES
from mud.core.text.wrap import wrap
from mud.net.charset import encode, spell

_TAG = re.compile(f"{OPEN}([^{END}]*){END}")
_SIXTEEN: list[str] = [
    Fore.BLACK, Fore.RED, Fore.GREEN, Fore.YELLOW, Fore.BLUE, Fore.MAGENTA, Fore.CYAN, Fore.WHITE,
    Fore.LIGHTBLACK_EX, Fore.LIGHTRED_EX, Fore.LIGHTGREEN_EX, Fore.LIGHTYELLOW_EX, Fore.LIGHTBLUE_EX,
    Fore.LIGHTMAGENTA_EX, Fore.LIGHTCYAN_EX, Fore.LIGHTWHITE_EX,
]  # fmt: skip


#: Longer texts are rarely sent to more than one screen, and would fill the cache.
MAX_CACHED_LENGTH = 400


def render(text: str, screen: Screen) -> bytes:
    """`text` for `screen`: wrapped at its width, tags turned into colours or removed, CR LF, IAC doubled (RFC 854)."""
    if OPEN not in text and len(text) <= screen.width and text.isascii():
        return text.replace("\n", "\r\n").encode("ascii")
    return _kept(text, screen) if len(text) <= MAX_CACHED_LENGTH else _render(text, screen)


def _render(text: str, screen: Screen) -> bytes:
    lines = [wrapped for line in spell(text, screen.charset).split("\n") for wrapped in wrap(line, screen.width)]
    coloured = colour("\n".join(lines), screen.colours)
    return encode(coloured.replace("\n", "\r\n"), screen.charset).replace(b"\xff", b"\xff\xff")


#: A text for many players is rendered once for each kind of screen.
_kept = lru_cache(maxsize=512)(_render)


def colour(text: str, colours: int) -> str:
    """Tags turned into colour sequences. A style ends with its tag, and no style continues over the end of a line."""
    if OPEN not in text:
        return text
    if not colours:
        return _TAG.sub("", text)
    open_tags: list[str] = []
    out: list[str] = []
    for line in text.split("\n"):
        shown = "".join(sequence(name, colours) for name in open_tags)
        at = 0
        for match in _TAG.finditer(line):
            shown += line[at : match.start()] + _turn(match[1], open_tags, colours)
            at = match.end()
        out.append(shown + line[at:] + (Style.RESET_ALL if open_tags else ""))
    return "\n".join(out)


def _turn(name: str, open_tags: list[str], colours: int) -> str:
    """One tag: an opening tag adds its style, a closing tag returns to the style around it."""
    if name != "/":
        open_tags.append(name)
        return sequence(name, colours)
    if open_tags:
        open_tags.pop()
    return Style.RESET_ALL + "".join(sequence(n, colours) for n in open_tags)


@lru_cache(maxsize=1024)
def sequence(name: str, colours: int) -> str:
    """The sequence that begins a style on a screen of 16 or 256 colours (SGR, ECMA-48 8.3.117)."""
    if name.isdigit():
        return f"\x1b[38;5;{name}m" if colours == 256 else _SIXTEEN[nearest(int(name))]
    basic, rich, bold = STYLES.get(name, (None, None, False))
    if colours == 256 and rich is not None:
        shown = f"\x1b[38;5;{rich}m"
    else:
        shown = _SIXTEEN[basic] if basic is not None else ""
    return (Style.BRIGHT if bold else "") + shown


def nearest(number: int) -> int:
    """The one of 16 colours that is nearest to one of 256 (xterm's cube and grey ramp)."""
    if number < 16:
        return number
    if number >= 232:
        level = number - 232
        return 0 if level < 6 else 8 if level < 13 else 7 if level < 20 else 15
    red, green, blue = (number - 16) // 36, (number - 16) // 6 % 6, (number - 16) % 6
    top = max(red, green, blue)
    bits = sum(bit for bit, part in ((1, red), (2, green), (4, blue)) if part * 2 > top) if top else 0
    return bits + (8 if top >= 4 else 0)
