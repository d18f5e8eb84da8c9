"""Figures in words."""

from __future__ import annotations

import re

_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_PART = re.compile(r"([0-9]{1,5})\s*(d|days?|h|hours?|m|min|mins|minutes?|s|sec|seconds?)(?![a-z])", re.I)


def duration(seconds: float) -> str:
    """Seconds in words, the two largest units: "2 hours 5 minutes"."""
    parts = []
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(int(seconds), size)
        if count:
            parts.append(f"{count} {unit}{'s' if count != 1 else ''}")
    return " ".join(parts[:2]) or "0 seconds"


def seconds_in(text: str) -> float | None:
    """The seconds in "30 minutes", "1 day 12 hours", "2h30m"; None when that is no time."""
    found = _PART.findall(text)
    if not found or _PART.sub("", text).strip(" ,") not in ("", "and"):
        return None
    return float(sum(int(count) * _UNITS[unit[0].casefold()] for count, unit in found))
