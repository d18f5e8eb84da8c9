"""Time limits for synchronous code: a signal interrupts code that takes too long.

Only the main thread can be interrupted; in other threads (a test's) there are no limits. Our own code is never
interrupted in the middle of a change: the interruption waits until the module's code runs again.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from mud.core.errors import TimedOut
from mud.core.origin import place

T = TypeVar("T")

_CALLER = os.path.dirname(os.path.abspath(__file__)) + os.sep  # the package that calls modules
_OURS = os.path.dirname(os.path.dirname(_CALLER)) + os.sep
_MAIN = threading.main_thread().ident  # the only thread that receives signals
_thread = threading.get_ident
#: Seconds between two checks for a hanging handler, and between two attempts to interrupt it.
LOOK, AGAIN = 0.25, 0.005


class Interrupted(BaseException):
    """Raised inside code that takes too long; a BaseException, so that `except Exception` does not catch it."""

    @property
    def at(self) -> str:
        """Where in the module, as " at raffle/draws.py:12"; "" if that is not known."""
        where = place(self)
        return where and f" at {where}"


class Watchdog:
    """The code being watched now, if any: since when it runs, and for how long it may."""

    def __init__(self) -> None:
        self._began = 0.0
        self._limit = 0.0  # 0 if nothing is watched
        self._armed = False

    def call(self, seconds: float, what: str, run: Callable[[], T]) -> tuple[T, float]:
        """Run `run`; return its result and the seconds it took. Raises TimedOut, naming `what`, after `seconds`."""
        began = time.perf_counter()
        if self._limit or threading.get_ident() != _MAIN:
            return run(), time.perf_counter() - began
        try:
            self._began, self._limit = began, seconds
            self._arm(seconds)
            return run(), time.perf_counter() - began
        except Interrupted as hung:
            raise TimedOut(f"{what} took longer than {seconds:g} s and was interrupted{hung.at}") from None
        finally:
            self._limit = 0.0
            self.disarm()

    def begin(self, seconds: float, now: float) -> bool:
        """Watch what follows until `end`, coarsely and nearly for free. False if something is watched already.

        `now` is the present `time.perf_counter()`, which the caller needs as well.
        """
        if self._limit or _thread() != _MAIN:
            return False
        self._began = now
        self._limit = seconds
        if not self._armed:
            self._arm(LOOK)
        return True

    @property
    def watching(self) -> bool:
        """Whether something is watched."""
        return bool(self._limit)

    def end(self) -> None:
        """End the watch that `begin` began. The alarm may ring once more, without effect."""
        self._limit = 0.0

    def disarm(self) -> None:
        """Cancel the alarm: before exec, where it would kill the new program, and at the end."""
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._armed = False

    def _arm(self, seconds: float) -> None:
        if signal.getsignal(signal.SIGALRM) != self._ring:
            signal.signal(signal.SIGALRM, self._ring)
            atexit.register(self.disarm)  # at Python's exit nothing handles the alarm, and it would kill the process
        self._armed = True
        # repeated, because an alarm that rings just before a module begins to sleep does not end that sleep
        signal.setitimer(signal.ITIMER_REAL, seconds, LOOK)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if not self._limit:
            self.disarm()
            return
        left = self._began + self._limit - time.perf_counter()
        if left > 0:
            self._arm(min(LOOK, left))
        else:
            self._arm(AGAIN)  # repeated until it takes effect, and once more in case the module catches it
            if in_module(frame):
                raise Interrupted


def in_module(frame: FrameType | None) -> bool:
    """Whether `frame` runs a module's code or a library's on its behalf, rather than our own."""
    depth = 0
    while frame is not None and not frame.f_code.co_filename.startswith(_OURS):
        frame, depth = frame.f_back, depth + 1
    return depth > 0 and frame is not None and frame.f_code.co_filename.startswith(_CALLER)


#: A process has one alarm, so there is one watch.
WATCH = Watchdog()
