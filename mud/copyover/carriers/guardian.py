"""The guardian: the old program, forked off and frozen, which decides whether the new one may have the game.

`cross` forks. The parent keeps its process id and becomes the new program; the child, the guardian, holds every
socket and its own memory, and waits outside of any event loop. Either it says GO and is gone, or it ends the new
program and `cross` returns in it: it plays on with what it has, and nothing needs to be decoded for the way back.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from mud.copyover import handover
from mud.copyover.carriers import channel
from mud.copyover.handover import Handover

#: A new program that is not HEALTHY after so many times what its start took in the rehearsal has failed.
TIMES = 3.0
#: The most that a new program may say before GO, in bytes, and how many of its last lines are passed on.
SAID_BYTES, LAST_LINES = 1 << 20, 12
#: Seconds that a hanging program gets to say where it hangs, and a killed one to be gone.
LAST_WORDS_SECONDS, GONE_SECONDS = 0.3, 5.0
#: Has Python say where it was when it is ended by a signal.
FAULTHANDLER = "PYTHONFAULTHANDLER"


class Failure(Struct):
    """Why the new program does not have the game; `said` are its last lines.

    With `guardian` the process that plays on is another one than before, and `signals` were on their way to the
    program that is gone.
    """

    why: str
    said: str = ""
    guardian: bool = False
    signals: frozenset[int] = frozenset()

    def __str__(self) -> str:
        return f"{self.why}\n{self.said}" if self.said else self.why


class Passage:
    """What goes between the two programs before GO. Raises OSError when there are no descriptors left."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        ours, theirs = channel.make()
        self.ours: socket.socket = stack.enter_context(ours)
        self.theirs: socket.socket = stack.enter_context(theirs)
        self.pid = os.getpid()
        self.process = os.pidfd_open(self.pid)
        stack.callback(os.close, self.process)
        self.stderr = os.dup(2)
        stack.callback(os.close, self.stderr)
        # a file of fixed size: whoever says too much is refused, and the place in it tells how much was said
        self.said = os.memfd_create("everwake-said", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        stack.callback(os.close, self.said)
        os.ftruncate(self.said, SAID_BYTES)
        fcntl.fcntl(self.said, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)


def limit(least: float, rehearsed: float) -> float:
    """Seconds that the new program may take until it is HEALTHY, after a start in the rehearsal that took so many."""
    return max(least, TIMES * rehearsed)


def cross(
    leaving: Handover,
    command: list[str],
    environment: Mapping[str, str],
    seconds: float,
    taking_back: Callable[[], None],
) -> Failure:
    """Become the new program, which `command` starts, in `environment`.

    Comes back only when that failed, in whichever process plays on.

    No thread may run, and no event loop. `taking_back` is called in the guardian before the new program is ended.
    Raises OSError when it can't even be tried.
    """
    with contextlib.ExitStack() as stack:
        passage = Passage(stack)
        leaving.channel, leaving.said, leaving.stderr = passage.theirs.fileno(), passage.said, passage.stderr
        memory = handover.write(leaving)
        stack.callback(os.close, memory)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        guardian = os.fork()
        if not guardian:
            passage.theirs.close()
            return _guard(passage, seconds, taking_back)
        try:
            error = _execute(leaving, command, environment, memory, guardian)
        finally:  # it can't be: the guardian lets go first
            passage.theirs.sendall(channel.STAY)
            os.waitpid(guardian, 0)
        why = getattr(error, "strerror", None) or error
        return Failure(f"the new program can't be executed: {why}")


def _execute(leaving: Handover, command: list[str], given: Mapping[str, str], memory: int, guardian: int) -> Exception:
    """Become the new program; gives the error when that is impossible, everything as it was."""
    fds = [memory, *leaving.descriptors()]
    environment = {**given, handover.VARIABLE: f"{memory}:{guardian}", FAULTHANDLER: "1"}
    try:
        channel.inheritable(fds, True)
        os.dup2(leaving.said, 2)
        os.execve(command[0], command, environment)
    except Exception as error:  # whatever it is, the game goes on
        os.dup2(leaving.stderr, 2)
        channel.inheritable(fds, False)
        return error


# The guardian


def _guard(passage: Passage, seconds: float, taking_back: Callable[[], None]) -> Failure:
    """Wait for the new program. Returns only to play on, with that program gone."""
    patience = LAST_WORDS_SECONDS
    try:
        why = _verdict(passage, seconds)
        if not why:
            why, patience = f"is not ready after {seconds:.1f} s", 0.0
    except Exception as error:  # nobody else is left who could go on
        why = f"can't be waited for: {type(error).__name__}: {error}"
    with contextlib.suppress(Exception):
        taking_back()
    signals = _end(passage, patience)
    return Failure(f"the new program {why}", last_lines(passage.said), True, signals)


def _verdict(passage: Passage, seconds: float) -> str:
    """Why the new program must not have the game; nothing when it is late. Does not come back when it may."""
    waiting = select.poll()
    waiting.register(passage.ours, select.POLLIN)
    if not waiting.poll(seconds * 1000):
        return ""
    with contextlib.suppress(ConnectionError):  # whoever is gone by now has not heard GO
        word = passage.ours.recv(1)
        if word == channel.HEALTHY:
            passage.ours.sendall(channel.GO)  # the point of no return
        if word in (channel.HEALTHY, channel.STAY):
            os._exit(0)  # nothing is closed or unregistered: others use it
    return "ended before it was ready"


def _end(passage: Passage, patience: float) -> frozenset[int]:
    """End the new program, if it still runs after so many seconds. Gives the signals that it had not heard yet."""
    signals = _pending(passage.pid)
    with contextlib.suppress(OSError):
        if not _gone(passage.process, patience):  # Python says where, and dies of it; no memory goes to the disk
            resource.prlimit(passage.pid, resource.RLIMIT_CORE, (0, 0))
            signal.pidfd_send_signal(passage.process, signal.SIGABRT)
            _gone(passage.process, LAST_WORDS_SECONDS)
        signal.pidfd_send_signal(passage.process, signal.SIGKILL)
    _gone(passage.process, GONE_SECONDS)
    return signals


def _gone(process: int, seconds: float) -> bool:
    waiting = select.poll()
    waiting.register(process, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))


