"""Time limits for synchronous code: a signal interrupts what takes too long.

Only the main thread can be interrupted; elsewhere (a test's thread) there are no limits. Our own code is never
interrupted in the middle of a change: the interruption waits until it is back in the module's.
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

T = TypeVar("T")

_CALLER = os.path.dirname(os.path.abspath(__file__)) + os.sep  # who calls modules
_OURS = os.path.dirname(os.path.dirname(_CALLER)) + os.sep
_MAIN = threading.main_thread().ident  # the only one that hears signals
_thread = threading.get_ident
#: Seconds between two looks at a handler that may hang, and between two tries to interrupt one that does.
LOOK, AGAIN = 0.25, 0.005


class Interrupted(BaseException):
    """Raised in the middle of what takes too long; not an Exception, so that it is not taken for a usual one."""


class Watch:
    """Whether something is being watched now, since when, and how long it may take."""

    def __init__(self) -> None:
        self._began = 0.0
        self._limit = 0.0  # 0: nothing is watched
        self._armed = False

    def call(self, seconds: float, what: str, run: Callable[[], T]) -> tuple[T, float]:
        """What `run` gives, and the seconds it took. Raises TimedOut, naming `what`, after `seconds`."""
        began = time.perf_counter()
        if self._limit or threading.get_ident() != _MAIN:
            return run(), time.perf_counter() - began
        try:
            self._began, self._limit = began, seconds
            self._arm(seconds)
            return run(), time.perf_counter() - began
        except Interrupted:
            raise TimedOut(f"{what} took longer than {seconds:g} s and was interrupted") from None
        finally:
            self._limit = 0.0
            self.disarm()

    def begin(self, seconds: float, now: float) -> bool:
        """Watch what follows until `end`, coarsely and nearly for free. False when something is watched already.

        `now` is what `time.perf_counter` says: the caller has asked it for reasons of its own.
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
        """What `begin` began is over. The alarm is left to ring once more."""
        self._limit = 0.0

    def disarm(self) -> None:
        """No alarm will ring: before exec, where it would kill the new program, and at the end."""
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._armed = False

    def _arm(self, seconds: float) -> None:
        if signal.getsignal(signal.SIGALRM) != self._ring:
            signal.signal(signal.SIGALRM, self._ring)
            atexit.register(self.disarm)  # while Python ends nobody hears an alarm, and it would kill the process
        self._armed = True
        # again and again: one alarm that rings just before a module begins to sleep does not end that sleep
        signal.setitimer(signal.ITIMER_REAL, seconds, LOOK)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if not self._limit:
            self.disarm()
            return
        left = self._began + self._limit - time.perf_counter()
        if left > 0:
            self._arm(min(LOOK, left))
        else:
            self._arm(AGAIN)  # until it works, or once more, should it be caught
            if in_module(frame):
                raise Interrupted


def in_module(frame: FrameType | None) -> bool:
    """Whether `frame` is of a module, or of what it called, but not of anything of ours that it called."""
    depth = 0
    while frame is not None and not frame.f_code.co_filename.startswith(_OURS):
        frame, depth = frame.f_back, depth + 1
    return depth > 0 and frame is not None and frame.f_code.co_filename.startswith(_CALLER)


#: There is one alarm a process, so there is one watch.
WATCH = Watch()
