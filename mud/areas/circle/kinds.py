"""Repeated findings of an import, reported once: each kind with its number, and where it came first."""

from __future__ import annotations


class Kinds:
    """Kinds of findings, in the order in which they came."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._first: dict[str, str] = {}

    def add(self, kind: str, where: str, count: int = 1) -> None:
        """One more of a kind; `where` is file:line, or a file."""
        self.counts[kind] = self.counts.get(kind, 0) + count
        self._first.setdefault(kind, where)

    def rows(self) -> list[str]:
        """A line each."""
        return [f"{kind}: {count:,} (first: {self._first[kind]})" for kind, count in self.counts.items()]
