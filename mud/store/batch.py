"""What one flush writes: rows to put, keys to delete, and a module's own statements, as one instant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from mud.core.errors import StoreError
from mud.store import schema

#: How a statement of a module may begin. Anything else (COMMIT, PRAGMA, ATTACH ...) could end the flush half-way.
WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE"})


class Batch(Struct):
    """Rows by table (in the order of the table's columns), keys to delete by table, and other statements.

    Within a table deletes come first. Not to be changed while it is being flushed. What a failed flush held is put
    into a later one, so a statement must do no harm when it is run again on a database that has it already: after
    an error of the disk it can't be known whether a restart will find it there.
    """

    puts: dict[str, list[tuple[Any, ...]]] = {}
    deletes: dict[str, list[str | int]] = {}
    statements: list[tuple[str, tuple[Any, ...]]] = []

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (any(self.puts.values()) or any(self.deletes.values()) or self.statements)

    def writes(self) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
        """Each statement with all its parameters, in order. Raises StoreError for one that is no write."""
        for table, keys in self.deletes.items():
            yield schema.delete_sql(table), [(key,) for key in keys]
        for table, rows in self.puts.items():
            yield schema.put_sql(table), rows
        for sql, parameters in self.statements:
            if (sql.split(maxsplit=1) or [""])[0].upper() not in WRITES:
                raise StoreError(f"not a statement that writes rows: {sql[:60]!r}")
            yield sql, [parameters]
