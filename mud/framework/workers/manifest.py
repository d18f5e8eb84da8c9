"""What is written down of a process worker: its manifest, by people, and its record, by us (S3.12).

The record is what outlives our program: with it the next one knows which process is the worker.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from mud.core.errors import Failed, Invalid, NotFound
from mud.framework.workers.controller import Diagnostics, Transition, WorkerState
from mud.framework.workers.program import Identity, Program, resources

Restart = Literal["always", "on-failure", "never"]

#: Seconds of a run, healthy as far as known, after which the restarts in a row are forgotten.
WELL_SECONDS = 60.0

#: A text that a system call takes, with something in it or nothing.
Text = Annotated[str, Meta(pattern=r"^[^\x00]*\Z")]
FilledText = Annotated[str, Meta(pattern=r"^[^\x00]+\Z")]
Variable = Annotated[str, Meta(pattern=r"^[^=\x00]+\Z")]
Seconds = Annotated[float, Meta(gt=0, le=86400)]

#: The patterns that people read about in an error, in words.
WORDS = {
    "name": "it has to be a small letter, then up to 31 small letters, digits, - or _",
    "environment": "the name of a variable has no = in it and is not empty",
}


class WorkerManifest(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A program that we run (`command`), or one that others run and we only watch (`pid_file`).

    `folder` is its working directory (ours, if not given). It is restarted after `back_off_seconds`, then twice
    as long and so on up to `back_off_most`, at most `max_restarts` times in a row: a run of a minute ends the row.
    It counts as started when it lived for `start_seconds` and, if it has a `health` command, that command said so
    within `ready_seconds`. A stop is SIGTERM, and SIGKILL after `stop_seconds`. The `health` command is run every
    `health_seconds`, may take `health_timeout`, and says "healthy" by exiting with 0. After so many `health_failures`
    in a row the worker is ended, and restarted as if it had broken off by itself; with restart = "never", and one that
    we only watch, it is reported and left as it is.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,31}\Z")]
    command: tuple[Text, ...] = ()
    pid_file: FilledText | None = None
    folder: FilledText | None = None
    environment: dict[Variable, Text] = {}
    capabilities: tuple[str, ...] = ()
    endpoint: str = ""
    autostart: bool = True
    restart: Restart = "on-failure"
    back_off_seconds: Seconds = 1.0
    back_off_most: Seconds = 60.0
    max_restarts: Annotated[int, Meta(ge=0, le=1_000_000)] = 10
    start_seconds: Seconds = 0.5
    ready_seconds: Seconds = 30.0
    stop_seconds: Annotated[float, Meta(gt=0, le=600)] = 5.0
    memory_bytes: Annotated[int, Meta(ge=1 << 20, lt=1 << 62)] | None = None
    open_files: Annotated[int, Meta(ge=16, le=1 << 20)] | None = None
    health: tuple[Text, ...] = ()
    health_seconds: Seconds = 30.0
    health_timeout: Annotated[float, Meta(gt=0, le=600)] = 5.0
    health_failures: Annotated[int, Meta(ge=1, le=1_000_000)] = 3

    def __post_init__(self) -> None:
        if bool(self.command) == (self.pid_file is not None):
            raise ValueError("give either command, if we are to run it, or pid_file, if others do")
        if (self.command and not self.command[0]) or (self.health and not self.health[0]):
            raise ValueError("the first word of command and health is a program; it can't be empty")
        if self.pid_file is not None and (self.memory_bytes or self.open_files):
            raise ValueError("memory_bytes and open_files are for programs that we run; leave them out")

    @property
    def managed(self) -> bool:
        """Whether we start and stop it."""
        return self.pid_file is None

    def again(self, well: bool) -> bool:
        """Whether an end that nobody ordered is followed by a restart."""
        return self.restart == "always" or (self.restart == "on-failure" and not well)

    def program(self, argv: tuple[str, ...]) -> Program:
        """A command of this worker's: the worker itself, or what asks for its health."""
        return Program(argv, self.folder, self.environment)

    def back_off(self, tries: int) -> float:
        """Seconds to wait before a restart, when there were so many in a row already."""
        return min(self.back_off_most, self.back_off_seconds * 2.0 ** min(tries, 32))


