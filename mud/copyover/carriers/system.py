"""The operating system as a value, so that tests can pass a fake one (as cloudflare/tableflip does)."""

from __future__ import annotations

import os
import resource
import select
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn


@dataclass(frozen=True)
class Os:
    """The system calls of a carrier. A process's descriptor (pidfd) becomes readable when the process ends."""

    fork: Callable[[], int]
    execve: Callable[[str, list[str], Mapping[str, str]], NoReturn]
    wait: Callable[[int], object]  # waits for a child's end, and reaps it
    exit: Callable[[int], None]  # at once, without clean-up
    process: Callable[[int], int]  # the descriptor of a process by its pid
    send_signal: Callable[[int, int], None]  # to a process by its descriptor
    readable: Callable[[int, float], bool]  # whether a descriptor becomes readable within some seconds
    hear: Callable[[int], None]  # have this process hear a signal later that it blocks now; no other
    pending: Callable[[int], frozenset[int]]  # the signals that a process has not received yet
    forbid_core: Callable[[int], None]  # keeps a process from writing a core file


def real() -> Os:
    """The real operating system."""
    return Os(
        fork=os.fork,
        execve=os.execve,
        wait=lambda pid: os.waitpid(pid, 0),
        exit=os._exit,
        process=os.pidfd_open,
        send_signal=signal.pidfd_send_signal,
        readable=readable,
        hear=hear,
        pending=pending,
        forbid_core=lambda pid: resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0)) and None,
    )


def readable(fd: int, seconds: float) -> bool:
    """Whether a descriptor becomes readable within `seconds`."""
    waiting = select.poll()
    waiting.register(fd, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))


def hear(number: int) -> None:
    """Send this process a signal, if it blocks it: it is delivered once it is unblocked."""
    if number in signal.pthread_sigmask(signal.SIG_BLOCK, ()):
        os.kill(os.getpid(), number)


def pending(pid: int) -> frozenset[int]:
    """The signals that are pending for a process."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return frozenset()
    masks = [int(line.split()[1], 16) for line in lines if line.startswith(("ShdPnd:", "SigPnd:"))]
    return frozenset(n for n in range(1, 32) if any(mask >> (n - 1) & 1 for mask in masks))
