"""What the code on the disk is, so that what was rehearsed is what takes over."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def digest(folders: Iterable[Path]) -> str:
    """Changes whenever a Python file in one of `folders` does: by names, sizes and times, as Python's own caches."""
    found = hashlib.blake2b(digest_size=16)
    for folder in folders:
        for path, about in sorted(_files(str(folder)), key=lambda pair: pair[0]):
            found.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _files(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """The Python files below a folder. By scandir: this is looked at while the game waits."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:  # what is gone or closed to us is not imported
        for entry in entries:
            if entry.name == "__pycache__":
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            elif entry.name.endswith(".py"):
                with contextlib.suppress(OSError):
                    yield entry.path, entry.stat()
