"""Figures in words."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Seconds in words, the two largest units: "2 hours 5 minutes"."""
    parts = []
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(int(seconds), size)
        if count:
            parts.append(f"{count} {unit}{'s' if count != 1 else ''}")
    return " ".join(parts[:2]) or "0 seconds"


def ago(seconds: float) -> str:
    """How long ago something was, in words: "5 minutes ago"; "just now" too where the clock was set back."""
    return f"{duration(seconds)} ago" if seconds >= 1 else "just now"
