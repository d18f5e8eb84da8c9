"""Faults of the system, put into a running server from outside: calls that fail, disks that are full or read-only."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.tools import mount, need_tool


@contextlib.contextmanager
def failing(pid: int, calls: str, error: str, *paths: Path | str, follow: bool = True) -> Iterator[None]:
    """Meanwhile these system calls of a process fail, and with `follow` those of its threads and children too.

    With `paths` only calls that have to do with one of those files do. It goes on in whatever the process executes.
    """
    arguments = [*(["-f"] if follow else []), "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}"]
    arguments += [part for path in paths for part in ("-P", str(path))]
    command = [need_tool("strace"), "-p", str(pid), *arguments, "-o", "/dev/null"]
    strace = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        assert strace.stderr is not None
        said = b""
        while b"attached" not in said:
            line = strace.stderr.readline()
            assert line, said.decode()
            said += line
        yield
    finally:
        strace.terminate()
        strace.communicate()


def unmount(folder: Path) -> None:
    """Take away what was last mounted there, also if something still uses it."""
    subprocess.run(["umount", "-l", str(folder)], check=True)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Meanwhile nothing below a folder can be made, written or removed, but what is open already."""
    mount("--bind", str(folder), str(folder))
    try:
        mount("-o", "remount,bind,ro", str(folder))
        yield
    finally:
        unmount(folder)


@contextlib.contextmanager
def small_disk(folder: Path, size: str = "4m") -> Iterator[Path]:
    """A disk of its own, for a server's data."""
    folder.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        unmount(folder)


def fill(disk: Path) -> Path:
    """Fill a disk up to the last byte; gives the file to remove."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    return filler
