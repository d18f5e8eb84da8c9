"""Modules' own tables: who may touch which, and blocks of writes that are done whole or not at all."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import Struct

from mud.core.errors import Invalid
from mud.core.writes import Block
from mud.store.connection import Connection, Row
from mud.store.schema import put_sql

#: Errors that say something about a statement, not about the database.
ITS_OWN_FAULT = frozenset(
    {
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_RANGE,
        sqlite3.SQLITE_INTERRUPT,
    }
)
_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_WRITING = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
#: Actions on a schema: which argument is the table's name.
_MAKING = {
    sqlite3.SQLITE_CREATE_TABLE: 0,
    sqlite3.SQLITE_DROP_TABLE: 0,
    sqlite3.SQLITE_ALTER_TABLE: 1,
    sqlite3.SQLITE_CREATE_INDEX: 1,
    sqlite3.SQLITE_DROP_INDEX: 1,
}
#: What SQLite keeps about tables, and changes by itself when one is made.
_ITS_OWN = ("sqlite_master", "sqlite_schema", "sqlite_sequence")
#: The most rows that a query gives, and the most seconds that it may take.
MOST_ROWS, QUERY_SECONDS = 10_000, 2.0
#: SQLite's virtual machine looks at the clock every so many steps.
_STEPS = 10_000
_DONE = "writes_done"

#: Words by which a statement could end the flush that it is part of, or make its commit fail.
_NEVER = re.compile(r"\b(ROLLBACK|DEFERRED)\b", re.IGNORECASE)

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]


class Refusal(Struct, frozen=True):
    """A block that was not written, and why."""

    module: str
    name: str
    error: str


def authorizer(module: str, *, writing: bool = False, making: bool = False) -> Authorizer:
    """Lets a module's statements touch tables called MODULE_something, and nothing else."""
    prefix = f"{module}_"

    def ours(table: str | None) -> bool:
        return (table or "").startswith(prefix) or (making and table in _ITS_OWN)

    def allowed(action: int, first: str | None, second: str | None, *others: str | None) -> bool:
        if action in _READING:
            return second != "load_extension"
        if action == sqlite3.SQLITE_READ or (writing and action in _WRITING):
            return ours(first)
        if making:
            position = _MAKING.get(action)
            return action == sqlite3.SQLITE_REINDEX or (position is not None and ours((first, second)[position]))
        return False

    return lambda *action: sqlite3.SQLITE_OK if allowed(*action) else sqlite3.SQLITE_DENY


async def write_blocks(db: Connection, blocks: Iterable[Block]) -> list[Refusal]:
    """Write blocks within the open transaction, each once whatever became of earlier tries; gives the refused ones.

    Raises sqlite3.Error when the database itself fails.
    """
    done = await _done(db)
    refused = []
    last = done
    for block in blocks:
        if block.serial <= done:
            continue
        last = max(last, block.serial)
        error = await _write(db, block)
        if error:
            refused.append(Refusal(block.module, block.name, error))
    await db.write(put_sql("meta"), [(_DONE, msgspec.msgpack.encode(last))])
    return refused


async def _done(db: Connection) -> int:
    rows = await db.rows("SELECT value FROM meta WHERE key = ?", _DONE)
    return msgspec.msgpack.decode(rows[0][0], type=int) if rows else 0


async def _write(db: Connection, block: Block) -> str:
    """Write one block; gives why it was refused, or ""."""
    for sql, _ in block.statements:
        if word := _NEVER.search(sql):
            return f"{word[0]} is not for modules: {sql[:80]}"
    await db.execute("SAVEPOINT block")
    try:
        async with db.only(authorizer(block.module, writing=True, making=block.schema > 0)):
            for sql, parameters in block.statements:
                if block.schema:
                    await db.execute(sql)
                else:
                    await db.write(sql, [parameters])
        if block.schema:
            await db.write(put_sql("module_schemas"), [(block.module, block.schema)])
    except (sqlite3.Error, ValueError, OverflowError) as error:
        if not _its_own_fault(error):
            raise
        await db.execute("ROLLBACK TO block")
        await db.execute("RELEASE block")
        return str(error)
    await db.execute("RELEASE block")
    return ""


def _its_own_fault(error: Exception) -> bool:
    if not isinstance(error, sqlite3.Error):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF in ITS_OWN_FAULT  # without one it is of Python's making: wrong parameters


async def query(db: Connection, module: str, sql: str, parameters: tuple[Any, ...]) -> list[Row]:
    """The rows of a module's query. Raises Invalid when it is refused for what it is, or gives or takes too much."""
    end = time.monotonic() + QUERY_SECONDS
    try:
        async with db.only(authorizer(module)), db.interrupted(lambda: time.monotonic() > end, _STEPS):
            rows = await db.rows(f"SELECT * FROM ({sql}) LIMIT {MOST_ROWS + 1}", *parameters)
    except (sqlite3.Error, ValueError, OverflowError) as error:
        if not _its_own_fault(error):
            raise
        raise Invalid(f"{module}: the query was refused: {error}", module=module, sql=sql) from error
    if len(rows) > MOST_ROWS:
        raise Invalid(f"{module}: the query gives more than {MOST_ROWS} rows: add a LIMIT", module=module, sql=sql)
    return rows
