"""What `run.py` may ask of a running server about backups."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from mud.control.control_socket import Actions, Answer
from mud.control.labels import labelled
from mud.snapshot.envelope import Metadata


class Writer(Protocol):
    """Who writes what changed."""

    async def flush(self) -> None:
        """Write everything that changed. Raises StoreError."""


def backup_actions(writer: Writer, make: Callable[[Path, Metadata], Awaitable[list[str]]]) -> Actions:
    """The table of requests. `make` makes a backup, and returns the modules in it."""

    async def backup(request: dict[str, Any]) -> Answer:
        await writer.flush()
        modules = await make(Path(request["file"]), labelled("backup", request))
        return {"file": request["file"], "modules": modules}

    return {"backup": backup}
