"""Process workers: programs that we run or watch, and that run on over a copyover (S3.2, S3.5, S3.6, S3.8, S3.12).

A worker has its own session, log file and record and no pipe to us, so our exec does not affect it. Everything that
waits is driven by callbacks alone, so that `let_go` can drop it all at any moment.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from pathlib import Path

from mud.core.errors import Conflict, Failed, FrameworkError, Invalid, NotFound, TimedOut
from mud.framework.workers.controller import Clock, Diagnostics, Machine, Tell, WorkerState, WorkerType
from mud.framework.workers.manifest import ProcessRecord, WorkerManifest, described, read_record, write_record
from mud.framework.workers.probe import Checks
from mud.framework.workers.program import (
    KILL_STANDING_SECONDS,
    Identity,
    LoopTimers,
    StateChange,
    WatchedProcess,
    find,
    in_words,
    last_lines_of,
    launch,
    limit,
)

log = logging.getLogger("mud.workers")

W = WorkerState
#: Seconds between two health checks of a worker that is starting.
PROBE_SECONDS = 0.25
#: Seconds that a killed process may take to end.
KILL_SECONDS = 5.0


class ProcessController:
    """One process worker. Its record lies in `folder`, its output in `logs`; `clock` returns wall-clock seconds.

    When the server starts, call `adopt`, and `start` if that returns False and the worker is wanted. Call `let_go`
    before an exec and before the event loop changes. All but the constructor need a running event loop.
    """

    type: WorkerType = "process"

    def __init__(
        self, manifest: WorkerManifest, folder: Path, logs: Path, clock: Clock = time.time, tell: Tell = log.info
    ) -> None:
        self.id = manifest.name
        self._tell = tell
        self.manifest = manifest
        self.log_path = logs / f"worker-{self.id}.log"
        self.record = ProcessRecord()
        self._folder = folder
        self._clock = clock
        try:
            self.record = read_record(folder, self.id)
        except Invalid as error:
            self._note(str(error))
        self._machine = Machine(self.id, history=self.record.history)
        self._checks = Checks(manifest, self._told, clock)
        self._timers = LoopTimers()
        self._watched: WatchedProcess | None = None
        self._settled = StateChange()
        self._failure: FrameworkError | None = None
        self._automatic = False  # this start is an automatic restart
        self._ill = False  # it is being ended because it remained unhealthy
        self._watching = False
        self._log_start = 0

    @property
    def state(self) -> WorkerState:
        """Its present state."""
        return self._machine.state

    # What is ordered

    async def start(self) -> None:
        """Start it, or attach to the process if it runs already. If it waits for its restart, it starts now.

        Raises Conflict if it is RUNNING or is stopped meanwhile; NotFound, Invalid, Failed or TimedOut if it can't be
        started: then it is FAILED_START, and its process, if any, is ended.
        """
        if not self._watching and self.adopt() and self.state is W.RUNNING:
            self.record.stopped = False
            self._save()
            return
        if self.state not in (W.IDLE, W.FAILED_START) and not self._waits:
            raise Conflict(f"{self.id} is {self.state.value} already; stop or restart it", worker=self.id)
        self._timers.cancel("restart")
        self.record.stopped, self.record.restart_at, self.record.tries = False, None, 0
        self._automatic = False
        self._begin("ordered")
        try:
            await self._while({W.STARTING}, self.manifest.start_seconds + self.manifest.ready_seconds + KILL_SECONDS)
        except asyncio.CancelledError:
            if self.state is W.STARTING and self._watching and not self._waits:
                self._give_up(Failed(f"{self.id}: its start was given up", worker=self.id))
            raise
        if self.state is W.FAILED_START and self._failure is not None:
            raise self._failure
        if self.state is W.STARTING and self._watching:
            raise self._failure or TimedOut(f"{self.id} does not come to a start; stop it by force", worker=self.id)
        if self.state is not W.RUNNING or not self._watching:
            raise Conflict(f"{self.id} was stopped or let go while it started; start it again", worker=self.id)

    async def stop(self, for_now: bool = False) -> None:
        """Stop it: SIGTERM to its process group, SIGKILL after `stop_seconds`. An unmanaged one is left alone.

        Raises TimedOut if it survives even that for 5 s; then it is still watched.
        `for_now`: it stops only because the server ends, so `stopped` keeps its value.
        """
        await self._stop(False, for_now)

    async def restart(self, force: bool = False) -> None:
        """Stop and start it; with `force`, stop it by SIGKILL. Raises what these raise; Conflict if unmanaged."""
        if not self.manifest.managed:
            raise Conflict(f"{self.id} is not run by us; restart it where it is run", worker=self.id)
        await self._stop(force)
        await self.start()

    def adopt(self) -> bool:
        """Take over the process of the record if it still runs, or the wait for its restart. Starts nothing.

        False if there is neither: then `start` may start it. Raises Failed if we are out of descriptors.
        """
        if self._watching:
            return self.state in (W.RUNNING, W.STARTING)
        process = self.record.process
        if process is None:
            self._watching = True
            return self._wait_on()
        watched = self._watch(process)
        self._watching = True
        if not watched.lives:
            self._missed(watched)
            return False
        if self.state in (W.IDLE, W.FAILED_START):
            self._go(W.STARTING, f"process {process.pid} is there")
        if self.state is W.STARTING:
            self._go(W.RUNNING, "taken on")
        self._checks.begin(min(PROBE_SECONDS, self.manifest.health_seconds), self.manifest.health_seconds)
        return True

    def let_go(self) -> None:
        """Drop readers, timers and health checks and leave the process alone; `adopt` takes it over again.

        A stop in progress is forced first, because it can't be carried over. Raises Failed if the record can't be
        written, TimedOut if such a stop does not succeed at once; then nothing was dropped.
        """
        if not self._watching:
            return
        self._save(strict=True)
        if self.state in (W.STOPPING, W.TERMINATING):
            self._bury()
        self._timers.cancel()
        self._unwatch()
        self._checks.end()
        self._watching = False
        self._settled.ring()

    def diagnostics(self) -> Diagnostics:
        """Everything known about it. Never raises."""
        said, checks = described(self.manifest, self.record, self._machine, self.log_path), self._checks
        said.health, said.illness, said.health_failures = checks.health, checks.illness, checks.failures
        said.detail["last_health_check"] = checks.checked
        return said

    # Starting

    def _begin(self, why: str) -> None:
        """Start the program, or find it. The outcome goes to `_running` or `_failed`."""
        if self.state is not W.STARTING:
            self._go(W.STARTING, why)
        self._failure = None
        self._checks.forget()
        try:
            process = self._launch()
            self.record.process, self.record.started = process, self._clock()
            self._save()
            if not self._watch(process).opened:
                raise NotFound(f"{self.id}: process {process.pid} is gone", worker=self.id)
            limit(self.id, process.pid, self.manifest.memory_bytes, self.manifest.open_files)
        except FrameworkError as error:
            self._give_up(error)
            return
        if self.manifest.managed:
            self._timers.after("start", self.manifest.start_seconds, self._lived)
        else:
            self._running(f"attached to process {process.pid}")

    def _launch(self) -> Identity:
        manifest = self.manifest
        if manifest.pid_file is not None:
            return find(self.id, Path(manifest.pid_file))
        process, self._log_start = launch(self.id, manifest.program(manifest.command), self.log_path)
        return process

    def _lived(self) -> None:
        if self.manifest.health:
            self._timers.after("ready", self.manifest.ready_seconds, self._late)
            self._checks.begin(0, PROBE_SECONDS)
        else:
            self._running(f"it lives for {self.manifest.start_seconds:g} s")

    def _late(self) -> None:
        seconds = self.manifest.ready_seconds
        what = f"{self.id} is not healthy after {seconds:g} s: {self._checks.illness or 'no answer'}"
        self._give_up(TimedOut(f"{what}\n{self._said()}", worker=self.id))

    def _running(self, why: str) -> None:
        self._timers.cancel("start", "ready")
        self._go(W.RUNNING, why)
        self._checks.begin(self.manifest.health_seconds, self.manifest.health_seconds)
        self._settled.ring()

    def _give_up(self, error: FrameworkError) -> None:
        """End what a failed start left, then report the failure."""
        self._failure = error
        self._timers.cancel()
        self._checks.end()
        if self._watched is None or not self.manifest.managed:
            self._failed(error)
            return
        self._signal(signal.SIGKILL)
        if not self._watched.opened:
            self._watched.drain()

    def _failed(self, error: FrameworkError) -> None:
        self._failure = error
        self.record.process = None
        self._unwatch()
        if self._automatic and not self.manifest.managed:
            self._later()  # still not there, which was reported before
            return
        self._note(str(error))
        self._go(W.FAILED_START, str(error).partition("\n")[0])
        if self._automatic:
            self._later()
        self._settled.ring()

    # Restarting

    @property
    def _waits(self) -> bool:
        """Whether it waits for its restart."""
        return self.state is W.STARTING and self.record.restart_at is not None

    def _later(self) -> None:
        """Restart it after its back-off, unless there were too many restarts in a row."""
        record, manifest = self.record, self.manifest
        if manifest.managed and record.tries >= manifest.max_restarts:
            self._note(f"{self.id}: given up after {record.tries} restarts in a row; {record.last_error}", tell=True)
            if self.state is not W.FAILED_START:
                self._go(W.FAILED_START, f"given up after {record.tries} restarts in a row")
            self._save()
            return
        seconds = manifest.back_off(record.tries)
        record.tries += 1
        record.restart_at = self._clock() + seconds
        if self.state is not W.STARTING:
            self._go(W.STARTING, f"again in {seconds:g} s")
        self._wait_on()

    def _wait_on(self) -> bool:
        """Wait for the pending restart, if there is one."""
        due = self.record.restart_at
        if due is None:
            return False
        if self.state is not W.STARTING:
            self._go(W.STARTING, "its restart is due")
        self._automatic = True
        # The wall clock may have been set meanwhile: never wait longer than the longest back-off.
        self._timers.after("restart", min(max(0.0, due - self._clock()), self.manifest.back_off_most), self._again)
        self._save()
        return True

    def _again(self) -> None:
        self.record.restart_at = None
        self.record.restarts += self.manifest.managed
        self._begin("restart")

    def _told(self, news: bool) -> None:
        """Handle the end of a health check; `news`: it has just become unhealthy, or healthy again."""
        if self.state is W.STARTING and self._checks.health == "healthy":
            self._running("it is healthy")
        elif self.state is W.RUNNING and self._checks.health == "healthy":
            self.record.runs_well(self._clock())
            if news:
                self._tell(f"The worker {self.id} is healthy again.")
        elif self.state is W.RUNNING:
            if news:
                self._note(f"{self.id} is unhealthy: {self._checks.illness}", tell=True)
                self._save()
            if self._checks.failures >= self.manifest.health_failures and self.manifest.managed:
                self._put_down()

    def _put_down(self) -> None:
        """End a worker that remains unhealthy, if a restart will follow. It counts as running until it is gone."""
        if not self.manifest.again(False):
            return
        self._ill = True
        self._note(f"{self.id} stays unhealthy and is restarted: {self._checks.illness}", tell=True)
        self._checks.end()
        self._signal(signal.SIGTERM)
        self._timers.after("put down", self.manifest.stop_seconds, lambda: self._signal(signal.SIGKILL))

    # Ending

    async def _stop(self, force: bool, for_now: bool = False) -> None:
        if not self._watching:
            self.adopt()
        self._halt(force, for_now)
        ending = {W.STOPPING, W.TERMINATING}
        await self._while(ending, self.manifest.stop_seconds + KILL_SECONDS)
        if self.state in ending and self._watching:
            what = f"{self.id} does not end, not even when killed: it hangs in the kernel, perhaps on a disk or network"
            raise TimedOut(what, worker=self.id)

    def _halt(self, force: bool, for_now: bool) -> None:
        self.record.stopped, self.record.restart_at = self.record.stopped or not for_now, None
        self._timers.cancel("restart", "start", "ready", "put down")
        self._checks.end()
        if self.state in (W.STARTING, W.RUNNING):
            self._go(W.STOPPING, "ordered")
            if self.record.process is None or not self.manifest.managed:
                self._unwatch()
                why = "left alone" if self.record.process else "it did not run"
                self.record.process = None
                self._go(W.IDLE, why)
                self._settled.ring()
                return
            self._signal(signal.SIGKILL if force else signal.SIGTERM)
            self._timers.after("force", self.manifest.stop_seconds, self._force)
        self._save()
        if force:
            self._force()

    def _force(self) -> None:
        if self.state is W.STOPPING:
            self._go(W.TERMINATING, "forced")
        if self.state is W.TERMINATING:
            self._signal(signal.SIGKILL)

    def _bury(self) -> None:
        """Complete a stop in progress at once. Raises TimedOut."""
        self._force()
        watched = self._watched
        if watched is not None and not watched.ends_within(KILL_STANDING_SECONDS):
            raise TimedOut(f"{self.id} is being stopped and does not end; try again later", worker=self.id)
        self._exited(None if watched is None else watched.code())

    def _exited(self, code: int | None) -> None:
        """Handle its end, according to its state."""
        what = in_words(code)
        self._unwatch()
        self._timers.cancel()
        well = self._checks.health != "unhealthy"
        ill, self._ill = self._ill, False
        self._checks.forget()
        self.record.process, self.record.last_exit = None, what
        if self.state in (W.STOPPING, W.TERMINATING):
            self._go(W.IDLE, what)
        elif self.state is W.STARTING:
            text = f"{self.id} ended while it started: {what}\n{self._said()}"
            self._failed(self._failure or Failed(text, worker=self.id))
        else:
            self._broke_off(code, what, well, ill)
        self._settled.ring()

    def _broke_off(self, code: int | None, what: str, well: bool, ill: bool) -> None:
        """Handle an end that nobody ordered; `ill`: we ended it because it remained unhealthy."""
        if code != 0 and not ill:
            self._note(f"{self.id}: {what}" + (f"\n{self._said()}" if self.manifest.managed else ""), tell=True)
        if well:
            self.record.runs_well(self._clock())
        if self.manifest.again(code == 0 and not ill):
            self._later()
        else:
            self._go(W.FAILED_START if code != 0 else W.IDLE, what)

    def _missed(self, watched: WatchedProcess) -> None:
        """Handle an end while nobody watched. Only our own child is signalled: another id may have been reused."""
        self._unwatch()
        if watched.process.stat() is not None:
            watched.signal(signal.SIGKILL)
        code = watched.code()
        what = in_words(code)
        self.record.process, self.record.last_exit = None, what
        if code != 0:
            self._note(f"{self.id} ended while nobody watched: {what}")
        if self.state is W.RUNNING:
            self._go(W.IDLE, what)
        elif self.state is W.STARTING:
            self._go(W.FAILED_START, what)
        self._save()

    # The rest

    def _watch(self, process: Identity) -> WatchedProcess:
        """Watch for a process's end. Raises Failed if the system has no descriptor left."""
        self._watched = WatchedProcess(process, self.manifest.managed, lambda: self.state is W.STOPPING, self._exited)
        try:
            self._watched.open()
        except OSError as error:
            what = f"{self.id}: process {process.pid} can't be watched: {error.strerror}"
            raise Failed(what, worker=self.id) from error
        return self._watched

    def _unwatch(self) -> None:
        watched, self._watched = self._watched, None
        if watched is not None:
            watched.close()

    def _signal(self, number: signal.Signals) -> None:
        if self._watched is not None:
            self._watched.signal(number)

    async def _while(self, states: set[WorkerState], seconds: float) -> None:
        """Wait until it leaves `states` or is let go, or the time is over."""
        await self._settled.wait(lambda: self.state in states and self._watching, seconds)

    def _said(self) -> str:
        return f"Its last lines:\n{last_lines_of(self.log_path, self._log_start)}"

    def _note(self, what: str, tell: bool = False) -> None:
        log.warning("%s", what)
        self.record.errors, self.record.last_error = self.record.errors + 1, what
        if tell:
            self._tell(f"The worker {what.splitlines()[0]}")

    def _go(self, state: WorkerState, why: str) -> None:
        self._machine.go(state, self._clock(), why)
        self._save()

    def _save(self, strict: bool = False) -> None:
        """Write the record. With `strict`, raises Failed; otherwise logs it: the next save may succeed."""
        self.record.history = list(self._machine.history)
        try:
            write_record(self._folder, self.id, self.record)
        except Failed as error:
            self._note(str(error))
            if strict:
                raise
