"""Programs: how one is started without a pipe to us, which process is which it is, how it ended, what it uses.

Linux only: /proc and pidfds.
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

#: What of our own environment is not for others.
OURS = ("EVERWAKE_", "NOTIFY_SOCKET")
#: Seconds that a killed process may take to go while everything stands still.
KILL_STANDING_SECONDS = 0.25
LAST_LINES = 12
#: Looks at what is left of a killed process group before we give up on it, and seconds between two.
LOOKS = 20
LOOK_SECONDS = 0.05
#: The size at which a log is set aside before a start.
LOG_BYTES = 10_000_000


@cache
def boot() -> str:
    """What is another after each start of the machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


class Stat(Struct, frozen=True):
    """What we need of /proc/PID/stat. `start` is clock ticks since the machine's start, `cpu` is seconds."""

    state: str
    group: int
    start: int
    cpu: float

    @property
    def ended(self) -> bool:
        """Whether it only waits for its parent to take note."""
        return self.state in "ZX"


def stat(pid: int) -> Stat | None:
    """What a process is; None when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    field = text.rpartition(")")[2].split()  # the program's name, in parentheses, may hold anything
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
    """One process and no other: a process id alone is used again, after a restart of the machine for certain."""

    pid: Annotated[int, Meta(gt=1)]  # a signal to the group 0 or 1 would be one to ourselves or to everybody
    start: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """Who this is; None when there is no such process."""
        found = stat(pid)
        return None if found is None else cls(pid, found.start, boot())

    def stat(self) -> Stat | None:
        """What it is now; None when it is gone, though another may have its process id."""
        found = stat(self.pid)
        return found if found is not None and (found.start, boot()) == (self.start, self.boot) else None

    @property
    def lives(self) -> bool:
        """Whether it still runs."""
        found = self.stat()
        return found is not None and not found.ended


class Program(Struct, frozen=True):
    """What is to be started: its words, its working directory (None: ours), and what it finds in its environment."""

    argv: tuple[str, ...]
    folder: str | None = None
    environment: Mapping[str, str] = {}

    def spawn(self, said: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start it in a session of its own, with `said` for its output. Raises OSError or ValueError."""
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
    """Take note of a child's end. Its exit code, negative for a signal; None when it is no child of ours.

    Raises BlockingIOError when it is one and runs.
    """
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None
    if not found:
        raise BlockingIOError
    return os.waitstatus_to_exitcode(status)


def in_words(code: int | None) -> str:
    """How a process ended, for people."""
    if code is None:
        return "it ended, and how is not known: it was no child of ours"
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


def last_lines(file: IO[bytes], since: int = 0) -> str:
    """The last lines of a file, from a place on."""
    file.seek(max(since, file.seek(0, os.SEEK_END) - 8192))
    lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return "\n".join(f"  {line}" for line in lines[-LAST_LINES:]) or "  (it said nothing)"


def last_lines_of(path: Path, since: int = 0) -> str:
    """The last lines of a file that may not be there."""
    try:
        with path.open("rb") as file:
            return last_lines(file, since)
    except OSError as error:
        return f"  ({path}: {error.strerror})"


def launch(name: str, program: Program, said: Path) -> tuple[Identity, int]:
    """Start a worker whose output is appended to a file. Gives it and where in the file its output begins.

    The file is set aside as `.1` first when it is large. Raises Failed.
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
    child.returncode = 0  # we take note of its end ourselves; subprocess is to forget it
    process = Identity.of(child.pid)
    if process is None:
        raise Failed(f"{name} can't be watched: /proc shows no process {child.pid}", worker=name)
    return process, begin


def find(name: str, pid_file: Path) -> Identity:
    """The process that a file names. Raises NotFound when it does not run, Invalid when the file names none."""
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
    """Set the limits of a process that was just started. Raises Failed; one that is gone is no error.

    What it did in the moment before is not limited, and neither is a child that it made in that moment.
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
    """Whether a process ends within so many seconds, while everything stands still."""
    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))


class LoopTimers:
    """Timers of the running event loop, each with a name; there is one of a name at a time."""

    def __init__(self) -> None:
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def after(self, name: str, seconds: float, do: Callable[[], None]) -> None:
        """Do something in so many seconds, instead of what was to be done under that name."""
        self.cancel(name)
        self._handles[name] = asyncio.get_running_loop().call_later(seconds, do)

    def cancel(self, *names: str) -> None:
        """Forget these, or all."""
        for name in names or tuple(self._handles):
            handle = self._handles.pop(name, None)
            if handle is not None:
                handle.cancel()


class StateChange:
    """Wakes whoever waits for something to change."""

    def __init__(self) -> None:
        self._rung: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """It has changed."""
        rung, self._rung = self._rung, None
        if rung is not None and not rung.done():
            rung.set_result(None)

    async def wait(self, still: Callable[[], bool], seconds: float) -> None:
        """Wait for as long as `still` says so, or until the time is over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while still() and (left := end - loop.time()) > 0:
            if self._rung is None:
                self._rung = loop.create_future()
            await asyncio.wait({self._rung}, timeout=left)


class WatchedProcess:
    """A process whose end we are told of, without a thread: `gone` is called with its exit code, None if unknown.

    A `managed` one leads a process group that is ours: what is left of the group is killed when it ends, or waited
    for while `patient` says so. While a child's end is not taken note of, the group's number can't become another's.
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
        """Begin; one that is gone is no error. Raises OSError when there is no descriptor left."""
        try:
            self._fd = os.pidfd_open(self.process.pid)
        except ProcessLookupError:
            return
        asyncio.get_running_loop().add_reader(self._fd, self._ended)

    def close(self) -> None:
        """Forget it, and leave it alone."""
        fd, self._fd = self._fd, None
        if fd is not None:
            asyncio.get_running_loop().remove_reader(fd)
            os.close(fd)
        if self._timer is not None:
            self._timer.cancel()

    @property
    def opened(self) -> bool:
        """Whether its end will be told."""
        return self._fd is not None

    @property
    def lives(self) -> bool:
        """Whether it runs, and is who it was."""
        # With the descriptor open its number can't become another's between these two looks.
        return self._fd is not None and not ends_within(self._fd, 0) and self.process.stat() is not None

    def ends_within(self, seconds: float) -> bool:
        """Whether it ends within so many seconds, while everything stands still."""
        return self._fd is None or ends_within(self._fd, seconds)

    def signal(self, number: signal.Signals) -> None:
        """To all of its process group, unless the number is another's by now."""
        if not self._managed or self._replaced():
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass
        except OSError as error:
            log.warning("%s can't be sent to process %d: %s", number.name, self.process.pid, error.strerror)

    def code(self) -> int | None:
        """Take note of its end, if that is for us to do. Its exit code; None if it is unknown or it runs."""
        with contextlib.suppress(BlockingIOError):
            if self._managed and self.process.stat() is not None:
                return ended(self.process.pid)
        return None

    def drain(self) -> None:
        """It has ended: see that all of its group does, then take note and tell."""
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
    """The executable, bytes of memory and seconds of processor time of a process; nothing of one that is gone."""
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