def read_manifest(path: Path) -> WorkerManifest:
    """Read a manifest. Its `folder` and `pid_file` may be relative to the folder that it lies in.

    Raises NotFound when there is no such file, else Invalid, naming file and key and what was expected, and the
    nearest known name of an unknown key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound(f"{path}: there is no such manifest; check its path", path=str(path)) from None
    except OSError as error:
        raise Invalid(f"{path}: it can't be read: {error.strerror}", path=str(path)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"{path}: it is not TOML: {error}", path=str(path)) from error
    for key in raw:
        if key not in WorkerManifest.__struct_fields__:
            raise Invalid(f"{path}: unknown key {key}; {_nearest(key)}", path=str(path), key=key)
    try:
        manifest = msgspec.convert(raw, WorkerManifest)
    except msgspec.ValidationError as error:
        raise _explained(path, raw, str(error)) from None
    return _placed(path, manifest)


def _nearest(key: str) -> str:
    near = get_close_matches(key, WorkerManifest.__struct_fields__, 1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(WorkerManifest.__struct_fields__)}"


def _explained(path: Path, raw: dict[str, Any], text: str) -> Invalid:
    """The error of a value: msgspec says `what - at $.key[1]`."""
    what, _, where = text.partition(" - at ")
    found = re.search(r"\$\.(\w+)(\S*?)`?$", where)
    if found is None:
        return Invalid(f"{path}: {what.replace('Object missing required field', 'missing key')}", path=str(path))
    key, place = found.groups()
    if "regex" in what:
        what = f"{raw[key]!r} can't be used: {WORDS.get(key, 'it is empty or holds a zero character')}"
    return Invalid(f"{path}: {key}{place}: {what}", path=str(path), key=key)


def _placed(path: Path, manifest: WorkerManifest) -> WorkerManifest:
    """The manifest with absolute paths. Raises Invalid when the worker's folder is not there."""
    home = path.parent.absolute()
    folder = manifest.folder and str(home / manifest.folder)
    pid_file = manifest.pid_file and str(home / manifest.pid_file)
    if folder and not Path(folder).is_dir():
        raise Invalid(f"{path}: folder: {folder} is not a folder; make it or correct the key", path=str(path))
    return msgspec.structs.replace(manifest, folder=folder, pid_file=pid_file)


class ProcessRecord(Struct, kw_only=True):
    """What has to outlive our program. Times are wall-clock seconds.

    `tries` are the restarts in a row, `restarts` all of them. `stopped`: somebody ordered it to stop.
    """

    process: Identity | None = None
    started: float | None = None
    stopped: bool = False
    restart_at: float | None = None
    restarts: int = 0
    tries: int = 0
    errors: int = 0
    last_error: str = ""
    last_exit: str = ""
    history: list[Transition] = []

    def runs_well(self, now: float) -> None:
        """It is healthy, as far as known: after a while that ends the row of its restarts."""
        if self.started is not None and now - self.started >= WELL_SECONDS:
            self.tries = 0


def described(manifest: WorkerManifest, record: ProcessRecord) -> Diagnostics:
    """What these two tell of a worker, and the system of its process."""
    process = record.process
    executable, memory, cpu = ("", None, None) if process is None else resources(process)
    return Diagnostics(
        id=manifest.name,
        type="process",
        state=WorkerState.IDLE.value,
        capabilities=manifest.capabilities,
        endpoint=manifest.endpoint,
        last_error=record.last_error,
        errors=record.errors,
        started=None if process is None else record.started,
        pid=None if process is None else process.pid,
        executable=executable,
        memory=memory,
        cpu=cpu,
        detail={
            "managed": manifest.managed,
            "restarts": record.restarts,
            "restarts_in_a_row": record.tries,
            "restart_at": record.restart_at,
            "last_exit": record.last_exit,
        },
    )


def record_path(folder: Path, name: str) -> Path:
    """Where a worker's record lies."""
    return folder / f"{name}.json"


def write_record(folder: Path, name: str, record: ProcessRecord) -> None:
    """Write a record, mode 0600, whole or not at all. Raises Failed when the disk refuses.

    Not synced: after a power cut there is no process that it could name.
    """
    path = record_path(folder, name)
    temporary = path.with_suffix(".tmp")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(fd, "wb") as file:
            file.write(msgspec.json.encode(record))
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        what = f"{path}: the worker's record can't be written: {error.strerror}; after a copyover it would be lost"
        raise Failed(what, worker=name, path=str(path)) from error


def read_record(folder: Path, name: str) -> ProcessRecord:
    """Read a record; an empty one without a file. Raises Invalid when it can't be used: it is set aside then."""
    path = record_path(folder, name)
    try:
        return msgspec.json.decode(path.read_bytes(), type=ProcessRecord)
    except FileNotFoundError:
        return ProcessRecord()
    except OSError as error:
        raise Invalid(f"{path}: the worker's record can't be read: {error.strerror}", worker=name) from error
    except msgspec.DecodeError as error:  # a ValidationError is one too
        aside = path.with_name(f"{path.name}.corrupt-{int(time.time())}")
        with contextlib.suppress(OSError):
            path.rename(aside)
        what = f"{path}: the worker's record is spoilt: {error}; it lies in {aside.name} now: look if the worker runs"
        raise Invalid(what, worker=name, path=str(path)) from error
