"""What one flush writes: rows to put, keys to delete, and a module's own statements, as one instant."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Batch(Struct):
    """Rows by table (in the order of the table's columns), keys to delete by table, and other statements."""

    puts: dict[str, list[tuple[Any, ...]]] = {}
    deletes: dict[str, list[str | int]] = {}
    statements: list[tuple[str, tuple[Any, ...]]] = []

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.puts or self.deletes or self.statements)
