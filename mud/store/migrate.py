"""Migrates a database to the newest schema. Synchronous; nobody else may have the file open."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from mud.core.errors import StoreError
from mud.store import file, schema
from mud.store.backup import copy


def prepare(path: Path, migrations: schema.Migrations) -> None:
    """Make a database, or migrate an older one, each step in a transaction of its own.

    An older one is copied to NAME.before-vN before step N. Raises StoreError. If the file is not a database of ours or
    is of a newer version, nothing is changed; if a step fails, the steps before it are done.
    """
    with file.in_words(path):
        file.create(path)
    found = file.version(path, schema.newest(migrations))
    steps = [(number, step) for number, step in migrations if number > found]
    if found and steps:
        copy(path, file.beside(path, f".before-v{steps[0][0]}"))
    for number, step in steps:
        what = f"{path}, to schema version {number}"
        with file.in_words(what), contextlib.closing(file.connect(path, "mode=rw")) as db:
            _take(db, number, step)


@contextlib.contextmanager
def look(path: Path, migrations: schema.Migrations = schema.MIGRATIONS) -> Iterator[sqlite3.Connection]:
    """Read a database in the newest schema: an older one is migrated in memory. Nothing is written.

    For a new program that may have to give the game back. Raises StoreError, also inside the block.
    """
    with file.in_words(path), contextlib.closing(file.look(path)) as db:
        found, known = int(db.execute("PRAGMA user_version").fetchone()[0]), schema.newest(migrations)
        if found == known:
            yield db
            return
        if not file.version(path, known):
            raise StoreError(f"{path} is empty")
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as copied:
            db.backup(copied)
            for number, step in migrations:
                if number > found:
                    with file.in_words(f"{path}, to schema version {number}"):
                        _take(copied, number, step)
            yield copied


def _take(db: sqlite3.Connection, number: int, step: schema.Step) -> None:
    """Take one step. If it fails, closing the connection undoes it."""
    db.execute("BEGIN IMMEDIATE")
    if callable(step):
        step(db)
    else:
        for statement in step:
            db.execute(statement)
    db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {number}")
    db.execute("COMMIT")
