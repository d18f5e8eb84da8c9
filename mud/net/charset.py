"""Text in and out: what players type is decoded and cleaned, what they see is encoded for their screen."""

from __future__ import annotations

import re
import unicodedata

#: Terminal sequences (ECMA-48): CSI ... final, OSC/DCS/APC/PM ... BEL or ST, and two-byte escapes.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
#: Controls (C0, DEL, C1), line and paragraph separators, and what turns the direction of text (bidi).
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\ufff9-\ufffb]"
)
#: Noncharacters and lone surrogates do not belong in a text either.
_PLANE_ENDS = "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
_NOTHING = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}]")

#: Typographic characters, and what stands for them on screens that can't show them.
_PLAIN = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"',
        "\u00bb": '"', "\u2013": "-", "\u2014": "--", "\u2015": "--", "\u2026": "...", "\u2022": "*", "\u00a0": " ",
        "\u2212": "-", "\u00d7": "x", "\u00df": "ss", "\u00e6": "ae", "\u00c6": "AE", "\u00f8": "o", "\u00d8": "O",
        "\u0153": "oe", "\u0152": "OE", "\u20ac": "EUR",
    }
)  # fmt: skip


def decode(line: bytes, utf8_agreed: bool) -> tuple[str, bool]:
    """A line of input as clean text, and whether it was valid UTF-8.

    Invalid UTF-8 is taken for Latin-1, unless the client agreed to UTF-8: then invalid bytes become U+FFFD.
    """
    if line.isascii():
        text, valid = line.decode("ascii"), True
        if text.isprintable():
            return text, True
    else:
        try:
            text, valid = line.decode("utf-8"), True
        except UnicodeDecodeError:
            text, valid = line.decode("utf-8", "replace") if utf8_agreed else line.decode("latin-1"), False
    return clean(text), valid


def clean(text: str) -> str:
    """`text` without terminal sequences, control characters and changes of direction (bidi); in normal form C."""
    text = _ESCAPES.sub("", text).replace("\t", " ")
    return unicodedata.normalize("NFC", _NOTHING.sub("", _CONTROLS.sub("", text)))


def encode(text: str, charset: str) -> bytes:
    """`text` for a screen of `charset` ("utf-8", "latin-1" or "ascii"); the rest is spelled out or `?`."""
    return spell(text, charset).encode(charset, "replace")


def spell(text: str, charset: str) -> str:
    """`text` in characters that `charset` has. It may become longer, so spell before wrapping."""
    if charset == "utf-8" or text.isascii():
        return text
    end = 256 if charset == "latin-1" else 128
    return "".join(_shown(letter, end) for letter in text)


def _shown(letter: str, end: int) -> str:
    """A character as a charset of `end` code points can show it."""
    if ord(letter) < end and letter != "\xa0":
        return letter
    plain = letter.translate(_PLAIN)
    if plain != letter:
        return plain
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return ""  # a mark on the letter before it: the letter is shown without it
    bare = "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
    return bare if bare and all(ord(c) < end for c in bare) else "?"
