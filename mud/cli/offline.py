"""Carries out requests without a running server: take the lock, open the database, do it, close."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mud.cli.loaded import loaded
from mud.config import Config
from mud.control.labels import labelled
from mud.core.errors import EverwakeError
from mud.core.world.model import Account
from mud.play import accounts
from mud.play.names import proper
from mud.server import backups, passwords
from mud.store import rows
from mud.store.batch import Batch
from mud.store.lock import Lock
from mud.store.store import Store


async def do(config: Config, what: str, request: dict[str, Any]) -> dict[str, Any]:
    """Carry out one request. The answer is like the control socket's."""
    try:
        if what == "account.create":
            accounts.proper_name(request["name"], loaded(config).commands)  # modules have commands too
        lock = Lock.acquire(config.run / "lock")
        try:
            store = await Store.open(config.database)
            try:
                if what == "backup":
                    why, path = labelled("backup", request), Path(request["file"])
                    modules = await backups.make(store, path, why, config.key())
                    return {"ok": True, "file": request["file"], "modules": modules}
                return {"ok": True, **await _do(store, what, request)}
            finally:
                await store.close()
        finally:
            lock.release()
    except EverwakeError as error:
        return {"ok": False, "error": str(error)}


async def _do(store: Store, what: str, request: dict[str, Any]) -> dict[str, Any]:
    if what == "account.list":
        return {"accounts": [list(row) for row in await store.accounts()]}
    row = await store.account(proper(request["name"]))
    found = rows.account(row) if row is not None else None
    match what:
        case "account.create":
            name = accounts.proper_name(request["name"])
            accounts.check_new(found, name, request["role"], request["password"])
            account = accounts.create(name, request["role"], passwords.hash_password(request["password"]))
        case "account.role":
            account = accounts.with_role(found, request["name"], request["role"])
        case _:
            accounts.check_password(request["password"], accounts.need(found, request["name"]).name)
            account = accounts.with_password(found, request["name"], passwords.hash_password(request["password"]))
    return await _put(store, account)


async def _put(store: Store, account: Account) -> dict[str, Any]:
    await store.flush(Batch(puts={"accounts": [rows.account_row(account)]}))
    return {"account": account.name, "role": account.role}
