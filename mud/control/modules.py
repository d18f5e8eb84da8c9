"""What `run.py` may ask of a running server about its modules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mud.control.control_socket import Actions, Answer
    from mud.server.server import Server


def module_actions(server: Server) -> Actions:
    """The table of requests for `server`."""
    hosting = server.hosting

    async def list_modules(request: dict[str, Any]) -> Answer:
        sources = {i.name: i.source.kind for i in hosting.registry.instances.values()}
        keys = ("name", "version", "state", "text")
        rows = [dict(zip(keys, row, strict=True)) for row in hosting.registry.table()]
        return {"modules": [row | {"source": sources[row["name"]]} for row in rows]}

    async def show_module(request: dict[str, Any]) -> Answer:
        return {"text": hosting.registry.describe(request["name"])}

    async def manage_module(request: dict[str, Any]) -> Answer:
        return {"text": await hosting.master.manage(request["what"], request["name"])}

    async def export(request: dict[str, Any]) -> Answer:
        path, seconds = Path(request["file"]), request.get("expires_in")
        expires = hosting.now() + seconds if seconds is not None else None
        size = hosting.export(request["name"], path, expires)
        return {"text": f"{request['name']} is in {path}, {size} bytes"}

    async def import_(request: dict[str, Any]) -> Answer:
        return {"text": hosting.import_(request["name"], Path(request["file"]))}

    return {
        "module.list": list_modules,
        "module.show": show_module,
        "module.manage": manage_module,
        "module.export": export,
        "module.import": import_,
    }