def _pending(pid: int) -> frozenset[int]:
    """The signals that wait for a process."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return frozenset()
    masks = [int(line.split()[1], 16) for line in lines if line.startswith(("ShdPnd:", "SigPnd:"))]
    return frozenset(n for n in range(1, 32) if any(mask >> (n - 1) & 1 for mask in masks))


def last_lines(said: int) -> str:
    """The last lines of what a program said, fit to be shown to people."""
    text = os.pread(said, os.lseek(said, 0, os.SEEK_CUR), 0).decode("utf-8", "replace")
    lines = ["".join(c if c.isprintable() else " " for c in line) for line in text.splitlines() if line.strip()]
    crash = next((at for at, line in enumerate(lines) if line.startswith("Fatal Python error")), None)
    shown = lines[-LAST_LINES:] if crash is None else lines[crash : crash + LAST_LINES]  # a crash: the last call first
    return "\n".join(f"  {line}" for line in shown)


# The new program


def parse(inherited: str) -> tuple[int, int]:
    """What the environment says: the descriptor of the hand-over, and the guardian's process id."""
    fd, _, pid = inherited.partition(":")
    return int(fd), int(pid or 0)


def ask_to_go(given: Handover) -> bool:
    """Say HEALTHY and wait for the answer. After GO what was said goes where it always does."""
    if not channel.ask_to_go(given.channel):
        return False
    os.dup2(given.stderr, 2)
    said = os.pread(given.said, os.lseek(given.said, 0, os.SEEK_CUR), 0)
    with contextlib.suppress(OSError):
        os.write(2, said)
    os.close(given.said)
    os.close(given.stderr)
    return True


def reap(loop: asyncio.AbstractEventLoop, pid: int) -> None:
    """Take note of the guardian's end when it comes."""
    try:
        process = os.pidfd_open(pid)
    except OSError:
        return

    def gone() -> None:
        loop.remove_reader(process)
        os.close(process)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)

    loop.add_reader(process, gone)
