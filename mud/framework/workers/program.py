"""Programs and their processes: start one without a pipe to us, identify it, watch its end, measure what it uses.

Linux only: uses /proc and pidfds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import select
import signal
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import IO, Annotated

from msgspec import Meta, Struct

from mud.core.errors import Failed, Invalid, NotFound

log = logging.getLogger("mud.workers")

#: The variables of our own environment that other programs must not get.
OURS = ("EVERWAKE_", "NOTIFY_SOCKET")
#: Seconds that a killed process may take to end while the event loop stands still.
KILL_STANDING_SECONDS = 0.25
LAST_LINES = 12
#: The number of checks for survivors of a killed process group before we give up, and the seconds between two.
LOOKS = 20
LOOK_SECONDS = 0.05
#: The size in bytes from which a log is set aside before a start.
LOG_BYTES = 10_000_000


@cache
def boot() -> str:
    """An id that changes with each boot of the machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


class Stat(Struct, frozen=True):
    """The part of /proc/PID/stat that we need. `start` is in clock ticks since boot, `cpu` in seconds."""

    state: str
    group: int
    start: int
    cpu: float

    @property
    def ended(self) -> bool:
        """Whether it has ended and only waits for its parent to reap it."""
        return self.state in "ZX"


def stat(pid: int) -> Stat | None:
    """The stat of a process; None if there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    field = text.rpartition(")")[2].split()  # the program's name, in parentheses, may contain anything
    if len(field) < 20:
        return None
    ticks = int(field[11]) + int(field[12])
    return Stat(field[0], int(field[2]), int(field[19]), ticks / os.sysconf("SC_CLK_TCK"))


def group_members(group: int) -> list[int]:
    """The living processes of a process group, its leader among them."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    found = ((pid, stat(pid)) for pid in pids)
    return [pid for pid, it in found if it is not None and it.group == group and not it.ended]


