"""The store: one SQLite file in WAL mode, written one instant at a time.

A flush is one transaction. After a crash, a kill or a power cut the file holds the last flush that returned or the one
that was being written, never a mix. A flush that fails leaves nothing behind and can be tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from mud.core.errors import StoreError
from mud.store import backup, blocks, file, schema
from mud.store.audit import audit
from mud.store.backup import restore
from mud.store.batch import Batch
from mud.store.blocks import Refusal
from mud.store.connection import DatabaseConnection, Row
from mud.store.migrate import look, prepare
from mud.store.schema import select_sql
from mud.store.threads import heard, in_thread, seen_through

T = TypeVar("T")
#: How many seconds a flush waits while another process has the database locked.
BUSY_SECONDS = 5.0

#: After these errors a connection may be unusable even if the disk is well again, so the next try opens a new one.
BROKEN = frozenset(
    {
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)

#: Items and everything inside them: holders first, and of each holder the oldest first. {roots} selects the first ones.
_INSIDE = """
WITH RECURSIVE inside (id, owner, data, depth, born) AS (
    SELECT id, owner, data, 0, rowid FROM items WHERE {roots}
    UNION ALL
    SELECT i.id, i.owner, i.data, depth + 1, i.rowid FROM inside JOIN items i ON i.owner = 'item:' || inside.id
)
SELECT id, owner, data FROM inside ORDER BY depth, born
"""
#: Items that no character and no item holds (in room:, escrow:, anything else), and those of active characters.
_ON_TOP = """{0}.owner NOT GLOB 'item:*' AND ({0}.owner NOT GLOB 'char:*' OR EXISTS (
    SELECT 1 FROM characters c WHERE c.id = substr({0}.owner, 6) AND c.active))"""
_OUTSIDE = f"SELECT id, owner, data FROM items WHERE {_ON_TOP.format('items')} ORDER BY rowid"
#: What is inside these. It begins with items in items, because there are few of them and a start waits for this query.
_NESTED = f"""
WITH RECURSIVE inside (id, owner, data, depth, born) AS (
    SELECT i.id, i.owner, i.data, 1, i.rowid FROM items i JOIN items holder ON holder.id = substr(i.owner, 6)
    WHERE i.owner >= 'item:' AND i.owner < 'item;' AND {_ON_TOP.format("holder")}
    UNION ALL
    SELECT i.id, i.owner, i.data, depth + 1, i.rowid FROM inside JOIN items i ON i.owner = 'item:' || inside.id
)
SELECT id, owner, data FROM inside ORDER BY depth, born
"""
_OF_OWNER = _INSIDE.format(roots="owner = ?")


class Loaded(Struct):
    """The rows of everything in the world, complete, in the order of their tables' columns."""

    meta: list[Row]
    characters: list[Row]
    items: list[Row]
    balances: list[Row]
    doors: list[Row]
    timers: list[Row]
    sessions: list[Row]
    modules: list[Row]
    module_schemas: list[Row]


