"""The database as a file: made, opened, looked at without a trace. Synchronous; standard library only.

POSIX locks are lost as soon as *any* descriptor of the file is closed by the process that holds them. So nothing here
opens a database but SQLite itself, which knows, or before there is a connection.
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
    """SQLite's and the system's errors as StoreError that names `what`: a file, mostly."""
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
    """Open a file that is there; `mode` as in https://sqlite.org/uri.html ("mode=ro", "mode=rw")."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)


def look(path: Path) -> sqlite3.Connection:
    """Open to read, leaving no trace: without a log beside it nobody has the file open, and it needs no lock.

    With one, SQLite reads both; it may have to make the log's index. A rollback journal is what a kill leaves of a
    database that was just being made: it can't be read before that is undone, which takes writing.
    """
    if beside(path, "-journal").exists():
        return connect(path, "mode=rw")
    return connect(path, "mode=ro" if beside(path, "-wal").exists() else "mode=ro&immutable=1")


def create(path: Path) -> None:
    """Make an empty file of mode 0600 if there is none, and its folder. Raises StoreError for what is no file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        raise StoreError(f"{path} is no file")
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def identity(path: Path) -> tuple[int, int] | None:
    """Which file lies there: device and inode; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def sync(path: Path) -> None:
    """Have a file, or a folder's entries, survive a power cut. Not for a database that is open (see above)."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def version(path: Path, known: int) -> int:
    """The schema version of a database; 0 for an empty file. Nothing is changed.

    Raises StoreError when it is no database, another program's, or of a newer version than `known`.
    """
    with in_words(path), contextlib.closing(look(path)) as db:
        found = _number(db, "user_version")
        ours = _number(db, "application_id") == schema.APPLICATION_ID
        blank = not found and not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    if not ours and not blank:
        raise StoreError(f"{path} is a database, but not one of Everwake")
    if found > known:
        raise StoreError(f"{path} is of schema version {found}, but this program knows versions up to {known}")
    return found


def _number(db: sqlite3.Connection, pragma: str) -> int:
    return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])
