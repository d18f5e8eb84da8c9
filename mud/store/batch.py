"""What one flush writes: rows to put, keys to delete, and a module's own statements, as one instant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from mud.store import schema


class Batch(Struct):
    """Rows by table (in the order of the table's columns), keys to delete by table, and other statements.

    Deletes come before puts, statements last: each is an INSERT, UPDATE, DELETE or REPLACE. Not to be changed while
    it is being flushed. What a failed flush held is put into a later one, so a statement must do no harm when it is
    run again on a database that has it already: after an error of the disk it can't be known whether a restart will
    find it there.
    """

    puts: dict[str, list[tuple[Any, ...]]] = {}
    deletes: dict[str, list[str | int]] = {}
    statements: list[tuple[str, tuple[Any, ...]]] = []

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (any(self.puts.values()) or any(self.deletes.values()) or self.statements)

    def writes(self) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
        """Each statement with all its parameters, in order. Raises StoreError for a table that is not ours."""
        for table, keys in self.deletes.items():
            yield schema.delete_sql(table), [(key,) for key in keys]
        for table, rows in self.puts.items():
            yield schema.put_sql(table), rows
        for sql, parameters in self.statements:
            yield sql, [parameters]