class Store:
    """An open database. Every method raises StoreError, in words for people, if SQLite refuses.

    It does one thing at a time: a reader waits for a flush and never sees half of it. It stays with one event loop.
    """

    def __init__(self, path: Path, connection: DatabaseConnection, busy_seconds: float) -> None:
        self.path = path
        self._busy_seconds = busy_seconds
        self._identity = file.identity(path)
        self._connection: DatabaseConnection | None = connection
        self._closed = False
        self._lock = asyncio.Lock()
        # set by `relax`: it keeps SQLite from copying the log into the file when the other connection is closed
        self._companion: sqlite3.Connection | None = None
        self._relaxed_flush_done = False

    @classmethod
    async def open(
        cls, path: Path, migrations: schema.Migrations = schema.MIGRATIONS, busy_seconds: float = BUSY_SECONDS
    ) -> Store:
        """Open the database; make or migrate it if necessary.

        Raises StoreError, with the file untouched, if it is not a database of ours or is of a newer version.
        """
        await in_thread(prepare, path, migrations)
        with file.in_words(path):
            return cls(path, await seen_through(DatabaseConnection.open(path, busy_seconds)), busy_seconds)

    # Writing

    async def flush(self, batch: Batch) -> list[Refusal]:
        """Write a batch as a whole or not at all. Returns the blocks in it that SQLite refused.

        Raises StoreError if nothing was written; it can be tried again. A flush that has begun is completed even if the
        caller is cancelled.
        """
        if batch.empty:
            return []
        await heard()
        return await seen_through(self._writing(lambda: self._flush(batch)))

    async def _writing(self, do: Callable[[], Awaitable[T]]) -> T:
        """Write something. A connection that was opened while the disk could only be read stays so, although the disk
        may be well again by now: then it is tried once more, with a new connection.
        """
        try:
            return await do()
        except StoreError as error:
            if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_READONLY:
                raise
            return await do()

    async def _flush(self, batch: Batch) -> list[Refusal]:
        async with self._using() as db:
            if self._companion is not None and self._relaxed_flush_done:
                await self._tighten(db)
            self._relaxed_flush_done = True
            slow: set[int] = set()
            while True:
                try:
                    return await self._write(db, batch, slow)
                except blocks.TooSlow as error:  # SQLite has undone the whole flush: try once more, without that block
                    slow.add(error.serial)

    async def _write(self, db: DatabaseConnection, batch: Batch, slow: set[int]) -> list[Refusal]:
        try:
            await db.execute("BEGIN IMMEDIATE")
            for sql, parameters in batch.writes():
                await db.write(sql, parameters)
            refused = await blocks.write_blocks(db, batch.blocks, slow) if batch.blocks else []
            await db.execute("COMMIT")
        except BaseException:
            await self._undo(db)
            raise
        return refused

    async def _undo(self, db: DatabaseConnection) -> None:
        try:
            await db.rollback()
        except sqlite3.Error:
            await self._drop()

    async def checkpoint(self) -> bool:
        """Copy the contents of the write-ahead log into the file, so that closing has little left to do.

        False if a reader (such as a backup) kept it from copying everything.
        """
        return await self._writing(self._checkpoint)

    async def _checkpoint(self) -> bool:
        async with self._using() as db:
            busy, _, _ = (await db.rows("PRAGMA wal_checkpoint(TRUNCATE)"))[0]
        return not busy

    async def relax(self) -> None:
        """Stop waiting for the disk: for the last small flush of a copyover, in its silence, and the close after it.

        After a power cut the flush before is used. The relaxed flush is written to the log only, where checksums reveal
        a torn write, and stays there, because copying the log without syncing could tear the file itself. If the game
        plays on instead of closing, every flush but the first waits for the disk again.
        """
        async with self._using() as db:
            if self._companion is None:
                # SQLite copies the log into the file when the last connection is closed; this one outlasts the other
                # and can only read
                self._companion = file.connect(self.path, "mode=ro")
                self._companion.execute("SELECT count(*) FROM sqlite_master").fetchall()
            await db.execute("PRAGMA wal_autocheckpoint = 0")
            await db.execute("PRAGMA synchronous = OFF")
            self._relaxed_flush_done = False

    async def _tighten(self, db: DatabaseConnection) -> None:
        await db.execute("PRAGMA synchronous = FULL")
        await db.execute("PRAGMA wal_autocheckpoint = 1000")
        self._dismiss_companion()

    def _dismiss_companion(self) -> None:
        if self._companion is not None:
            self._companion.close()
            self._companion = None

    async def backup(self, destination: Path) -> None:
        """A consistent copy while the game plays on: verified, synced, mode 0600, complete or not there."""
        await in_thread(backup.copy, self.path, destination)

    async def close(self) -> None:
        """Close; its thread has ended afterwards. A second call does nothing."""
        await seen_through(self._close())

    async def _close(self) -> None:
        async with self._lock:
            self._closed = True
            await self._drop()
            self._dismiss_companion()

    # Reading

    async def load_active(self) -> Loaded:
        """Everything in the world: active characters, and every item that does not belong to somebody who is away."""
        async with self._using() as db:
            return Loaded(
                meta=await db.rows(select_sql("meta")),
                characters=await db.rows(select_sql("characters", "WHERE active ORDER BY rowid")),
                items=await db.rows(_OUTSIDE) + await db.rows(_NESTED),
                balances=await db.rows(select_sql("balances")),
                doors=await db.rows(select_sql("doors")),
                timers=await db.rows(select_sql("timers", "ORDER BY rowid")),
                sessions=await db.rows(select_sql("sessions", "ORDER BY id")),
                modules=await db.rows(select_sql("modules")),
                module_schemas=await db.rows(select_sql("module_schemas")),
            )

    async def load_player(self, name: str) -> tuple[Row | None, Row | None, list[Row]]:
        """The rows of an account, its character, and everything that the character holds."""
        async with self._using() as db:
            accounts = await db.rows(select_sql("accounts", "WHERE name = ?"), name)
            characters = await db.rows(select_sql("characters", "WHERE account = ? ORDER BY rowid LIMIT 1"), name)
            items = [row for c in characters for row in await db.rows(_OF_OWNER, f"char:{c[0]}")]
        return (accounts[0] if accounts else None), (characters[0] if characters else None), items

    async def account(self, name: str) -> Row | None:
        """The row of an account, by its name in any case."""
        async with self._using() as db:
            rows = await db.rows(select_sql("accounts", "WHERE name = ?"), name)
        return rows[0] if rows else None

    async def accounts(self) -> list[Row]:
        """Name and role of every account."""
        async with self._using() as db:
            return await db.rows("SELECT name, role FROM accounts ORDER BY name")

    async def query(self, module: str, sql: str, parameters: tuple[Any, ...]) -> list[Row]:
        """The rows of a module's query on its own tables. Raises Invalid if SQLite refuses the query."""
        async with self._using() as db:
            return await blocks.query(db, module, sql, parameters)

    async def audit(self) -> list[str]:
        """What is wrong with gold and items in the database, one line each."""
        async with self._using() as db:
            return await audit(db)

    # The connection

    @contextlib.asynccontextmanager
    async def _using(self) -> AsyncIterator[DatabaseConnection]:
        """The connection, for one caller at a time. After an error that may have broken it, the next gets a new one."""
        async with self._lock:
            with file.in_words(self.path):
                if self._closed:
                    raise StoreError(f"{self.path} is closed")
                if file.identity(self.path) != self._identity:
                    raise StoreError(f"{self.path} was moved or replaced: put back the file that this server opened")
                if self._connection is None:
                    self._connection = await seen_through(DatabaseConnection.open(self.path, self._busy_seconds))
                try:
                    yield self._connection
                except sqlite3.Error as error:
                    if getattr(error, "sqlite_errorcode", 0) & 0xFF in BROKEN:
                        await self._drop()
                    raise

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                await connection.close()


