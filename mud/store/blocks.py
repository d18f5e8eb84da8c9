"""Modules' own tables: which module may use which, and blocks of writes that are done as a whole or not at all."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from msgspec import Struct

from mud.core.errors import Invalid
from mud.core.writes import WriteBlock
from mud.store.connection import DatabaseConnection, Row
from mud.store.guard import STEPS, WRITE_SECONDS, authorizer, forbidden
from mud.store.schema import put_sql

#: Errors that are the fault of a statement, not of the database.
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
#: How many rows a query may return, and how many seconds it may take.
MAX_ROWS, QUERY_SECONDS = 10_000, 2.0
_DONE = "writes_done"


class Refusal(Struct, frozen=True):
    """A block that was not written, and why."""

    module: str
    name: str
    error: str
    schema: int = 0  # the schema that the module's tables should have had


class TooSlow(Exception):
    """A block was interrupted, and SQLite has undone the whole transaction with it."""

    def __init__(self, serial: int) -> None:
        super().__init__(f"block {serial} took too long")
        self.serial = serial


async def write_blocks(
    db: DatabaseConnection, blocks: Iterable[WriteBlock], slow: Collection[int] = ()
) -> list[Refusal]:
    """Write blocks within the open transaction, each once even if it was tried before. Returns the refused ones.

    Blocks whose serial is in `slow` are refused. Raises TooSlow for another slow one, with the transaction undone, and
    sqlite3.Error if the database itself fails.
    """
    done = await _done(db)
    refused = []
    last = done
    for block in blocks:
        if block.serial <= done:
            continue
        last = max(last, block.serial)
        error = await _write(db, block) if block.serial not in slow else f"it took longer than {WRITE_SECONDS:g} s"
        if error:
            refused.append(Refusal(block.module, block.name, error, block.schema))
    await db.write(put_sql("meta"), [(_DONE, msgspec.msgpack.encode(last))])
    return refused


async def _done(db: DatabaseConnection) -> int:
    rows = await db.rows("SELECT value FROM meta WHERE key = ?", _DONE)
    return msgspec.msgpack.decode(rows[0][0], type=int) if rows else 0


async def _schema(db: DatabaseConnection, module: str) -> int:
    rows = await db.rows("SELECT version FROM module_schemas WHERE name = ?", module)
    return int(rows[0][0]) if rows else 0


async def _write(db: DatabaseConnection, block: WriteBlock) -> str:
    """Write one block. Returns why it was refused, or ""."""
    for sql, _ in block.statements:
        if word := forbidden(sql):
            return f"{word} is not for modules: {sql[:80]}"
    if block.schema and (found := await _schema(db, block.module)) != block.schema - 1:
        return f"the tables have schema {found}, and this leads from {block.schema - 1} to {block.schema}"
    await db.execute("SAVEPOINT block")
    end = time.monotonic() + WRITE_SECONDS
    may = authorizer(block.module, writing=True, making=block.schema > 0)
    try:
        async with db.only(may), db.interrupted(lambda: time.monotonic() > end, STEPS):
            for sql, parameters in block.statements:
                if block.schema:
                    await db.execute(sql)
                else:
                    await db.write(sql, [parameters])
        if block.schema:
            await db.write(put_sql("module_schemas"), [(block.module, block.schema)])
    except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
        if not _its_own_fault(error):
            raise
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            raise TooSlow(block.serial) from error
        await db.execute("ROLLBACK TO block")
        await db.execute("RELEASE block")
        return str(error)
    await db.execute("RELEASE block")
    return ""


def _its_own_fault(error: Exception) -> bool:
    if not isinstance(error, sqlite3.Error):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF in ITS_OWN_FAULT  # without a code Python raised it: wrong parameters


async def query(db: DatabaseConnection, module: str, sql: str, parameters: tuple[Any, ...]) -> list[Row]:
    """The rows of a module's query. Raises Invalid if SQLite refuses it, or it returns too much or takes too long."""
    end = time.monotonic() + QUERY_SECONDS
    try:
        async with db.only(authorizer(module)), db.interrupted(lambda: time.monotonic() > end, STEPS):
            rows = await db.rows(f"SELECT * FROM ({sql}) LIMIT {MAX_ROWS + 1}", *parameters)
    except (sqlite3.Error, ValueError, OverflowError) as error:
        if not _its_own_fault(error):
            raise
        raise Invalid(f"{module}: the query was refused: {error}", module=module, sql=sql) from error
    if len(rows) > MAX_ROWS:
        raise Invalid(f"{module}: the query gives more than {MAX_ROWS} rows: add a LIMIT", module=module, sql=sql)
    return rows
