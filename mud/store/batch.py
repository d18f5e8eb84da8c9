"""What one flush writes as one instant: rows to put, keys to delete, and modules' own blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from mud.core.writes import WriteBlock
from mud.store import schema


class Batch(Struct):
    """Rows by table (in the order of the table's columns), keys to delete by table, and blocks of modules.

    Deletes come before puts, blocks last. It must not change while it is being flushed. The contents of a failed flush
    go into a later one; a block that the database already has is recognized by its serial and skipped.
    """

    puts: dict[str, list[tuple[Any, ...]]] = {}
    deletes: dict[str, list[str | int]] = {}
    blocks: list[WriteBlock] = []

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (any(self.puts.values()) or any(self.deletes.values()) or self.blocks)

    def writes(self) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
        """Each statement with all its parameters, in order. Raises StoreError for an unknown table."""
        for table, keys in self.deletes.items():
            yield schema.delete_sql(table), [(key,) for key in keys]
        for table, rows in self.puts.items():
            yield schema.put_sql(table), rows
