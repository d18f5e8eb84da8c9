"""The database of a kit: nothing but the modules' own tables, in memory."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable
from typing import Any

from mud.core import events as e
from mud.core.signals import WriteFailed
from mud.core.writes import Writes
from mud.store.guard import authorizer


class Tables:
    """Modules' tables. `post` gives the game the answers."""

    def __init__(self, post: Callable[[e.Event], None]) -> None:
        self._post = post
        # Nobody closes a kit: whichever thread collects it closes this. Python 3.13 warns of a database left open.
        self._database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._database.close)

    def write(self, writes: Writes) -> None:
        """Write blocks as a flush does: each as a whole or not at all."""
        while writes.unwritten:
            block = writes.unwritten.pop(0)
            self._database.execute("BEGIN")
            self._database.set_authorizer(authorizer(block.module, writing=True, making=block.schema > 0))
            try:
                for sql, parameters in block.statements:
                    self._database.execute(sql, parameters)
                self._database.set_authorizer(None)
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                self._database.set_authorizer(None)
                self._database.execute("ROLLBACK")
                self._post(e.Signalled(block.module, WriteFailed(block.name, str(error))))

    def query(self, asked: e.QueryModule, writes: Writes) -> None:
        """Answer a query, which sees all `writes` before it."""
        self.write(writes)
        self._database.set_authorizer(authorizer(asked.module))
        rows: list[Any] = []
        error = ""
        try:
            rows = [list(row) for row in self._database.execute(asked.sql, asked.parameters)]
        except sqlite3.Error as failure:
            error = str(failure)
        self._database.set_authorizer(None)
        self._post(e.ModuleAnswered(asked.module, asked.id, rows, error))

    def close(self) -> None:
        """Close it."""
        self._database.close()
