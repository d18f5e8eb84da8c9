"""How an operator creates and changes accounts. The rules are the same whether the server runs or not."""

from __future__ import annotations

import time
from typing import Any, cast, get_args

import msgspec

from mud.core.commands import CommandTable
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.events import AccountSet
from mud.core.world.model import ROLES, Account, Role
from mud.play.commands import COMMANDS
from mud.play.names import check_name
from mud.play.password import check as check_password

__all__ = ["account_set", "check_new", "check_password", "create", "need", "proper_name", "with_password", "with_role"]


def proper_name(name: str, commands: CommandTable[Any] | None = None) -> str:
    """A name as the game writes it. Raises Rejected when it is not allowed; `commands` are the game's commands."""
    return check_name(name, commands or CommandTable(COMMANDS))


def check_role(role: str) -> Role:
    """The role with that name. Raises Rejected."""
    if role not in get_args(Role):
        raise Rejected(f"{role!r} is no role; roles are {', '.join(ROLES)}.")
    return cast(Role, role)


def check_new(found: Account | None, name: str, role: str, password: str) -> None:
    """Raises Rejected when an account of that name exists already, or the password or the role is not acceptable."""
    if found is not None:
        raise Rejected(
            f"There is an account {found.name} already, {found.role}. `run.py account role {found.name} {role}` gives "
            f"it another role, `run.py account reset {found.name}` another password."
        )
    check_password(password, name)
    check_role(role)


def create(name: str, role: str, hash_: str) -> Account:
    """A new account."""
    return Account(name=name, password=hash_, role=check_role(role), created=time.time())


def with_role(found: Account | None, name: str, role: str) -> Account:
    """The account with another role. Raises Rejected when there is none."""
    return msgspec.structs.replace(need(found, name), role=check_role(role))


def with_password(found: Account | None, name: str, hash_: str) -> Account:
    """The account with another password. Raises Rejected when there is none."""
    return msgspec.structs.replace(need(found, name), password=hash_)


def need(found: Account | None, name: str) -> Account:
    """`found`, or Rejected."""
    if found is None:
        raise Rejected(f"There is no account {name!r}.")
    return found


def account_set(ctx: CoreContext, event: AccountSet) -> None:
    """An account was made or changed from outside the game: store it as the event gives it."""
    ctx.world.add_account(event.account, changed=True)