def read_sessions(path: Path, names: Iterable[str] = ()) -> tuple[list[Row], list[Row]]:
    """The sessions of the last flush, their accounts and those called `names`, for a new program.

    Reads synchronously, without a thread or a write. Raises StoreError.
    """
    with look(path) as db:
        sessions = db.execute(select_sql("sessions", "ORDER BY id")).fetchall()
        accounts = db.execute(
            select_sql("accounts", "WHERE name IN (SELECT account FROM sessions) ORDER BY name")
        ).fetchall()
        for name in names:
            accounts += db.execute(select_sql("accounts", "WHERE name = ?"), (name,)).fetchall()
    return sessions, accounts


def read_modules(path: Path) -> tuple[list[Row], list[Row]]:
    """Modules' states and the schemas of their tables, as of the last flush. Raises StoreError."""
    with look(path) as db:
        return db.execute(select_sql("modules")).fetchall(), db.execute(select_sql("module_schemas")).fetchall()


def read_waiting(path: Path) -> tuple[list[Row], list[Row], list[Row]]:
    """The counters, the timers and the characters of a database, also those who are away. Raises StoreError."""
    with look(path) as db:
        meta = db.execute(select_sql("meta")).fetchall()
        timers = db.execute(select_sql("timers", "ORDER BY rowid")).fetchall()
        return meta, timers, db.execute(select_sql("characters", "ORDER BY rowid")).fetchall()


__all__ = ["Loaded", "Store", "read_modules", "read_sessions", "read_waiting", "restore"]
