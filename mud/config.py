"""The operator's configuration: one TOML file, every key with a default, unknown keys refused by name."""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

from mud.copyover.locations import here
from mud.core.errors import ConfigError
from mud.framework.options import ModuleOptions, SnapshotOptions
from mud.net.budget import Limits
from mud.snapshot.seal import Key

if TYPE_CHECKING:
    from mud.framework.loader import Given


class ServerConfig(Struct, forbid_unknown_fields=True, kw_only=True):
    """Where to listen and where things lie. The command line's options win over these."""

    name: str = "Everwake"
    host: str = "127.0.0.1"
    port: int = 4000
    data: str = "data"
    world: str = "world"


class StoreConfig(Struct, forbid_unknown_fields=True, kw_only=True):
    """`flush_seconds`: how far apart flushes are when something changed."""

    flush_seconds: float = 0.25


class CopyoverConfig(Struct, forbid_unknown_fields=True, kw_only=True):
    """`rehearsal_seconds` and `rehearsal_bytes`: the most that the rehearsal of new code may take, of memory too.

    The new program has `start_seconds` to be ready, or three times what its start took in the rehearsal.
    The core objects when the world's state takes more than `state_bytes` (softly), or when less is left than
    `spare_descriptors` and `disk_bytes`.
    A generation is confirmed after `confirm_seconds` in which it was well; of the last `keep` such the code is kept.
    """

    rehearsal_seconds: float = 60.0
    rehearsal_bytes: int = 4 << 30
    start_seconds: float = 1.5
    state_bytes: int = 256 << 20
    spare_descriptors: int = 32
    disk_bytes: int = 16 << 20
    confirm_seconds: float = 60.0
    keep: int = 5


class DevConfig(Struct, forbid_unknown_fields=True, kw_only=True):
    """For who develops. With `watch` (--dev) saved files are taken into the game: code by a copyover or, with `modules`
    "reload" and only one module changed, by a hot reload.

    Saves less than `quiet_seconds` apart are one; vetoes of a copyover are waited for `wait_seconds` at the most.
    """

    watch: bool = False
    modules: Literal["copyover", "reload"] = "copyover"
    quiet_seconds: float = 0.2
    wait_seconds: float = 300.0


class LogConfig(Struct, forbid_unknown_fields=True, kw_only=True):
    """`level` of the log, and the size in bytes at which a log file is rotated."""

    level: str = "INFO"
    bytes: int = 10_000_000
    files: int = 5


class Config(Struct, forbid_unknown_fields=True, kw_only=True):
    """All of the configuration."""

    server: ServerConfig = msgspec.field(default_factory=ServerConfig)
    store: StoreConfig = msgspec.field(default_factory=StoreConfig)
    limits: Limits = msgspec.field(default_factory=Limits)
    copyover: CopyoverConfig = msgspec.field(default_factory=CopyoverConfig)
    dev: DevConfig = msgspec.field(default_factory=DevConfig)
    log: LogConfig = msgspec.field(default_factory=LogConfig)
    modules: ModuleOptions = msgspec.field(default_factory=ModuleOptions)
    permissions: dict[str, list[str]] = {}  # what each module may do besides playing
    settings: dict[str, dict[str, Any]] = {}  # each module's own
    snapshots: SnapshotOptions = msgspec.field(default_factory=SnapshotOptions)
    file: str = ""  # where this was read from

    @property
    def data(self) -> Path:
        """The data folder."""
        return Path(self.server.data)

    @property
    def database(self) -> Path:
        """The one SQLite file."""
        return self.data / "everwake.db"

    @property
    def copyovers(self) -> Path:
        """The history of copyovers."""
        return self.data / "copyovers.jsonl"

    @property
    def snapshot_folder(self) -> Path:
        """Where a copyover's `.dat` files lie."""
        return self.data / "snapshots"

    @property
    def packages(self) -> Path:
        """Where installed modules lie."""
        return self.data / "modules"

    def key(self) -> Key | None:
        """The key that snapshots are encrypted with, if the operator wants that. Raises SnapshotError."""
        return Key.read(Path(self.snapshots.key)) if self.snapshots.key else None

    def given(self) -> Given:
        """What is said about modules."""
        from mud.framework.loader import Given  # and with it most of us: what is in here has to work when that does not

        return Given(self.modules, self.settings, self.permissions, os.environ, (self.packages,), here)

    @property
    def cache(self) -> Path:
        """What can be made again from the world's files."""
        return self.data / "cache"

    @property
    def run(self) -> Path:
        """What belongs to a running server: lock, ready.json, control socket."""
        return self.data / "run"

    @property
    def world(self) -> Path:
        """The folder of the world's files."""
        return Path(self.server.world)


def load(path: Path | None) -> Config:
    """Read the configuration; all defaults without a file.

    Raises ConfigError, naming file, key and what was expected, with the nearest known name of an unknown key.
    """
    if path is None:
        return Config()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    known = msgspec.to_builtins(Config())
    del known["file"]
    _check_keys(path, raw, known, "")
    try:
        return msgspec.convert(raw | {"file": str(path.absolute())}, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}") from error


def _check_keys(path: Path, raw: dict[str, Any], known: dict[str, Any], prefix: str) -> None:
    for key, value in raw.items():
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f"did you mean {prefix}{near[0]}?" if near else f"known are {', '.join(known)}"
            raise ConfigError(f"{path}: unknown key {prefix}{key}; {hint}")
        if known[key] == {}:
            continue  # whatever modules are called, and whatever their settings are
        if isinstance(known[key], dict) and isinstance(value, dict):
            _check_keys(path, value, known[key], f"{prefix}{key}.")
