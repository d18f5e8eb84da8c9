"""The rehearsal: a child process starts the new code before anyone is interrupted.

It imports everything and loads the world, which also fills the caches of both, so that the real start is a warm one.
`mud.copyover.rehearsal.trial` is what it does with the state. It has no socket and no lock, and a copy of the
database.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from mud.copyover import environment
from mud.core.errors import CopyoverError

#: The file name of the database's copy.
DATABASE = "everwake.db"
LAST_LINES = 12
#: prctl(2): the signal to get when the parent ends.
PR_SET_PDEATHSIG = 1
#: The child's niceness above the game's: it gets a third of the game's share if both want the processor.
NICER = 5


async def rehearse(
    argv: list[str], given: Mapping[str, str], folder: Path, seconds: float, modules: list[str], most_bytes: int
) -> None:
    """Run `argv`, in the environment `given`, as a rehearsal with the copies in `folder`; `modules` have to load.

    Raises CopyoverError with the last lines of its output if it fails. The child is ended at the deadline, or when this
    is cancelled, and always reaped. It gets at most `most_bytes` of memory.
    """
    env = environment.of_rehearsal(given, modules, folder)
    with tempfile.TemporaryFile() as said:
        try:
            child = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        except OSError as error:
            raise CopyoverError(f"the rehearsal can't be started: {argv[0]}: {error.strerror}") from error
        try:
            with contextlib.suppress(OSError):
                resource.prlimit(child.pid, resource.RLIMIT_AS, (most_bytes, most_bytes))
                os.setpriority(os.PRIO_PROCESS, child.pid, min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICER))
            await asyncio.wait_for(end_of(child), seconds)
        except TimeoutError:
            raise CopyoverError(f"the new code is not ready after {seconds:g} s:\n{_last(said)}") from None
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGKILL)
                child.wait()
        if child.returncode:
            code = child.returncode
            how = f"was ended by signal {-code} ({signal.strsignal(-code)})" if code < 0 else "does not start"
            raise CopyoverError(f"the new code {how}:\n{_last(said)}")


def end_with_parent() -> None:
    """In the child, which has no deadline of its own: end when the process that waits for it is killed."""
    parent = environment.take_parent()
    if not parent:
        return
    import ctypes  # nothing else needs it

    with contextlib.suppress(OSError, AttributeError):  # the C library lacks prctl
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if str(os.getppid()) != parent:  # the parent ended before we asked
        os._exit(1)


async def end_of(child: subprocess.Popen[bytes]) -> None:
    """Wait for a child's end without a thread."""
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    fd = os.pidfd_open(child.pid)

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    loop.add_reader(fd, end)
    try:
        await ended
        child.wait()
    finally:
        loop.remove_reader(fd)
        os.close(fd)


def _last(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode("utf-8", "replace").strip().splitlines()
    return "\n".join(f"  {line}" for line in lines[-LAST_LINES:]) or "  (it said nothing)"
