"""All that a module imports.

A module is a folder with an `__init__.py` that defines `MODULE`. docs/modules.md says what everything in here is for,
and opens with the smallest one.
"""

from __future__ import annotations

from msgspec import Meta, Struct, field

from mud.core.errors import Invalid, Rejected
from mud.core.ledger import LIMIT, MINT, SINK, LedgerError
from mud.core.markup import strip, tag
from mud.core.model import Account, Character, Item, Role, room_key
from mud.core.module import (
    Answered,
    Command,
    Database,
    Dialog,
    Endpoint,
    HealthCheck,
    Job,
    Method,
    Module,
    Moved,
    On,
    Permission,
    PlayerEntered,
    PlayerLeft,
    Request,
    Settings,
    Signal,
    State,
    Step,
    Talk,
    Timer,
    Veto,
    WallTimer,
    WriteFailed,
)
from mud.core.modulecontext import Context
from mud.core.targets import split, split_first
from mud.core.work import Work

__all__ = [
    "LIMIT",
    "MINT",
    "SINK",
    "Account",
    "Answered",
    "Character",
    "Command",
    "Context",
    "Database",
    "Dialog",
    "Endpoint",
    "HealthCheck",
    "Invalid",
    "Item",
    "Job",
    "LedgerError",
    "Meta",
    "Method",
    "Module",
    "Moved",
    "On",
    "Permission",
    "PlayerEntered",
    "PlayerLeft",
    "Rejected",
    "Request",
    "Role",
    "Settings",
    "Signal",
    "State",
    "Step",
    "Struct",
    "Talk",
    "Timer",
    "Veto",
    "WallTimer",
    "Work",
    "WriteFailed",
    "field",
    "room_key",
    "split",
    "split_first",
    "strip",
    "tag",
]
