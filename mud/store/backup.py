"""Copies of a database: made while the game runs, restored while it does not. Synchronous."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import datetime
from pathlib import Path

from mud.core.errors import StoreError
from mud.store import file, schema

#: The files that SQLite keeps beside a database.
SIDES = ("-wal", "-shm", "-journal")


def copy(source: Path, destination: Path) -> None:
    """A consistent copy of a database, even while that is written to: complete or not there, verified, synced, mode
    0600.

    The copy is one file that needs no other beside it, and replaces what was at `destination`. Raises StoreError.
    """
    _refuse_same(source, destination)
    with file.in_words(f"{source}, copied to {destination}"):
        if file.beside(destination, "-wal").exists():
            raise StoreError(f"{destination} is in use: there is a {destination.name}-wal beside it")
        temporary = file.beside(destination, ".tmp")
        _remove(temporary)
        try:
            file.create(temporary)
            with contextlib.closing(file.look(source)) as old, contextlib.closing(_target(temporary)) as new:
                old.backup(new)  # in one step and one read transaction: later writes are not seen
                new.execute("PRAGMA journal_mode = DELETE")
            check(temporary)
            file.sync(temporary)
            temporary.replace(destination)
            file.sync(destination.absolute().parent)
        finally:
            _remove(temporary)


def check(path: Path) -> None:
    """Raise StoreError if a database file is damaged."""
    with file.in_words(path), contextlib.closing(file.look(path)) as db:
        found = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    if found != "ok":
        raise StoreError(f"{path} is damaged: {found}")


def restore(backup: Path, database: Path) -> Path | None:
    """Put a backup in the database's place. Returns where the old one was set aside. The caller holds the lock.

    Raises StoreError, with nothing changed, if the backup is not good.
    """
    if not backup.is_file():
        raise StoreError(f"{backup}: there is no such file")
    _refuse_same(backup, database)
    if not file.version(backup, schema.newest()):
        raise StoreError(f"{backup} is empty")
    check(backup)
    staged = file.beside(database, ".restoring")
    try:
        copy(backup, staged)
        with file.in_words(database):
            aside = _set_aside(database)
            staged.replace(database)
            file.sync(database.absolute().parent)
    finally:
        _remove(staged)
    return aside


def _set_aside(database: Path) -> Path | None:
    """Keep a database under another name. Its log goes first: a log must never lie beside another database.

    The file also stays in its place until the new one replaces it: a server that is started between the two must not
    find an empty folder and begin a new world.
    """
    aside = file.beside(database, f".replaced-{datetime.now():%Y%m%d-%H%M%S-%f}")
    for side in SIDES:
        with contextlib.suppress(FileNotFoundError):
            file.beside(database, side).rename(file.beside(aside, side))
    if not database.exists():
        return None
    try:
        os.link(database, aside)
    except OSError:  # a file system without hard links
        database.rename(aside)
    return aside


def _target(path: Path) -> sqlite3.Connection:
    """The database that a copy is written to: without syncing, which is done once at the end."""
    db = file.connect(path, "mode=rw")
    db.execute("PRAGMA synchronous = OFF")
    return db


def _remove(path: Path) -> None:
    for side in ("", *SIDES):
        file.beside(path, side).unlink(missing_ok=True)


def _refuse_same(source: Path, destination: Path) -> None:
    if file.identity(source) is not None and file.identity(source) == file.identity(destination):
        raise StoreError(f"{source} and {destination} are the same file")
