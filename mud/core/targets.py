"""How players name things: `sword`, `2.sword`, `all`, `all.bread`, and quoted words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct

T = TypeVar("T")
#: Of so many things alike nobody has more.
HIGHEST = 1_000_000


class TargetWords(Struct, frozen=True):
    """What a player named: the `nth` thing (from 1; 0 is none) that answers to `word`; with `every`, all that do.

    An empty `word` answers to everything.
    """

    word: str
    nth: int = 1
    every: bool = False


def parse_target(text: str) -> TargetWords:
    """Read `all`, `all.WORD`, `N.WORD` or `WORD`."""
    text = text.strip().casefold()
    if text == "all":
        return TargetWords("", every=True)
    head, dot, word = text.partition(".")
    if dot and word:
        if head == "all":
            return TargetWords(word, every=True)
        if head.isascii() and head.isdigit():
            return TargetWords(word, nth=min(int(head[:9]), HIGHEST))
    return TargetWords(text)


def answers(keywords: Iterable[str], word: str) -> bool:
    """Whether each word of `word` is the beginning of one of `keywords`."""
    known = [k.casefold() for k in keywords]
    return all(any(k.startswith(part) for k in known) for part in word.split())


def pick(target: TargetWords, things: Iterable[tuple[Iterable[str], T]]) -> list[T]:
    """The things that `target` names, given with their keywords: at most one, unless `target` asks for all."""
    found = [thing for keywords, thing in things if answers(keywords, target.word)]
    if target.every:
        return found
    return found[target.nth - 1 : target.nth] if target.nth else []


def split(text: str) -> list[str]:
    """The words of `text`; a quoted part ('...' or "...") is one word, an unclosed quote runs to the end."""
    words: list[str] = []
    rest = text.strip()
    while rest:
        if rest[0] in "'\"":
            word, _, rest = rest[1:].partition(rest[0])
        else:
            word, _, rest = rest.partition(" ")
        words.append(word)
        rest = rest.lstrip()
    return words


def split_first(text: str) -> tuple[str, str]:
    """The first word, quoted or not, and the rest of the text as it was typed."""
    text = text.strip()
    if text[:1] in ("'", '"') and text:
        word, _, rest = text[1:].partition(text[0])
    else:
        word, _, rest = text.partition(" ")
    return word, rest.strip()
