"""What `run.py` may ask of a running server about its modules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mud.control.control_socket import Actions, Answer
    from mud.server.server import Server


def module_actions(server: Server) -> Actions:
    """The table of requests for `server`."""
    modules = server.modules

    async def list_modules(request: dict[str, Any]) -> Answer:
        sources = {i.name: i.source.kind for i in modules.registry.instances.values()}
        keys = ("name", "version", "state", "text")
        rows = [dict(zip(keys, row, strict=True)) for row in modules.registry.table()]
        return {"modules": [row | {"source": sources[row["name"]]} for row in rows]}

    async def show_module(request: dict[str, Any]) -> Answer:
        return {"text": modules.registry.describe(request["name"])}

    async def manage_module(request: dict[str, Any]) -> Answer:
        return {"text": await modules.manager.manage(request["what"], request["name"])}

    async def export(request: dict[str, Any]) -> Answer:
        path, seconds = Path(request["file"]), request.get("expires_in")
        expires = modules.now() + seconds if seconds is not None else None
        size = modules.export(request["name"], path, expires)
        return {"text": f"{request['name']} is in {path}, {size} bytes"}

    async def import_(request: dict[str, Any]) -> Answer:
        return {"text": modules.import_(request["name"], Path(request["file"]))}

    return {
        "module.list": list_modules,
        "module.show": show_module,
        "module.manage": manage_module,
        "module.export": export,
        "module.import": import_,
    }
