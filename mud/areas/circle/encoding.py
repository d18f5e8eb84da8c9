"""Bytes to text. UTF-8 is recognized by itself; encodings with one byte a letter, by the words that they make; those
with more, by their frequent letters (`mud.areas.circle.wide`)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from mud.areas.circle.wide import guess_wide, readable

UTF8 = "utf-8"
#: The encodings to try, the likeliest first: it wins if two read alike. CP1252 is Latin-1 with more letters.
CANDIDATES = ("cp1252", "koi8-r", "koi8-u", "cp1251", "cp866", "iso8859-7", "iso8859-2", "cp1250", "cp437")
#: Letters that are frequent in texts of each. Encodings that are not here are judged by words only.
_CYRILLIC, _EAST, _WEST = "оеаинтсрвлкмдпуя", "łąęśćńóżźěščřžýáíéůőűăâî", "éèêàâçîôùüöäßñáíóúåøæãõ"
_GREEK = "αοιετσνηυρπκμλςάέήίόύώ"
_COMMON = {"iso8859-7": _GREEK, "cp1252": _WEST, "cp437": _WEST, "iso8859-2": _EAST, "cp1250": _EAST}
_PUNCTUATION = frozenset("‘’“”–—…«»°•№")
_ENOUGH = 5000  # how many words are judged
_MANY, _LIKELY = 20, 1.5  # from how many letters on a file is doubted; what each counts if they make words
_DOUBT = 4  # by how much another must be better than the first: a word of two letters
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_PIECE = re.compile(r"[^\W\d_]+")


class Decoded(NamedTuple):
    """A file's text. `encoding` is "" for one that needs none; `strays` are bytes that were none of it, `bad` letters
    that nothing could be made of, `unsure` those of a file that is hardly in the encoding which it was read in, and
    `likelier` names encodings in which it is text without an error."""

    text: str
    encoding: str = ""
    strays: int = 0
    bad: int = 0
    unsure: int = 0
    likelier: tuple[str, ...] = ()


def decode_all(contents: dict[str, bytes], encoding: str | None = None) -> dict[str, Decoded]:
    """The texts of files by their names, all in `encoding`; without one, in the most likely encoding.

    All files that are not UTF-8 are taken to be in one encoding: a short one alone says too little.
    """
    if encoding is not None:
        return {name: _as(content, encoding) for name, content in contents.items()}
    found = {name: _unmistakable(content) for name, content in contents.items()}
    open_ = [contents[name] for name, decoded in found.items() if decoded is None]
    guessed = guess_wide(open_) or guess(open_)
    return {name: decoded or _doubted(_as(contents[name], guessed), contents[name]) for name, decoded in found.items()}


def known(encoding: str) -> bool:
    """Whether there is an encoding of that name."""
    try:
        return bool(b"abcd".decode(encoding, "replace"))
    except (LookupError, ValueError):
        return False


def guess(contents: Iterable[bytes]) -> str:
    """The encoding with one byte a letter in which the contents read best."""
    words: list[bytes] = []
    for content in contents:
        words += _WORD.findall(content)[: _ENOUGH - len(words)]
    return max(
        CANDIDATES, key=lambda name: sum(_likeness(word, name) for word in words) - _DOUBT * (name != CANDIDATES[0])
    )


def _unmistakable(content: bytes) -> Decoded | None:
    """Decodes ASCII, UTF-16 with a mark, and UTF-8 in spite of a few stray bytes; None for others."""
    if content.isascii():
        return Decoded(content.decode("ascii"))
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _as(content, "utf-16")
    text = content.decode(UTF8, "surrogateescape").removeprefix("\ufeff")
    strays = sum("\udc80" <= letter <= "\udcff" for letter in text)
    if strays * 2 >= sum(letter > "\x7f" for letter in text):
        return None
    mended = re.sub("[\udc80-\udcff]", lambda m: bytes([ord(m[0]) - 0xDC00]).decode(CANDIDATES[0], "replace"), text)
    return Decoded(mended, UTF8, strays, mended.count("\ufffd") - text.count("\ufffd"))


def _as(content: bytes, encoding: str) -> Decoded:
    if content.isascii() and not encoding.startswith("utf-16"):
        return Decoded(content.decode("ascii"))
    text = content.decode(encoding, "replace").removeprefix("\ufeff")
    return Decoded(text, encoding, bad=text.count("\ufffd"))


def _doubted(decoded: Decoded, content: bytes) -> Decoded:
    """Marks a text as doubtful that has many letters which are not ASCII, and few of them in words."""
    if decoded.encoding not in CANDIDATES:
        return decoded
    words = _WORD.findall(content)[:_ENOUGH]
    text = b" ".join(words).decode(decoded.encoding, "replace")
    letters = sum(letter > "\xbf" and letter not in _PUNCTUATION for letter in text)  # below: £, °, ² and the like
    like = sum(_likeness(word, decoded.encoding) for word in words)
    likelier = tuple(readable(content))
    doubtful = like < _LIKELY * letters if letters >= _MANY else bool(likelier) and like < letters
    return decoded._replace(unsure=letters, likelier=likelier) if doubtful else decoded


def _likeness(word: bytes, encoding: str) -> int:
    """How well a word reads in an encoding, by its letters that are not ASCII."""
    text = word.decode(encoding, "replace")
    marks = sum(3 if c in _PUNCTUATION else -3 if c == "\ufffd" else 0 for c in text)
    return marks + sum(_worth(piece, encoding) for piece in _PIECE.findall(text))


def _worth(piece: str, encoding: str) -> int:
    """The same for letters only. Words are lower, Title or UPPER case, in one script; no Latin word is all accents."""
    odd = [c for c in piece if c > "\x7f"]
    common = _COMMON.get(encoding, _CYRILLIC)
    latin = common is not _GREEK and common is not _CYRILLIC
    if len(odd) == len(piece) > 2 if latin else len(odd) < len(piece):
        return 0
    shape = 2 if piece.islower() or piece.istitle() else 1 if piece.isupper() else 0
    return sum(shape + (c in common) for c in odd) if shape else 0
