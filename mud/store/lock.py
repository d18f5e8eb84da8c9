"""The lock: one server a data folder. It belongs to the open file, so it survives fork and exec (flock(2))."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path

from mud.core.errors import StoreError


class Lock:
    """A held lock. `fd` is what a copyover passes on; it is not inheritable until somebody says so."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    @classmethod
    def acquire(cls, path: Path) -> Lock:
        """Take the lock DATA/run/lock without waiting.

        Raises StoreError, saying which process has it since when, or why there can be none.
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
        """A lock that the program before took. Raises StoreError when `fd` does not hold it."""
        try:
            os.set_inheritable(fd, False)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nothing to do for whoever has it
        except OSError as error:
            raise StoreError(f"the inherited lock (descriptor {fd}) can't be used: {error.strerror}") from error
        return cls(fd)

    def sign(self) -> None:
        """Say that it is held by this process: another one than before, after the way back."""
        _sign(self.fd)

    def release(self) -> None:
        """Give it back. It stays taken while another process still shares the open file. Twice is once."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def _sign(fd: int) -> None:
    """Say who holds it. Written before it is cut: whoever reads meanwhile finds a name. A full disk is no obstacle."""
    text = f"process {os.getpid()}, since {time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode()
    with contextlib.suppress(OSError):
        os.pwrite(fd, text, 0)
        os.ftruncate(fd, len(text))
