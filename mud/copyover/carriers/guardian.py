"""The guardian: a frozen fork of the old program, which decides whether the new program gets the game.

It holds every socket and its own memory, and waits outside any event loop. Either it says GO and exits, or it ends the
new program and plays on with what it has: the way back needs no decoding.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable

from msgspec import Struct

from mud.copyover.carriers import channel
from mud.copyover.carriers.carrier import Failure
from mud.copyover.carriers.system import Os

#: How many of the last lines of a new program's output are passed on.
LAST_LINES = 12
#: Seconds that a hanging program gets to print where it hangs, and that a killed one gets to end.
LAST_WORDS_SECONDS, GONE_SECONDS = 0.3, 5.0


class WatchedProgram(Struct):
    """The new program as its guardian sees it: our end of the channel, its pid and pidfd, the memfd of its output."""

    channel: socket.socket
    pid: int
    process: int
    said: int


def guard(os_: Os, new: WatchedProgram, seconds: float, taking_back: Callable[[], None]) -> Failure:
    """Wait for the new program's decision. Returns only if this process is to play on; the new program has ended."""
    patience = LAST_WORDS_SECONDS
    try:
        why = verdict(os_, new, seconds)
        if not why:
            why, patience = f"is not ready after {seconds:.1f} s", 0.0
    except Exception as error:  # whatever it is, only this process can go on
        why = f"can't be waited for: {type(error).__name__}: {error}"
    failure = Failure(f"the new program {why}", began=True, moved=True)
    with contextlib.suppress(Exception):
        taking_back()
    with contextlib.suppress(Exception):
        for number in os_.pending(new.pid):  # it did not hear them, so we do
            os_.hear(number)
    end(os_, new, patience)
    with contextlib.suppress(Exception):
        failure.said = last_lines(new.said)
    return failure


def verdict(os_: Os, new: WatchedProgram, seconds: float) -> str:
    """Why the new program must not have the game; "" if it is late. Never returns if it may have it."""
    if not os_.readable(new.channel.fileno(), seconds):
        return ""
    with contextlib.suppress(ConnectionError):  # a program that has ended by now did not receive GO
        word = new.channel.recv(1)
        if word == channel.HEALTHY:
            new.channel.sendall(channel.GO)  # the point of no return
        if word in (channel.HEALTHY, channel.STAY):
            os_.exit(0)  # without clean-up: the new program uses what is open here
    return "ended before it was ready"


def end(os_: Os, new: WatchedProgram, patience: float) -> None:
    """End the new program, if it still runs after `patience` seconds. Never raises: the game has to go on."""
    with contextlib.suppress(Exception):
        if not os_.readable(new.process, patience):  # SIGABRT makes Python print a traceback and die
            os_.forbid_core(new.pid)
            os_.send_signal(new.process, signal.SIGABRT)
            os_.readable(new.process, LAST_WORDS_SECONDS)
    with contextlib.suppress(Exception):  # whatever failed before: two programs must not have the game
        os_.send_signal(new.process, signal.SIGKILL)
    with contextlib.suppress(Exception):
        os_.readable(new.process, GONE_SECONDS)


def last_lines(said: int) -> str:
    """The last lines of a program's output, made printable."""
    text = os.pread(said, os.lseek(said, 0, os.SEEK_CUR), 0).decode("utf-8", "replace")
    lines = ["".join(c if c.isprintable() else " " for c in line) for line in text.splitlines() if line.strip()]
    crash = next((at for at, line in enumerate(lines) if line.startswith("Fatal Python error")), None)
    shown = lines[-LAST_LINES:] if crash is None else lines[crash : crash + LAST_LINES]  # the last call first
    return "\n".join(f"  {line}" for line in shown)
