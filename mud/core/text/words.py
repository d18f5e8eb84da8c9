"""Numbers and durations in words, and similar words."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

#: With more words than this, only those with a similar beginning or end are compared: each comparison takes a while.
MANY = 300
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_PART = re.compile(r"([0-9]{1,5})\s*(d|days?|h|hours?|m|min|mins|minutes?|s|sec|seconds?)(?![a-z])", re.I)
_WHOLE = re.compile(r"[0-9][0-9,_]*")


def count(number: int, thing: str) -> str:
    """A number of things: "1 step", "2 steps", "1,000 steps"."""
    return f"{number:,} {thing}{'s' if number != 1 else ''}"


def duration(seconds: float) -> str:
    """Seconds in words, using the two largest units: "2 hours 5 minutes"."""
    parts = []
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        number, seconds = divmod(int(seconds), size)
        if number:
            parts.append(f"{number} {unit}{'s' if number != 1 else ''}")
    return " ".join(parts[:2]) or "0 seconds"


def ago(seconds: float) -> str:
    """How long ago something was, in words: "5 minutes ago"; also "just now" if the clock was set back."""
    return f"{duration(seconds)} ago" if seconds >= 1 else "just now"


def seconds_in(text: str) -> int | None:
    """The seconds in "90s", "1h30m", "2 days 12 hours"; a bare number means minutes. None for anything else."""
    text = text.strip().casefold()
    if text.isascii() and text.isdigit():
        return 60 * int(text[:12])
    found = _PART.findall(text)
    if not found or _PART.sub("", text).strip(" ,") not in ("", "and"):
        return None
    return sum(int(count) * _UNITS[unit[0]] for count, unit in found)


def number_within(text: str, least: int, most: int) -> int | None:
    """The number in "12" or "012" if it is from `least` to `most`; None for anything else, however long the text."""
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) <= len(str(most)) and least <= int(digits) <= most else None


def whole_number(text: str) -> int | None:
    """The number in "12", "1,000" or "1_000"; None for anything else."""
    text = text.strip()
    if not _WHOLE.fullmatch(text):
        return None
    return int(text.replace(",", "").replace("_", "")[:20])


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that is most similar to `word`; None if none is similar enough."""
    if len(known) > MANY:
        alike = [each for each in known if abs(len(each) - len(word)) < 2]
        begin, end = word[:2], word[-2:]
        known = ([each for each in alike if each[:2] == begin] or [each for each in alike if each[-2:] == end])[:MANY]
    found = get_close_matches(word, known, 1)
    return found[0] if found else None
