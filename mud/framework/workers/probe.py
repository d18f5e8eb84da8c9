"""Checks a process worker's health by running a command of its manifest again and again, without a thread."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Callable

from mud.framework.workers.controller import Health
from mud.framework.workers.manifest import WorkerManifest
from mud.framework.workers.program import KILL_STANDING_SECONDS, Program, ends_within, in_words, last_lines


class Probe:
    """One run of a health command. Calls `told` once: with "" for healthy, otherwise with what is wrong.

    It may take `seconds`. Raises OSError or ValueError if the command can't be started.
    """

    def __init__(self, program: Program, seconds: float, told: Callable[[str], None]) -> None:
        self.ended = False
        self._told: Callable[[str], None] | None = told
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        with contextlib.ExitStack() as undo:
            self._said = undo.enter_context(tempfile.TemporaryFile())
            self._child = program.spawn(self._said)
            undo.callback(self._child.wait)
            undo.callback(self._child.kill)
            self._fd = os.pidfd_open(self._child.pid)
            undo.pop_all()
        self._loop.add_reader(self._fd, self._end)
        self._timer = self._loop.call_later(self._seconds, self._late)

    def _late(self) -> None:
        self._kill()
        self._tell(f"the health check did not answer within {self._seconds:g} s")

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            os.killpg(self._child.pid, signal.SIGKILL)

    def _tell(self, what: str) -> None:
        told, self._told = self._told, None
        if told is not None:
            told(what)

    def _end(self) -> None:
        self._kill()  # whatever it left running; its group's number can't be reused before we reap it
        code = self._child.wait()
        what = f"the health check says: {in_words(code)}\n{last_lines(self._said)}" if code else ""
        self._close()
        self._tell(what)

    def _close(self) -> None:
        self.ended = True
        self._timer.cancel()
        self._loop.remove_reader(self._fd)
        os.close(self._fd)
        self._said.close()

    def drop(self) -> None:
        """End it without calling `told`."""
        self._told = None
        if self.ended:
            return
        self._kill()
        if ends_within(self._fd, KILL_STANDING_SECONDS):
            self._child.wait()
        else:
            self._child.returncode = -signal.SIGKILL  # it hangs in the kernel; make subprocess forget it
        self._close()


class Checks:
    """The health checks of one worker. Calls `told` after each, with `health` and `illness` set.

    Without a health command nothing is checked and the health stays unknown.
    """

    def __init__(
        self, manifest: WorkerManifest, told: Callable[[bool], None], clock: Callable[[], float] = time.time
    ) -> None:
        self.health: Health = "unknown"
        self.illness = ""
        self.failures = 0  # failed checks in a row
        self.checked: float | None = None  # wall-clock seconds
        self._manifest = manifest
        self._tell = told
        self._clock = clock
        self._every = 0.0
        self._began = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._probe: Probe | None = None

    def begin(self, seconds: float, every: float) -> None:
        """Check first after `seconds`, then every `every` seconds."""
        self._every = every
        if self._timer is not None:
            self._timer.cancel()
        if self._manifest.health:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._check)

    def end(self) -> None:
        """Stop checking, and end a check that runs. The last result stays."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        probe, self._probe = self._probe, None
        if probe is not None:
            probe.drop()

    def forget(self) -> None:
        """Stop checking, and forget the last result."""
        self.end()
        self.health, self.illness, self.checked, self.failures = "unknown", "", None, 0

    def _check(self) -> None:
        manifest = self._manifest
        self._began = time.monotonic()
        if self._probe is not None and not self._probe.ended:
            self._told("the last health check hangs")
            return
        try:
            self._probe = Probe(manifest.program(manifest.health), manifest.health_timeout, self._told)
        except (OSError, ValueError) as error:
            self._told(f"the health check can't be started: {error}", answered=False)

    def _told(self, illness: str, answered: bool = True) -> None:
        news = (self.health == "unhealthy") != bool(illness)
        self.health = "unhealthy" if illness else "healthy"
        self.illness, self.checked = illness, self._clock()
        self.failures = self.failures + answered if illness else 0
        self.begin(max(0.0, self._every - (time.monotonic() - self._began)), self._every)
        self._tell(news)
