"""One open database and its thread, which has ended when `close` returns."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any

import aiosqlite

from mud.core.errors import StoreError
from mud.threads import take_no_signals

Row = tuple[Any, ...]

#: How a connection is set up. FULL: once a commit returns, it is on the disk.
PRAGMAS = ("synchronous = FULL", "foreign_keys = ON", "wal_autocheckpoint = 1000")


class DatabaseConnection:
    """aiosqlite's connection, in autocommit mode: transactions are begun and ended explicitly."""

    def __init__(self, db: aiosqlite.Connection, threads: list[threading.Thread]) -> None:
        self._db = db
        self._threads = threads

    @classmethod
    async def open(cls, path: Path, busy_seconds: float) -> DatabaseConnection:
        """Open an existing database. Raises StoreError or sqlite3.Error, with no thread left."""
        threads: list[threading.Thread] = []

        def made(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            take_no_signals()
            threads.append(threading.current_thread())
            return sqlite3.Connection(*args, **kwargs)

        # rw, not rwc: a missing database must not come back as an empty one
        location = f"{path.absolute().as_uri()}?mode=rw"
        try:
            db = await aiosqlite.connect(location, uri=True, isolation_level=None, timeout=busy_seconds, factory=made)
        except BaseException:
            _join(threads)
            raise
        self = cls(db, threads)
        try:
            await self._set_up(path)
        except BaseException:
            await self.close()
            raise
        return self

    async def _set_up(self, path: Path) -> None:
        mode = (await self.rows("PRAGMA journal_mode = WAL"))[0][0]
        if mode != "wal":
            raise StoreError(f"{path}: its file system can't hold a write-ahead log")
        for pragma in PRAGMAS:
            await self.execute(f"PRAGMA {pragma}")
        await self.rows("PRAGMA user_version")  # makes the log, which shows that the file is in use

    async def execute(self, sql: str) -> None:
        """Run a statement that returns no rows."""
        await self._db.execute_fetchall(sql)

    async def write(self, sql: str, parameters: Iterable[Row]) -> None:
        """Run a statement that changes rows once for each of `parameters`. No COMMIT, no PRAGMA.

        Python enforces that (sqlite3.Cursor.executemany raises ProgrammingError).
        """
        await self._db.executemany(sql, parameters)

    async def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """All rows of a query."""
        return [tuple(row) for row in await self._db.execute_fetchall(sql, parameters)]

    @contextlib.asynccontextmanager
    async def only(self, authorizer: Callable[..., int]) -> AsyncIterator[None]:
        """Within this, statements may only do what `authorizer` allows."""
        await self._db.set_authorizer(authorizer)
        try:
            yield
        finally:
            await self._db.set_authorizer(None)

    @contextlib.asynccontextmanager
    async def interrupted(self, when: Callable[[], bool], steps: int) -> AsyncIterator[None]:
        """Within this, a statement ends with an error once `when` returns True; it is called every so many steps."""
        await self._db.set_progress_handler(when, steps)
        try:
            yield
        finally:
            await self._db.set_progress_handler(None, 0)  # type: ignore[arg-type]

    async def rollback(self) -> None:
        """Undo the transaction, unless SQLite has done so itself."""
        await self._db.rollback()

    async def close(self) -> None:
        """Close the connection and end its thread. It may raise sqlite3.Error; the thread has ended even then."""
        try:
            await self._db.close()
        finally:
            _join(self._threads)


def _join(threads: list[threading.Thread]) -> None:
    """Wait for threads that have nothing left to do: aiosqlite drops them a moment before they end."""
    for thread in threads:
        thread.join()
