"""The lock: one server for each data folder. It belongs to the open file, so it survives fork and exec (flock(2))."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path

from mud.core.errors import StoreError


class Lock:
    """A lock that is held. A copyover passes on `fd`, which is not inheritable until it is made so."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    @classmethod
    def acquire(cls, path: Path) -> Lock:
        """Take the lock DATA/run/lock without waiting.

        Raises StoreError, which says which process holds it since when, or why it can't be taken.
        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}") from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(fd, 200, 0).decode("utf-8", "replace").strip() or "another process"
            os.close(fd)
            raise StoreError(f"the data folder {path.parent.parent} is in use by {holder}") from error
        except OSError as error:
            os.close(fd)
            raise StoreError(f"{path}: {error.strerror}") from error
        _sign(fd)
        return cls(fd)

    @classmethod
    def adopt(cls, fd: int) -> Lock:
        """A lock that the previous program took. Raises StoreError if `fd` does not hold it."""
        try:
            os.set_inheritable(fd, False)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)  # does nothing if it is held already
        except OSError as error:
            raise StoreError(f"the inherited lock (descriptor {fd}) can't be used: {error.strerror}") from error
        return cls(fd)

    def sign(self) -> None:
        """Record that this process holds it, which after the way back is another process than before."""
        _sign(self.fd)

    def release(self) -> None:
        """Release it. It stays taken while another process shares the open file. A second call does nothing."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def _sign(fd: int) -> None:
    """Record who holds it: written, then truncated, so a reader always finds a name. It may fail on a full disk."""
    text = f"process {os.getpid()}, since {time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode()
    with contextlib.suppress(OSError):
        os.pwrite(fd, text, 0)
        os.ftruncate(fd, len(text))
