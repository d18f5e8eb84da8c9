"""The control socket's requests about accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mud.control.control_socket import Actions, Answer
from mud.core import events as e
from mud.core.commands import CommandTable
from mud.core.world.model import Account
from mud.play import accounts
from mud.play.names import proper
from mud.store import rows
from mud.store.store import Store


class StoreSource(Protocol):
    """Holds the store."""

    def need(self) -> Store:
        """The open store. Raises StoreError while it is not open."""


class Writer(Protocol):
    """Writes changes to the database."""

    async def flush(self) -> None:
        """Write all changes. Raises StoreError."""


class Hasher(Protocol):
    """Hashes passwords."""

    async def hash(self, password: str) -> str:
        """The hash of a password."""


def account_actions(
    known: Mapping[str, Account],
    storage: StoreSource,
    writer: Writer,
    hasher: Hasher,
    post: Callable[[e.Event], None],
    commands: CommandTable[Any],
) -> Actions:
    """The table of requests. `known` are the accounts in memory, newer than the store's, by casefolded name.

    No account may have the name of one of the `commands`.
    """

    async def find(name: str) -> Account | None:
        name = proper(name)
        found = known.get(name.casefold())
        row = await storage.need().account(name) if found is None else None
        return rows.account(row) if row is not None else found

    async def put(account: Account) -> Answer:
        post(e.AccountSet(account))
        await writer.flush()
        return {"account": account.name, "role": account.role}

    async def create(request: dict[str, Any]) -> Answer:
        name = accounts.proper_name(request["name"], commands)
        role, password = request["role"], request["password"]
        accounts.check_new(await find(name), name, role, password)
        hash_ = await hasher.hash(password)
        accounts.check_new(await find(name), name, role, password)  # somebody may have created it meanwhile
        return await put(accounts.create(name, role, hash_))

    async def role(request: dict[str, Any]) -> Answer:
        return await put(accounts.with_role(await find(request["name"]), request["name"], request["role"]))

    async def reset(request: dict[str, Any]) -> Answer:
        accounts.check_password(request["password"], accounts.need(await find(request["name"]), request["name"]).name)
        hash_ = await hasher.hash(request["password"])
        return await put(accounts.with_password(await find(request["name"]), request["name"], hash_))

    async def listing(request: dict[str, Any]) -> Answer:
        await writer.flush()
        return {"accounts": [list(row) for row in await storage.need().accounts()]}

    return {
        "account.create": create,
        "account.role": role,
        "account.reset": reset,
        "account.list": listing,
    }
