"""What `run.py` may ask of a running server through the control socket, by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mud.control.copyovers import copyover_actions
from mud.control.modules import module_actions
from mud.control.workers import worker_actions
from mud.core import events as e
from mud.core.errors import StoreError
from mud.core.world.model import Account
from mud.play import accounts
from mud.play.names import proper
from mud.store import rows

if TYPE_CHECKING:
    from mud.control.control_socket import Actions, Answer
    from mud.server.server import Server
    from mud.store.store import Store


def actions(server: Server) -> Actions:
    """The table of requests for `server`."""

    def store() -> Store:
        if server.store is None:
            raise StoreError("the database is not open just now; try again in a moment")
        return server.store

    async def find(name: str) -> Account | None:
        name = proper(name)
        known = server.game.world.accounts.get(name.casefold())
        row = await store().account(name) if known is None else None
        return rows.account(row) if row is not None else known

    async def put(account: Account) -> Answer:
        server.post(e.AccountSet(account))
        await server.flusher.flush()
        return {"account": account.name, "role": account.role}

    async def create(request: dict[str, Any]) -> Answer:
        name, role, password = accounts.proper_name(request["name"]), request["role"], request["password"]
        accounts.check_new(await find(name), name, role, password)
        hash_ = await server.jobs.hash(password)
        accounts.check_new(await find(name), name, role, password)  # somebody may have been quicker
        return await put(accounts.create(name, role, hash_))

    async def role(request: dict[str, Any]) -> Answer:
        return await put(accounts.with_role(await find(request["name"]), request["name"], request["role"]))

    async def reset(request: dict[str, Any]) -> Answer:
        accounts.check_password(request["password"], accounts.need(await find(request["name"]), request["name"]).name)
        hash_ = await server.jobs.hash(request["password"])
        return await put(accounts.with_password(await find(request["name"]), request["name"], hash_))

    async def listing(request: dict[str, Any]) -> Answer:
        await server.flusher.flush()
        return {"accounts": [list(row) for row in await store().accounts()]}

    async def backup(request: dict[str, Any]) -> Answer:
        await server.flusher.flush()
        await store().backup(Path(request["file"]))
        return {"file": request["file"]}

    return {
        "account.create": create,
        "account.role": role,
        "account.reset": reset,
        "account.list": listing,
        "backup": backup,
        **copyover_actions(server),
        **module_actions(server),
        **worker_actions(server),
    }
