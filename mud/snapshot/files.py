"""Snapshot files: `NAME.dat` in one folder, private, complete or not there at all (S0.3)."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Collection, Iterable
from pathlib import Path

from mud.core.errors import SnapshotError
from mud.snapshot.envelope import Snapshot, pack, unpack
from mud.snapshot.seal import Key

log = logging.getLogger("mud.snapshot")


def path_of(folder: Path, participant: str) -> Path:
    """The path of a participant's snapshot."""
    return folder / f"{participant}.dat"


def write(folder: Path, snapshot: Snapshot, key: Key | None = None, sync: bool = False) -> bytes:
    """Write a snapshot under its participant's name, mode 0600, through a temporary file. Returns its bytes.

    With a key it is encrypted. A copyover's files are not synced to the disk: after a power cut in the middle of one,
    the database is used, which is synced. With `sync`, file and folder are synced, for what has to outlive a power cut.
    Raises SnapshotError when the disk refuses.
    """
    return write_to(path_of(folder, snapshot.participant), snapshot, key, sync)


def write_to(path: Path, snapshot: Snapshot, key: Key | None = None, sync: bool = False) -> bytes:
    """The same, to a file of any name."""
    data = pack(snapshot, key)
    folder, temporary = path.parent, path.with_name(f"{path.name}.tmp")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(fd, "wb") as file:
            file.write(data)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        temporary.rename(path)
        if sync:
            sync_folder(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise SnapshotError(f"{path}: {error.strerror}") from error
    return data


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def read(folder: Path, participant: str, key: Key | None = None) -> Snapshot | None:
    """Read a participant's snapshot; None when there is none (S0.4).

    Raises SnapshotError if it can't be read or is another participant's.
    """
    path = path_of(folder, participant)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SnapshotError(f"{path}: {error.strerror}") from error
    snapshot = unpack(data, str(path), key)
    if snapshot.participant != participant:
        raise SnapshotError(f"{path}: this is the state of {snapshot.participant!r}, not of {participant!r}")
    return snapshot


def remove(folder: Path, participant: str) -> None:
    """Remove a snapshot whose state was restored and is committed. One that can't be removed does no harm."""
    try:
        path_of(folder, participant).unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s can't be removed; nobody reads it any more: %s", path_of(folder, participant), error.strerror)


def use_up(folder: Path, participants: Iterable[str], lost: Collection[str] = ()) -> None:
    """Snapshots whose restored state is committed go away; those that nobody could take are set aside (S0.7)."""
    for participant in participants:
        if participant in lost:
            set_aside(folder, participant, "corrupt")
        else:
            remove(folder, participant)


def set_aside(folder: Path, participant: str, why: str) -> Path | None:
    """Keep a snapshot that can't be used as `NAME.dat.WHY-TIME` (S0.7). Returns None if that fails."""
    path = path_of(folder, participant)
    aside = path.with_name(f"{path.name}.{why}-{int(time.time())}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("%s can't be set aside: %s", path, error.strerror)
        return None
    return aside


def clear_away(folder: Path) -> list[Path]:
    """Set aside what a killed copyover left; the database has the same state. Returns the new paths.

    Raises OSError when the disk refuses.
    """
    for temporary in folder.glob("*.dat.tmp"):
        temporary.unlink(missing_ok=True)
    found = [set_aside(folder, path.stem, "stale") for path in sorted(folder.glob("*.dat"))]
    return [path for path in found if path is not None]
