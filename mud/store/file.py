"""The database as a file: making, opening and reading it without a trace. Synchronous; standard library only.

A process loses its POSIX locks on a file as soon as it closes *any* descriptor of it. So a database is opened by SQLite
only, which takes care of that, or before there is a connection.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from mud.core.errors import StoreError
from mud.store import schema


@contextlib.contextmanager
def in_words(what: object) -> Iterator[None]:
    """Turns SQLite's and the system's errors into a StoreError that names `what`, usually a file."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{what}: {error.strerror or error}") from error
    except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
        raise StoreError(f"{what}: {error}") from error


def beside(path: Path, suffix: str) -> Path:
    """The file of the same name with `suffix` after it: "-wal", ".tmp" ..."""
    return path.with_name(path.name + suffix)


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open an existing file; `mode` as in https://sqlite.org/uri.html ("mode=ro", "mode=rw")."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)


def look(path: Path) -> sqlite3.Connection:
    """Open for reading without a trace. If there is no log beside the file, nobody has it open, and no lock is needed.

    If there is one, SQLite reads both and may have to make the log's index. A rollback journal is left when the server
    is killed while it makes a database. It must be undone before the file can be read, which takes writing.
    """
    if beside(path, "-journal").exists():
        return connect(path, "mode=rw")
    return connect(path, "mode=ro" if beside(path, "-wal").exists() else "mode=ro&immutable=1")


def create(path: Path) -> None:
    """Make an empty file of mode 0600, and its folder, if there is none. Raises StoreError if it is not a file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        raise StoreError(f"{path} is not a file")
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def identity(path: Path) -> tuple[int, int] | None:
    """The identity of a file: device and inode; None if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def sync(path: Path) -> None:
    """Make a file, or a folder's entries, survive a power cut. Not for an open database (see above)."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def version(path: Path, known: int) -> int:
    """The schema version of a database, 0 for an empty file. Nothing is changed.

    Raises StoreError if it is not a database, is another program's, or is of a newer version than `known`.
    """
    with in_words(path), contextlib.closing(look(path)) as db:
        found = _number(db, "user_version")
        ours = _number(db, "application_id") == schema.APPLICATION_ID
        blank = not found and not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    if not ours and not blank:
        raise StoreError(f"{path} is a database, but not one of Everwake's")
    if found > known:
        raise StoreError(f"{path} is of schema version {found}, but this program knows versions up to {known}")
    return found


def _number(db: sqlite3.Connection, pragma: str) -> int:
    return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])
