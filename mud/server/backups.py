"""Backups: a copy of the database, and beside it a snapshot of every module, so that one can be taken out of it.

The snapshots are made from the copy itself. So they hold the same instant, need neither the game nor a module's code,
and have the notes on players who are away, too. The conversations that were open are in no database.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from msgspec.structs import replace

from mud.core.errors import SnapshotError
from mud.snapshot import belongings, files
from mud.snapshot.envelope import Metadata, Snapshot, unpack
from mud.snapshot.seal import Key
from mud.store import rows
from mud.store.store import Store, read_modules, read_waiting
from mud.store.threads import in_thread


def folder_of(database: Path) -> Path:
    """The folder of modules' snapshots beside a copy of the database."""
    return database.with_name(f"{database.stem}.modules")


def snapshot_in(path: Path, module: str) -> Path:
    """The file of a module's snapshot that `path` means: itself, or one in a backup or a folder of snapshots."""
    if path.is_dir():
        return files.path_of(path, module)
    with path.open("rb") as file:
        is_database = file.read(16).startswith(b"SQLite format 3")
    return files.path_of(folder_of(path), module) if is_database else path


async def make(store: Store, path: Path, why: Metadata, key: Key | None) -> list[str]:
    """Make a backup of an open database. Returns the modules in it. Raises StoreError or SnapshotError."""
    await store.backup(path)
    return await in_thread(write_modules, path, why, key)


def write_modules(database: Path, why: Metadata, key: Key | None) -> list[str]:
    """Write the snapshot of every module in a copy of the database: all of them, or none."""
    found = [replace(each, metadata=why, taken=time.time()) for each in snapshots(database)]
    folder = folder_of(database)
    temporary = folder.with_name(f"{folder.name}.tmp")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(mode=0o700, parents=True)
        for each in found:
            files.write(temporary, each, key, sync=True)
        shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
        files.sync_folder(folder.parent)
    except OSError as error:
        raise SnapshotError(f"{folder}: {error.strerror}; the copy of the database is there") from error
    return [each.participant for each in found]


def snapshots(database: Path) -> list[Snapshot]:
    """Everything that each module has in a database. Raises StoreError or SnapshotError."""
    states = [unpack(data, f"{database}: the state of {name}") for name, _, data in read_modules(database)[0]]
    world = rows.waiting(*read_waiting(database))
    theirs = belongings.take_out(world, [], {state.participant for state in states})[2]
    return [belongings.with_belongings(state, theirs[state.participant]) for state in states]
