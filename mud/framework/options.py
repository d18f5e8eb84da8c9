"""The parts of the configuration about modules and snapshots."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

#: The time limit of a hook, in seconds.
Limit = Annotated[float, Meta(gt=0, le=3600)]


class ModuleOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """[modules]. `folders` are searched besides modules/ and DATA/modules; `off` names modules that are not loaded.

    A module that can't take its state makes a copyover fail, unless `optional` names it: then it starts anew. A
    module with `errors` failures within `seconds` is taken out of service. `unhealthy` says what follows when a module
    stays unhealthy, in place of what its health checks say. The rest are hooks' time limits, in seconds.
    """

    folders: list[str] = []
    off: list[str] = []
    optional: list[str] = []
    errors: Annotated[int, Meta(ge=1, le=1_000_000)] = 5
    seconds: Annotated[float, Meta(gt=0, le=86400)] = 60.0
    unhealthy: dict[str, Literal["warn", "restart", "out of service"]] = {}
    initialize_seconds: Limit = 10.0
    start_seconds: Limit = 10.0
    stop_seconds: Limit = 5.0


class PackageOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """[packages]. `keys` are the public keys (Ed25519, 64 hexadecimal digits) that are trusted to sign packages. With
    `signed`, only packages that one of them signed are installed."""

    keys: list[Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]] = []
    signed: bool = False


class SnapshotOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """[snapshots]. With `key`, a file of 32 random bytes and mode 0600, snapshots are encrypted.

    A module whose state takes more than `warn_bytes`, compressed, is named in the log, and one that takes more than
    `limit_bytes` vetoes a copyover, softly.
    """

    key: str = ""
    warn_bytes: Annotated[int, Meta(ge=0, le=1 << 40)] = 1 << 20
    limit_bytes: Annotated[int, Meta(ge=0, le=1 << 40)] = 8 << 20
