"""Colour codes of CircleMUD's relatives and of its colour patches, as our markup.

A world's texts show which codes it has: an & is usually no more than an "and".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from mud.core.text.markup import CLOSE, END, OPEN

_NAMES = "red green yellow blue magenta cyan white grey".split()
#: The usual letters, dark and bright.
_LETTERS = dict(zip("rgybmcwdRGYBMCWD", _NAMES * 2, strict=True))
_END, _GONE = "/", ""  # what a code may be besides a style: the end of one; a code without an equivalent
_LOST = dict.fromkeys("01234567lue", _GONE)  # backgrounds, blinking, underlined, reversed
_ANSI = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
_NUMBERED = {f"{n:02}": name for n, name in enumerate([*_ANSI, "grey", *_ANSI[1:]])}
_TBA = {"o": "208", "O": "214", "a": "29", "A": "49", "p": "125", "P": "197", "+": "bold", "n": _END}


class Scheme(NamedTuple):
    """One way to write colours: the form of its codes (the first group tells them apart), and what each means."""

    name: str
    code: re.Pattern[str]
    styles: dict[str, str]
    enough: int = 3  # this many codes at the beginnings of words are colours even if none of them ends; 0: never


def _scheme(mark: str, styles: dict[str, str], enough: int = 0) -> Scheme:
    """Codes made of a mark and a letter; the mark twice stands for itself."""
    return Scheme(f"{mark}x", re.compile(f"{re.escape(mark)}(.)", re.S), {mark: mark, **styles}, enough)


SCHEMES = (
    Scheme("@x", re.compile(r"@(\[[fF][0-5]{3}\]|\[[bB][0-5]{3}\]|.)", re.S), {"@": "@", **_LETTERS, **_TBA}, enough=1),
    _scheme("&", {**_LETTERS, **_LOST, "o": "bold", "n": _END, "N": _END, "x": _END}),
    _scheme("&", {**{str(n): name for n, name in enumerate(_NAMES[:7], 1)}, "8": "grey", "9": "bold", "0": _END}),
    _scheme("{", {**_LETTERS, "x": _END, "n": _END, "N": _END}),
    _scheme("^", {**_LETTERS, "n": _END, "N": _END, "x": _END}),
    Scheme(r"\c00", re.compile(r"[\\/]c([0-9]{2})"), {**_NUMBERED, "00": _END}),
    Scheme("$c0000", re.compile(r"\$c[0-9]{2}([0-9]{2})"), {**_NUMBERED, "07": _END}),
)
_ESCAPE = re.compile("\x1b\\[([0-9;]*)m")
#: The end of a colour on a line of its own.
_LAST_LINE = re.compile(f"\\s+{OPEN}/{END}\\s*$")
_TAG = re.compile(f"{OPEN}([^{END}]*){END}")


class Colours:
    """The colour schemes of a world, by which its texts are read. Terminals' escape sequences are always read."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        joined = "\n".join(texts)
        used: dict[str, tuple[int, Scheme]] = {}  # of those with the same beginning, the one that explains more
        for scheme in SCHEMES:
            seen = _seen(scheme, joined)
            if seen > used.get(scheme.name, (0, scheme))[0]:
                used[scheme.name] = (seen, scheme)
        self.schemes = [scheme for _, scheme in used.values()]

    @property
    def names(self) -> list[str]:
        """The forms of the schemes, for people."""
        return [scheme.name for scheme in self.schemes]

    def read(self, text: str) -> tuple[str, int]:
        """A text in our markup, and how many of its codes have no equivalent.

        A new colour ends the one before, as it does in the codes.
        """
        gone = 0

        def turn(scheme: Scheme, match: re.Match[str]) -> str:
            nonlocal gone
            style = _style(scheme, match[1])
            gone += style == _GONE
            return match[0] if style is None else _tag(style)

        text = _ESCAPE.sub(lambda m: "".join(map(_tag, _escaped(m[1]))), text)
        for scheme in self.schemes:
            text = scheme.code.sub(lambda m, scheme=scheme: turn(scheme, m), text)  # type: ignore[misc]
        return _closed(text) if OPEN in text else text, gone


def _seen(scheme: Scheme, text: str) -> int:
    """How many codes of a scheme a text has; 0 if they are more likely something else.

    One at the beginning of a word with an end, or several at the beginnings of words, are no coincidence.
    """
    ends = begins = at_words = 0
    for match in scheme.code.finditer(text):
        style = _style(scheme, match[1])
        if style == _END:
            ends += 1
        elif style and len(style) > 1:
            begins += 1
            before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
            at_words += not before.isalnum() and not after.isspace() and after not in ".,;:)"
    enough = 1 if ends else scheme.enough
    return ends + begins if enough and at_words >= enough else 0


def _style(scheme: Scheme, code: str) -> str | None:
    """The style of a code, or None."""
    if code[:2] in ("[f", "[F"):
        return str(16 + int(code[2:5], 6))
    return _GONE if code[:2] in ("[b", "[B") else scheme.styles.get(code)


def _tag(style: str) -> str:
    """A style's tag, or a mark that stands for itself."""
    return style if len(style) == 1 and style != _END else f"{OPEN}{style}{END}" if style else ""


def _escaped(numbers: str) -> list[str]:
    """The styles of an escape sequence: 1;31 is red, which is bright here anyway."""
    if extended := re.search(r"(?:^|;)38;5;([0-9]{1,3})(?:;|$)", numbers):
        return [str(min(255, int(extended[1])))]
    found = [int(number or 0) for number in numbers.split(";") if len(number) < 4]
    colours = [_ANSI[n % 10] for n in found if n // 10 in (3, 9) and n % 10 < 8]
    return colours[-1:] or [_END if 0 in found else "bold" if 1 in found else _GONE]


def _closed(text: str) -> str:
    """Close tags so that none is open inside another, and none stays open."""
    is_open = False

    def turn(match: re.Match[str]) -> str:
        nonlocal is_open
        close, is_open = (CLOSE if is_open else ""), match[1] != _END
        return close + (match[0] if is_open else "")

    text = _TAG.sub(turn, text)
    return _LAST_LINE.sub(CLOSE, text + CLOSE if is_open else text)
