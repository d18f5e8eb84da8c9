"""The two files of a process worker: its manifest, written by people, and its record, written by us (S3.12).

The record outlives our program: from it the next program knows which process is the worker.
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
from mud.framework.workers.controller import Diagnostics, Machine, Transition
from mud.framework.workers.program import Identity, Program, resources

Restart = Literal["always", "on-failure", "never"]

#: Seconds after which a run, healthy as far as known, resets the count of restarts in a row.
WELL_SECONDS = 60.0

#: Text that a system call accepts: not empty, and possibly empty.
Text = Annotated[str, Meta(pattern=r"^[^\x00]*\Z")]
FilledText = Annotated[str, Meta(pattern=r"^[^\x00]+\Z")]
Variable = Annotated[str, Meta(pattern=r"^[^=\x00]+\Z")]
Seconds = Annotated[float, Meta(gt=0, le=86400)]

#: For error messages: what each pattern asks for, in words.
WORDS = {
    "name": "it has to be a small letter, then up to 31 small letters, digits, - or _",
    "environment": "the name of a variable has no = in it and is not empty",
}


class WorkerManifest(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A program that we run (`command`), or one that others run and we only watch (`pid_file`).

    `folder` is its working directory (ours by default). It is restarted after `back_off_seconds`; the wait doubles
    with each restart up to `back_off_most`, for at most `max_restarts` in a row; a run of a minute resets the count.
    It counts as started once it has lived for `start_seconds` and its `health` command, if any, has reported it healthy
    within `ready_seconds`. A stop is SIGTERM, then SIGKILL after `stop_seconds`. The `health` command runs every
    `health_seconds`, may take `health_timeout`, and means "healthy" by exit code 0. After `health_failures` failures
    in a row the worker is ended and restarted as if it had died by itself; with restart = "never", or if we only
    watch it, the failure is reported and the worker left alone.
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
        """Whether we start and stop it ourselves."""
        return self.pid_file is None

    def again(self, well: bool) -> bool:
        """Whether to restart it after an end that nobody ordered."""
        return self.restart == "always" or (self.restart == "on-failure" and not well)

    def program(self, argv: tuple[str, ...]) -> Program:
        """A command of this worker as a program: the worker itself, or its health command."""
        return Program(argv, self.folder, self.environment)

    def back_off(self, tries: int) -> float:
        """Seconds to wait before a restart after `tries` restarts in a row."""
        return min(self.back_off_most, self.back_off_seconds * 2.0 ** min(tries, 32))


def read_manifest(path: Path) -> WorkerManifest:
    """Read a manifest. `folder` and `pid_file` in it may be relative to the manifest's own folder.

    Raises NotFound if there is no such file; Invalid, naming the file, the key and what was expected, and for an
    unknown key the nearest known one.
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


def keep_manifest(folder: Path, manifest: WorkerManifest) -> None:
    """Have the server take a worker on at each start. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / f"{manifest.name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))


def _nearest(key: str) -> str:
    near = get_close_matches(key, WorkerManifest.__struct_fields__, 1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(WorkerManifest.__struct_fields__)}"


def _explained(path: Path, raw: dict[str, Any], text: str) -> Invalid:
    """The error for a bad value, from msgspec's message `what - at $.key[1]`."""
    what, _, where = text.partition(" - at ")
    found = re.search(r"\$\.(\w+)(\S*?)`?$", where)
    if found is None:
        return Invalid(f"{path}: {what.replace('Object missing required field', 'missing key')}", path=str(path))
    key, place = found.groups()
    if "regex" in what:
        what = f"{raw[key]!r} can't be used: {WORDS.get(key, 'it is empty or holds a zero character')}"
    return Invalid(f"{path}: {key}{place}: {what}", path=str(path), key=key)


def _placed(path: Path, manifest: WorkerManifest) -> WorkerManifest:
    """The manifest with absolute paths. Raises Invalid if the worker's folder does not exist."""
    home = path.parent.absolute()
    folder = manifest.folder and str(home / manifest.folder)
    pid_file = manifest.pid_file and str(home / manifest.pid_file)
    if folder and not Path(folder).is_dir():
        raise Invalid(f"{path}: folder: {folder} is not a folder; make it or correct the key", path=str(path))
    return msgspec.structs.replace(manifest, folder=folder, pid_file=pid_file)


class ProcessRecord(Struct, kw_only=True):
    """The part of a worker's state that outlives our program. Times are wall-clock seconds.

    `tries` counts the restarts in a row, `restarts` all of them. `stopped`: somebody ordered it to stop.
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
        """Note that it is healthy as far as known: after a while that resets the count of restarts in a row."""
        if self.started is not None and now - self.started >= WELL_SECONDS:
            self.tries = 0


def described(manifest: WorkerManifest, record: ProcessRecord, machine: Machine, log: Path) -> Diagnostics:
    """A worker's diagnostics, from these and from what the system says about its process."""
    process = record.process
    executable, memory, cpu = ("", None, None) if process is None else resources(process)
    return Diagnostics(
        id=manifest.name,
        type="process",
        state=machine.state.value,
        capabilities=manifest.capabilities,
        endpoint=manifest.endpoint,
        last_error=record.last_error,
        errors=record.errors,
        started=None if process is None else record.started,
        pid=None if process is None else process.pid,
        executable=executable,
        memory=memory,
        cpu=cpu,
        history=list(machine.history),
        detail={
            "managed": manifest.managed,
            "log": str(log) if manifest.managed else "",
            "restarts": record.restarts,
            "restarts_in_a_row": record.tries,
            "restart_at": record.restart_at,
            "last_exit": record.last_exit,
        },
    )


def record_path(folder: Path, name: str) -> Path:
    """The path of a worker's record."""
    return folder / f"{name}.json"


def write_record(folder: Path, name: str, record: ProcessRecord) -> None:
    """Write a record atomically, with mode 0600. Raises Failed if the disk refuses.

    It is not synced: after a power cut there is no process that it could name.
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
    """Read a record, or an empty one if there is no file. Raises Invalid for a damaged one, which is set aside."""
    path = record_path(folder, name)
    try:
        return msgspec.json.decode(path.read_bytes(), type=ProcessRecord)
    except FileNotFoundError:
        return ProcessRecord()
    except OSError as error:
        raise Invalid(f"{path}: the worker's record can't be read: {error.strerror}", worker=name) from error
    except msgspec.DecodeError as error:  # the base class of ValidationError
        aside = path.with_name(f"{path.name}.corrupt-{int(time.time())}")
        with contextlib.suppress(OSError):
            path.rename(aside)
        what = f"{path}: the worker's record is spoilt: {error}; it lies in {aside.name} now: look if the worker runs"
        raise Invalid(what, worker=name, path=str(path)) from error
