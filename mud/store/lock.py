"""The lock: one server a data folder. It belongs to the open file, so it survives fork and exec."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from mud.core.errors import StoreError


class Lock:
    """A held lock. `fd` is what a copyover passes on."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    @classmethod
    def acquire(cls, path: Path) -> Lock:
        """Take the lock. Raises StoreError, saying who has it, when somebody does."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(fd, 200, 0).decode("utf-8", "replace").strip()
            os.close(fd)
            raise StoreError(f"the data folder {path.parent.parent} is in use by {holder or 'somebody'}") from error
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"process {os.getpid()}, since {time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode(), 0)
        return cls(fd)

    @classmethod
    def adopt(cls, fd: int) -> Lock:
        """A lock that was taken by the program before."""
        return cls(fd)

    def release(self) -> None:
        """Give it back."""
        os.close(self.fd)
