"""The store: one SQLite file in WAL mode, written one instant at a time.

A flush is one transaction. After a crash, a kill or a power cut the file holds the last one that returned, never a
mix; one that fails leaves nothing behind and can be tried again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiosqlite
from msgspec import Struct

from mud.core.errors import StoreError
from mud.store import schema
from mud.store.audit import audit
from mud.store.batch import Batch

Row = tuple[Any, ...]

#: Items by their owner, and all that is inside of them. {roots} says whose.
_INSIDE = """
WITH RECURSIVE inside (id, owner, data, depth, born) AS (
    SELECT id, owner, data, 0, rowid FROM items WHERE {roots}
    UNION ALL
    SELECT i.id, i.owner, i.data, depth + 1, i.rowid FROM items i JOIN inside ON i.owner = 'item:' || inside.id
    WHERE depth < 64
)
SELECT id, owner, data FROM inside ORDER BY depth, born
"""


class Loaded(Struct):
    """The rows of all that is in the world."""

    meta: list[Row]
    characters: list[Row]
    items: list[Row]
    balances: list[Row]
    doors: list[Row]
    timers: list[Row]
    sessions: list[Row]


class Store:
    """An open database. Every method raises StoreError, in words, when SQLite refuses."""

    def __init__(self, path: Path, db: aiosqlite.Connection) -> None:
        self.path = path
        self._db = db

    @classmethod
    async def open(cls, path: Path, migrations: tuple[tuple[str, ...], ...] = schema.MIGRATIONS) -> Store:
        """Open the database, made or migrated if need be.

        Raises StoreError, with the file untouched, when it is no database or of a newer version.
        """
        with _in_words(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            check_version(path, len(migrations))
            db = await aiosqlite.connect(path, isolation_level=None)
        try:
            with _in_words(path):
                await db.execute("PRAGMA busy_timeout = 5000")
                await db.execute("PRAGMA journal_mode = WAL")
                await db.execute("PRAGMA synchronous = FULL")
                await migrate(db, path, migrations)
        except BaseException:
            await db.close()
            raise
        return cls(path, db)

    async def flush(self, batch: Batch) -> None:
        """Write a batch, whole or not at all."""
        async with self._transaction():
            for table, keys in batch.deletes.items():
                await self._db.executemany(schema.delete_sql(table), [(key,) for key in keys])
            for table, rows in batch.puts.items():
                await self._db.executemany(schema.put_sql(table), rows)
            for sql, parameters in batch.statements:
                await self._db.execute(sql, parameters)

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        with _in_words(self.path):
            await self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                await self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk may have rolled back already
                    await self._db.execute("ROLLBACK")
                raise

    async def load_active(self) -> Loaded:
        """All that is in the world: who is active, and every item that is not with somebody who is away."""
        roots = (
            "owner NOT LIKE 'char:%' AND owner NOT LIKE 'item:%'"
            " OR owner IN (SELECT 'char:' || id FROM characters WHERE active)"
        )
        return Loaded(
            meta=await self._all("SELECT key, value FROM meta"),
            characters=await self._all("SELECT data FROM characters WHERE active ORDER BY rowid"),
            items=await self._all(_INSIDE.format(roots=roots)),
            balances=await self._all("SELECT account, amount FROM balances"),
            doors=await self._all("SELECT id, state FROM doors"),
            timers=await self._all("SELECT data FROM timers ORDER BY rowid"),
            sessions=await self._all("SELECT id, inode, peer, account, character FROM sessions"),
        )

    async def load_player(self, name: str) -> tuple[Row | None, Row | None, list[Row]]:
        """The rows of an account, its character, and all that this holds."""
        accounts = await self._all("SELECT name, role, data FROM accounts WHERE name = ?", name)
        characters = await self._all("SELECT id, data FROM characters WHERE account = ?", name)
        if not characters:
            return (accounts[0] if accounts else None), None, []
        items = await self._all(_INSIDE.format(roots="owner = ?"), f"char:{characters[0][0]}")
        return (accounts[0] if accounts else None), characters[0], items

    async def account(self, name: str) -> Row | None:
        """The row of an account, by its name in any case."""
        rows = await self._all("SELECT name, role, data FROM accounts WHERE name = ?", name)
        return rows[0] if rows else None

    async def accounts(self) -> list[Row]:
        """Name and role of every account."""
        return await self._all("SELECT name, role FROM accounts ORDER BY name")

    async def audit(self) -> list[str]:
        """What is wrong with gold and items in the database, a line each."""
        with _in_words(self.path):
            return await audit(self._db)

    async def checkpoint(self) -> None:
        """Bring all that the write-ahead log holds into the file, so that closing has little left to do."""
        await self._all("PRAGMA wal_checkpoint(TRUNCATE)")

    async def relax(self) -> None:
        """Wait for the disk no more: for the last small flush of a copyover, in its silence.

        A power cut falls back to the flush before it; the process may die as it likes.
        """
        await self._all("PRAGMA synchronous = OFF")

    async def backup(self, destination: Path) -> None:
        """A consistent copy while the game plays on: verified, synced, mode 0600, whole or not there."""
        temporary = destination.with_name(destination.name + ".tmp")
        with _in_words(destination):
            try:
                temporary.unlink(missing_ok=True)
                os.close(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
                async with aiosqlite.connect(temporary) as copy:
                    await self._db.backup(copy)
                    await copy.execute("PRAGMA journal_mode = DELETE")
                verify(temporary)
                sync(temporary)
                temporary.rename(destination)
                sync(destination.parent)
            finally:
                temporary.unlink(missing_ok=True)

    async def close(self) -> None:
        """Close; the thread ends."""
        with _in_words(self.path):
            await self._db.close()

    async def _all(self, sql: str, *parameters: Any) -> list[Row]:
        with _in_words(self.path):
            return list(await self._db.execute_fetchall(sql, parameters))  # type: ignore[arg-type]


@contextlib.contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """SQLite's and the system's errors as StoreError with the file's name."""
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        raise StoreError(f"{path}: {error}") from error


