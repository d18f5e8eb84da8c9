"""The control socket's requests about modules."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from mud.control.control_socket import Actions, Answer
from mud.control.labels import labelled
from mud.framework.manager import ModuleManager
from mud.snapshot.envelope import Metadata


class Transfer(Protocol):
    """Exports modules' states to files, and imports them."""

    def export(self, name: str, path: Path, why: Metadata) -> int:
        """Write a module's state. Returns the file's size. Raises EverwakeError."""

    def import_(self, name: str, path: Path) -> str:
        """Give a module the state from a file. Raises EverwakeError, and then nothing has changed."""


def module_actions(manager: ModuleManager, transfer: Transfer, wall: Callable[[], float]) -> Actions:
    """The table of requests. `wall` returns the time by the wall clock."""
    registry = manager.registry

    async def list_modules(request: dict[str, Any]) -> Answer:
        sources = {i.name: i.source.kind for i in registry.instances.values()}
        keys = ("name", "version", "state", "text")
        rows = [dict(zip(keys, row, strict=True)) for row in registry.table()]
        return {"modules": [row | {"source": sources[row["name"]]} for row in rows]}

    async def show_module(request: dict[str, Any]) -> Answer:
        return {"text": registry.describe(request["name"])}

    async def manage_module(request: dict[str, Any]) -> Answer:
        return {"text": await manager.manage(request["what"], request["name"])}

    async def call(request: dict[str, Any]) -> Answer:
        reply = await manager.calls.call(request["method"], request.get("data"), request.get("needs", ""))
        return {"reply": reply, "text": json.dumps(reply, ensure_ascii=False, indent=2)}

    async def export(request: dict[str, Any]) -> Answer:
        path, seconds = Path(request["file"]), request.get("expires_in")
        expires = wall() + seconds if seconds is not None else None
        why = labelled("export", request, expires)
        size = transfer.export(request["name"], path, why)
        return {"text": f"{request['name']} is in {path}, {size} bytes"}

    async def import_(request: dict[str, Any]) -> Answer:
        return {"text": transfer.import_(request["name"], Path(request["file"]))}

    return {
        "module.list": list_modules,
        "module.show": show_module,
        "module.manage": manage_module,
        "module.call": call,
        "module.export": export,
        "module.import": import_,
    }