class Identity(Struct, frozen=True):
    """Identifies one process: a process id alone is reused, and certainly after a reboot."""

    pid: Annotated[int, Meta(gt=1)]  # a signal to group 0 or 1 would go to ourselves or to everybody
    start: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The identity of a running process; None if there is no such process."""
        found = stat(pid)
        return None if found is None else cls(pid, found.start, boot())

    def stat(self) -> Stat | None:
        """Its present stat; None if it is gone, even if another process has its id."""
        found = stat(self.pid)
        return found if found is not None and (found.start, boot()) == (self.start, self.boot) else None

    @property
    def lives(self) -> bool:
        """Whether it still runs."""
        found = self.stat()
        return found is not None and not found.ended


class Program(Struct, frozen=True):
    """A program to start: its arguments, its working directory (None: ours) and its environment."""

    argv: tuple[str, ...]
    folder: str | None = None
    environment: Mapping[str, str] = {}

    def spawn(self, said: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start it in its own session, with its output going to `said`. Raises OSError or ValueError."""
        ours = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
        return subprocess.Popen(
            self.argv,
            cwd=self.folder,
            env=ours | dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def ended(pid: int) -> int | None:
    """Reap a child and return its exit code, negative for a signal; None if it is not our child.

    Raises BlockingIOError if it is our child and still runs.
    """
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None
    if not found:
        raise BlockingIOError
    return os.waitstatus_to_exitcode(status)


def in_words(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None:
        return "it ended, and how is not known: it was no child of ours"
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


def last_lines(file: IO[bytes], since: int = 0) -> str:
    """The last lines of a file, none from before the offset `since`."""
    file.seek(max(since, file.seek(0, os.SEEK_END) - 8192))
    lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return "\n".join(f"  {line}" for line in lines[-LAST_LINES:]) or "  (it said nothing)"


def last_lines_of(path: Path, since: int = 0) -> str:
    """The last lines of a file that may not exist."""
    try:
        with path.open("rb") as file:
            return last_lines(file, since)
    except OSError as error:
        return f"  ({path}: {error.strerror})"


def launch(name: str, program: Program, said: Path) -> tuple[Identity, int]:
    """Start a worker, with its output appended to a file. Returns its identity and the offset where its output begins.

    A large file is first set aside as `.1`. Raises Failed.
    """
    try:
        said.parent.mkdir(parents=True, exist_ok=True)
        if said.exists() and said.stat().st_size > LOG_BYTES:
            said.replace(said.with_name(f"{said.name}.1"))
        with open(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            begin = file.seek(0, os.SEEK_END)
            child = program.spawn(file)
    except (OSError, ValueError) as error:
        what = f"{error.filename or program.argv[0]}: {error.strerror}" if isinstance(error, OSError) else str(error)
        what = f"{name} can't be started: {what}; check command and folder in its manifest"
        raise Failed(what, worker=name) from error
    child.returncode = 0  # we reap it ourselves; make subprocess forget it
    process = Identity.of(child.pid)
    if process is None:
        raise Failed(f"{name} can't be watched: /proc shows no process {child.pid}", worker=name)
    return process, begin


def find(name: str, pid_file: Path) -> Identity:
    """The process that a pid file names. Raises NotFound if it does not run, Invalid if the file names none."""
    try:
        pid = int(pid_file.read_text(encoding="utf-8").split()[0])
    except OSError as error:
        raise NotFound(f"{name} does not run: {pid_file}: {error.strerror}; start it first", worker=name) from error
    except (ValueError, IndexError):
        raise Invalid(f"{name}: {pid_file} holds no process id", worker=name) from None
    process = Identity.of(pid) if pid > 1 else None
    if process is None or not process.lives:
        raise NotFound(f"{name} does not run: {pid_file} names process {pid}, which is gone; start it", worker=name)
    return process


def limit(name: str, pid: int, memory_bytes: int | None, open_files: int | None) -> None:
    """Set the limits of a process that was just started. Raises Failed; a process that is gone is no error.

    The limits do not apply to what it did before this call, nor to a child that it started before.
    """
    limits = {"memory_bytes": (resource.RLIMIT_AS, memory_bytes), "open_files": (resource.RLIMIT_NOFILE, open_files)}
    for key, (which, most) in limits.items():
        try:
            if most is not None:
                resource.prlimit(pid, which, (most, most))
        except ProcessLookupError:
            return
        except (OSError, ValueError) as error:
            raise Failed(f"{name}: {key} = {most} can't be set: {error}; lower it", worker=name) from error


def ends_within(pidfd: int, seconds: float) -> bool:
    """Whether a process ends within `seconds`. Blocks."""
    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))


class LoopTimers:
    """Named timers of the running event loop; there is at most one of each name."""

    def __init__(self) -> None:
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def after(self, name: str, seconds: float, do: Callable[[], None]) -> None:
        """Call `do` after `seconds`; replaces the timer of the same name."""
        self.cancel(name)
        self._handles[name] = asyncio.get_running_loop().call_later(seconds, do)

    def cancel(self, *names: str) -> None:
        """Cancel these timers, or all of them."""
        for name in names or tuple(self._handles):
            handle = self._handles.pop(name, None)
            if handle is not None:
                handle.cancel()


class StateChange:
    """Wakes those who wait for a change."""

    def __init__(self) -> None:
        self._rung: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Wake those who wait: something has changed."""
        rung, self._rung = self._rung, None
        if rung is not None and not rung.done():
            rung.set_result(None)

    async def wait(self, still: Callable[[], bool], seconds: float) -> None:
        """Wait while `still` returns True, or until the time is over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while still() and (left := end - loop.time()) > 0:
            if self._rung is None:
                self._rung = loop.create_future()
            await asyncio.wait({self._rung}, timeout=left)


class WatchedProcess:
    """Watches for a process's end without a thread; calls `gone` with the exit code, None if unknown.

    A `managed` process leads a process group of ours: when it ends, the rest of the group is killed, or awaited while
    `patient` returns True. Until we reap a child, its group's number can't be reused.
    """

    def __init__(
        self, process: Identity, managed: bool, patient: Callable[[], bool], gone: Callable[[int | None], None]
    ) -> None:
        self.process = process
        self._managed = managed
        self._patient = patient
        self._gone = gone
        self._fd: int | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._looks = 0

    def open(self) -> None:
        """Begin to watch; a process that is gone is no error. Raises OSError if there is no descriptor left."""
        try:
            self._fd = os.pidfd_open(self.process.pid)
        except ProcessLookupError:
            return
        asyncio.get_running_loop().add_reader(self._fd, self._ended)

    def close(self) -> None:
        """Stop watching; the process is left alone."""
        fd, self._fd = self._fd, None
        if fd is not None:
            asyncio.get_running_loop().remove_reader(fd)
            os.close(fd)
        if self._timer is not None:
            self._timer.cancel()

    @property
    def opened(self) -> bool:
        """Whether it is being watched."""
        return self._fd is not None

    @property
    def lives(self) -> bool:
        """Whether it still runs, and its id was not reused."""
        # While the descriptor is open, the id can't be reused between these two checks.
        return self._fd is not None and not ends_within(self._fd, 0) and self.process.stat() is not None

    def ends_within(self, seconds: float) -> bool:
        """Whether it ends within `seconds`. Blocks."""
        return self._fd is None or ends_within(self._fd, seconds)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to its whole process group, unless the id was reused."""
        if not self._managed or self._replaced():
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass
        except OSError as error:
            log.warning("%s can't be sent to process %d: %s", number.name, self.process.pid, error.strerror)

    def code(self) -> int | None:
        """Reap it if it is our child. Returns its exit code; None if that is unknown or it still runs."""
        with contextlib.suppress(BlockingIOError):
            if self._managed and self.process.stat() is not None:
                return ended(self.process.pid)
        return None

    def drain(self) -> None:
        """After its end: see that its whole group ends, then reap it and call `gone`."""
        if self._managed and self._looks < LOOKS and not self._replaced() and group_members(self.process.pid):
            if not self._patient():
                self._looks += 1
                self.signal(signal.SIGKILL)
            self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self.drain)
            return
        self.close()
        self._gone(self.code())

    def _ended(self) -> None:
        self.close()
        self.drain()

    def _replaced(self) -> bool:
        return stat(self.process.pid) is not None and self.process.stat() is None


def resources(process: Identity) -> tuple[str, int | None, float | None]:
    """The executable, memory in bytes and CPU seconds of a process; empty values if it is gone."""
    found = process.stat()
    if found is None or found.ended:
        return "", None, None
    executable, memory = "", None
    with contextlib.suppress(OSError):
        executable = os.readlink(f"/proc/{process.pid}/exe")
    with contextlib.suppress(OSError, ValueError):
        lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
        memory = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), None)
    return executable, memory, found.cpu