def version_of(path: Path) -> int:
    """The schema version of a database file; 0 for a new one. Raises sqlite3.Error when it is no database."""
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def check_version(path: Path, known: int) -> None:
    """Raises StoreError for a database of a newer version than `known`, and for a file that is no database."""
    with _in_words(path):
        found = version_of(path)
    if found > known:
        raise StoreError(f"{path} is of schema version {found}, but this program knows versions up to {known}")


async def migrate(db: aiosqlite.Connection, path: Path, migrations: tuple[tuple[str, ...], ...]) -> None:
    """Bring a database up to the newest version, a transaction a step; a copy of an older one is set aside."""
    row = await (await db.execute("PRAGMA user_version")).fetchone()
    version = int(row[0]) if row else 0
    if 0 < version < len(migrations):
        await db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy2(path, path.with_name(f"{path.name}.before-v{len(migrations)}"))
    for number in range(version, len(migrations)):
        await db.execute("BEGIN IMMEDIATE")
        try:
            for statement in migrations[number]:
                await db.execute(statement)
            await db.execute(f"PRAGMA user_version = {number + 1}")
            await db.execute("COMMIT")
        except BaseException:
            await db.execute("ROLLBACK")
            raise


def read_sessions(path: Path) -> tuple[list[Row], list[Row]]:
    """The sessions of the last flush and their accounts, read at once and without a thread: for a new program.

    Raises StoreError.
    """
    with _in_words(path), contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as db:
        sessions = db.execute("SELECT id, inode, peer, account, character FROM sessions").fetchall()
        accounts = db.execute(
            "SELECT name, role, data FROM accounts WHERE name IN (SELECT account FROM sessions)"
        ).fetchall()
    return sessions, accounts


def verify(path: Path) -> int:
    """Check a database file through and through; gives its version. Raises StoreError."""
    with _in_words(path), contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        problems = [row[0] for row in db.execute("PRAGMA quick_check") if row[0] != "ok"]
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if problems:
        raise StoreError(f"{path} is damaged: {problems[0]}")
    if not set(schema.TABLES) <= tables:
        raise StoreError(f"{path} is no database of Everwake")
    return version


def sync(path: Path) -> None:
    """Have a file, or a folder's entries, survive a power cut."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def restore(backup: Path, database: Path) -> Path | None:
    """Put a backup in the database's place. The caller holds the lock. Gives where the old one was set aside.

    Raises StoreError, with nothing changed, when the backup is not good.
    """
    version = verify(backup)
    if version > len(schema.MIGRATIONS):
        raise StoreError(
            f"{backup} is of schema version {version}, but this program knows versions up to {len(schema.MIGRATIONS)}"
        )
    with _in_words(database):
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = database.with_name(database.name + ".restoring")
        shutil.copyfile(backup, temporary)
        temporary.chmod(0o600)
        sync(temporary)
        aside = None
        if database.exists():
            aside = database.with_name(f"{database.name}.replaced-{time.strftime('%Y%m%d-%H%M%S')}")
            for suffix in ("-wal", "-shm", ""):
                part = database.with_name(database.name + suffix)
                if part.exists():
                    part.rename(aside.with_name(aside.name + suffix))
        temporary.rename(database)
        sync(database.parent)
    return aside
