"""What an operator may say about modules and workers in the configuration."""

from __future__ import annotations

from msgspec import Struct


class ModuleOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """[modules]. `folders` are searched besides modules/ and DATA/modules; `off` names modules that are not loaded.

    A module that can't take its state fails a copyover, unless `optional` names it: then it begins anew.
    A module with `errors` failures within `seconds` is taken out of service. The rest are limits of hooks, in seconds.
    """

    folders: list[str] = []
    off: list[str] = []
    optional: list[str] = []
    errors: int = 5
    seconds: float = 60.0
    initialize_seconds: float = 10.0
    start_seconds: float = 10.0
    stop_seconds: float = 5.0


class SnapshotOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """[snapshots]. With `key`, a file of 32 random bytes and mode 0600, they are encrypted.

    A module whose state takes more than `warn_bytes`, compressed, is named in the log, and one that takes more than
    `limit_bytes` vetoes a copyover, softly.
    """

    key: str = ""
    warn_bytes: int = 1 << 20
    limit_bytes: int = 8 << 20
