"""What a module's SQL may do: its own tables, called MODULE_something, and nothing else (S2.6).

SQLite itself reports, through its authorizer, what a statement touches; our code does not parse SQL.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from collections.abc import Callable

from mud.store.schema import TABLES

#: How many seconds one block of writes may take. The flush waits for it, and everything else in the flush.
WRITE_SECONDS = 2.0
#: SQLite's virtual machine checks the clock every so many steps.
STEPS = 10_000

_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_WRITING = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
#: Actions on a schema, and which of their arguments must be names of the module.
_MAKING = {
    sqlite3.SQLITE_CREATE_TABLE: (0,),
    sqlite3.SQLITE_DROP_TABLE: (0,),
    sqlite3.SQLITE_ALTER_TABLE: (1,),
    sqlite3.SQLITE_CREATE_INDEX: (0, 1),
    sqlite3.SQLITE_DROP_INDEX: (1,),
}
#: SQLite's own tables about tables, which it changes when one is made.
_ITS_OWN = ("sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema", "sqlite_sequence")
#: Words with which a statement could end the flush that it is part of, or make its commit fail.
_NEVER = re.compile(r"\b(ROLLBACK|DEFERRED)\b", re.IGNORECASE)

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]


def authorizer(module: str, *, writing: bool = False, making: bool = False) -> Authorizer:
    """Allows a module's statements to touch tables called MODULE_something, and nothing else."""
    prefix = f"{module}_"

    def ours(name: str | None) -> bool:
        name = (name or "").removeprefix("sqlite_autoindex_")  # made by UNIQUE
        return name.startswith(prefix) or (making and name in _ITS_OWN)

    def allowed(action: int, first: str | None, second: str | None, *others: str | None) -> bool:
        if action in _READING:
            return second != "load_extension"
        if action == sqlite3.SQLITE_READ or (writing and action in _WRITING):
            return ours(first)
        if making and action in _MAKING:
            return all(ours((first, second)[position]) for position in _MAKING[action])
        return making and action == sqlite3.SQLITE_REINDEX

    return lambda *action: sqlite3.SQLITE_OK if allowed(*action) else sqlite3.SQLITE_DENY


def forbidden(sql: str) -> str:
    """The word in a statement that no module may use, or ""."""
    word = _NEVER.search(sql)
    return word[0] if word else ""


def rehearse(module: str, steps: tuple[tuple[str, ...], ...]) -> str:
    """Make a module's tables in a database in memory, as the flush would. Returns what is wrong, or ""."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        for table, columns in TABLES.items():  # the core's tables, so that an attempt to touch them is noticed
            db.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        end = time.monotonic() + WRITE_SECONDS
        db.set_progress_handler(lambda: time.monotonic() > end, STEPS)
        for number, step in enumerate(steps, 1):
            for sql in step:
                db.set_authorizer(authorizer(module, writing=True, making=True))
                try:
                    if word := forbidden(sql):
                        return f"schema {number}: {word} is not for modules: {sql[:80]}"
                    db.execute(sql)
                except (sqlite3.Error, sqlite3.Warning, TypeError, ValueError) as error:
                    return f"schema {number}: {error}: {str(sql)[:80]}"
                db.set_authorizer(None)
                if astray := _astray(db, module):
                    return f"schema {number}: it makes {astray}: {sql[:80]}"
    return ""


def _astray(db: sqlite3.Connection, module: str) -> str:
    """A table or index that is neither the core's nor the module's. The authorizer is not asked about new names."""
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master")]
    ours = (f"{module}_", "sqlite_")
    return next((name for name in names if name not in TABLES and not name.startswith(ours)), "")
