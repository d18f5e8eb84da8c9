"""What modules write to their own tables, until the next flush. Undoable through the journal."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mud.core.journal import Journal

Statement = tuple[str, tuple[Any, ...]]


class WriteBlock(Struct, frozen=True):
    """One database session: its `statements` are executed in one transaction. `serial` is never reused.

    With `schema` it creates or changes the module's tables, which have that schema afterwards.
    """

    serial: int
    module: str
    name: str
    statements: tuple[Statement, ...]
    schema: int = 0


class Writes:
    """The blocks that no flush has written yet."""

    def __init__(self, journal: Journal, serial: int = 0) -> None:
        self._journal = journal
        self.serial = serial
        self.unwritten: list[WriteBlock] = []

    def add(self, module: str, name: str, statements: tuple[Statement, ...], schema: int = 0) -> None:
        """Add a block for the next flush."""
        self.serial += 1
        self._journal.append(self.unwritten, WriteBlock(self.serial, module, name, statements, schema))
