"""Notices saves: a thread watches folders, and a burst of saves counts as one.

Threads survive neither fork nor exec: `stop` leaves none behind, not even watchfiles' own.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from mud.threads import take_no_signals

#: Milliseconds without a change after which watchfiles reports changes, and after which it reports them in any case.
STEP_MS, MAX_MS = 40, 200
#: The name of watchfiles' own thread (as the kernel truncates it), and the seconds that ended threads get to
#: disappear from the kernel's list as well.
INNER, LEAVE_SECONDS = "notify-rs", 2.0


class Burst:
    """Saves that quickly follow each other.

    A burst is over after `quiet` seconds without a save, or when it has lasted `most`.
    """

    def __init__(self, quiet: float, most: float) -> None:
        self._quiet = quiet
        self._most = most
        self._first: float | None = None
        self._last = 0.0

    def ring(self, now: float) -> None:
        """There was a save."""
        self._first = now if self._first is None else self._first
        self._last = now

    def left(self, now: float) -> float:
        """Seconds until it is over, unless there are further saves."""
        if self._first is None:
            return 0.0
        return max(0.0, min(self._last + self._quiet, self._first + self._most) - now)

    def over(self) -> None:
        """The next save begins another one."""
        self._first = None


class _Stop:
    """The stop event that watchfiles polls; its first poll means that everything is being watched."""

    def __init__(self, ready: Callable[[], object]) -> None:
        self._event = threading.Event()
        self._ready: Callable[[], object] | None = ready

    def set(self) -> None:
        self._event.set()

    def is_set(self) -> bool:
        if self._ready is not None:
            ready, self._ready = self._ready, None
            ready()
        return self._event.is_set()


class Watcher:
    """Calls `rang` from its thread when files below `folders` that count were saved, and once when it is ready; calls
    `broke` if it can't watch."""

    def __init__(
        self,
        folders: Iterable[Path],
        counts: Callable[[str], bool],
        rang: Callable[[], object],
        broke: Callable[[Exception], object],
    ) -> None:
        self._folders = list(folders)
        self._counts = counts
        self._rang = rang
        self._broke = broke
        self._stop = _Stop(rang)
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; no thread is left. Takes some milliseconds: not for the event loop."""
        self._stop.set()
        self._thread.join()
        end = time.monotonic() + LEAVE_SECONDS
        while _runs(INNER, self._thread.native_id) and time.monotonic() < end:
            time.sleep(0.001)

    def _run(self) -> None:
        take_no_signals()
        try:
            from watchfiles import watch  # takes 30 ms, so it is imported in this thread

            logging.getLogger("watchfiles").setLevel(logging.WARNING)
            for _ in watch(
                *self._folders,
                watch_filter=lambda change, path: self._counts(path),
                debounce=MAX_MS,
                step=STEP_MS,
                rust_timeout=0,
                stop_event=self._stop,
            ):
                self._rang()
        except Exception as error:
            self._broke(error)


def _runs(name: str, number: int | None) -> bool:
    """Whether this process has a thread with this number, or one whose name begins with `name`."""
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # it has just ended
            if task.name == str(number) or (task / "comm").read_text().startswith(name):
                return True
    return False
