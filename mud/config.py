"""The operator's configuration: one TOML file, every key with a default, unknown keys refused by name."""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from mud.copyover.locations import here
from mud.core.bounds import explained
from mud.core.errors import ConfigError
from mud.framework.options import ModuleOptions, PackageOptions, SnapshotOptions
from mud.net.budget import Limits
from mud.snapshot.seal import Key

if TYPE_CHECKING:
    from mud.framework.loader import ModuleConfig

LAST_PORT = 65535
#: Numbers have bounds: a slip is refused where it was made, and not met later as something else.
Port = Annotated[int, Meta(ge=0, le=LAST_PORT)]
Seconds = Annotated[float, Meta(gt=0, le=86400)]
Bytes = Annotated[int, Meta(ge=0, le=1 << 62)]


class ServerConfig(Struct, forbid_unknown_fields=True, kw_only=True):
    """Where to listen and where files are. The command line's options take precedence."""

    name: str = "Everwake"
    host: str = "127.0.0.1"
    port: Port = 4000
    data: str = "data"
    world: str = "world"


class StoreConfig(Struct, forbid_unknown_fields=True, kw_only=True):
    """`flush_seconds`: the time between two flushes while something changes."""

    flush_seconds: Annotated[float, Meta(ge=0.01, le=60)] = 0.25


class CopyoverConfig(Struct, forbid_unknown_fields=True, kw_only=True):
    """`rehearsal_seconds` and `rehearsal_bytes`: the limits of a rehearsal, in time and memory.

    The new program has `start_seconds` to be ready, or three times what its start took in the rehearsal. The core has a
    soft veto if the world's state takes more than `state_bytes`, and a hard one if less is left than
    `spare_descriptors` and `disk_bytes`. A generation is confirmed after it has run well for `confirm_seconds`; the
    code of the last `keep` confirmed ones is kept.
    """

    rehearsal_seconds: Seconds = 60.0
    rehearsal_bytes: Bytes = 4 << 30
    start_seconds: Seconds = 1.5
    state_bytes: Bytes = 256 << 20
    spare_descriptors: Annotated[int, Meta(ge=0, le=1 << 30)] = 32
    disk_bytes: Bytes = 16 << 20
    confirm_seconds: Annotated[float, Meta(ge=0, le=86400)] = 60.0
    keep: Annotated[int, Meta(ge=1, le=1000)] = 5


class DevConfig(Struct, forbid_unknown_fields=True, kw_only=True):
    """For who develops. With `watch` (--dev) saved files are taken into the game: code by a copyover or, with `modules`
    "reload" and only one module changed, by a hot reload.

    Saves less than `quiet_seconds` apart count as one. A veto is waited for, at most `wait_seconds`.
    """

    watch: bool = False
    modules: Literal["copyover", "reload"] = "copyover"
    quiet_seconds: Annotated[float, Meta(ge=0, le=60)] = 0.2
    wait_seconds: Annotated[float, Meta(ge=0, le=86400)] = 300.0


class LogConfig(Struct, forbid_unknown_fields=True, kw_only=True):
    """`level` of the log, and the size in bytes at which a log file is rotated."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    bytes: Annotated[int, Meta(ge=10_000, le=1 << 40)] = 10_000_000
    files: Annotated[int, Meta(ge=1, le=1000)] = 5


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
    packaging: PackageOptions = msgspec.field(default_factory=PackageOptions, name="packages")
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
        """The folder of a copyover's `.dat` files."""
        return self.data / "snapshots"

    @property
    def packages(self) -> Path:
        """The folder of installed modules."""
        return self.data / "modules"

    def key(self) -> Key | None:
        """The key with which snapshots are encrypted, if one is configured. Raises SnapshotError."""
        return Key.read(Path(self.snapshots.key)) if self.snapshots.key else None

    def given(self) -> ModuleConfig:
        """The options for modules."""
        from mud.framework.loader import (
            ModuleConfig,  # and with it most of us: what is in here has to work when that does not
        )

        return ModuleConfig(self.modules, self.settings, self.permissions, os.environ, (self.packages,), here)

    @property
    def cache(self) -> Path:
        """The folder of what can be made again from the world's files."""
        return self.data / "cache"

    @property
    def run(self) -> Path:
        """The folder of a running server's lock, ready.json and control socket."""
        return self.data / "run"

    @property
    def world(self) -> Path:
        """The folder of the world's files."""
        return Path(self.server.world)


def load(path: Path | None) -> Config:
    """Read the configuration; without a file, everything has its default.

    Raises ConfigError, naming file, key and what was expected, with the nearest known name of an unknown key.
    """
    if path is None:
        return Config()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: there is no such file; --config names the configuration") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: it is not UTF-8 text ({error.reason} at byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: no valid TOML: {error}") from error
    known = msgspec.to_builtins(Config())
    del known["file"]
    _check_keys(path, raw, known, ())
    try:
        return msgspec.convert(raw | {"file": str(path.absolute())}, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {explained(error, Config, raw)}") from error


def _check_keys(path: Path, raw: dict[str, Any], known: dict[str, Any], at: tuple[str, ...]) -> None:
    for key, value in raw.items():
        if key not in known:
            raise ConfigError(f"{path}: unknown key {'.'.join((*at, key))}; {_hint(key, known, at)}")
        if known[key] == {}:
            continue  # whatever modules are called, and whatever their settings are
        if isinstance(known[key], dict) and isinstance(value, dict):
            _check_keys(path, value, known[key], (*at, key))


def _hint(key: str, known: dict[str, Any], at: tuple[str, ...]) -> str:
    """Where the key may have been meant to stand: just so in another table, else nearly so here, or there."""
    everywhere = _places()
    near_here, near_there = (get_close_matches(key, names, 1) for names in (known, everywhere))
    if key not in everywhere and near_here:
        return f"did you mean {'.'.join((*at, *near_here))}?"
    if near_there:
        name = key if key in everywhere else near_there[0]
        return f"did you mean [{everywhere[name]}] {name}?" if everywhere[name] else f"did you mean [{name}]?"
    return f"known are {', '.join(known)}"


def _places() -> dict[str, str]:
    """Each key that there is, with the table that it stands in."""
    tables = {name: part for name, part in msgspec.to_builtins(Config()).items() if isinstance(part, dict)}
    places = {key: table for table, part in tables.items() for key in part}
    return places | dict.fromkeys(tables, "")
