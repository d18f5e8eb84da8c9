"""All that a module imports.

A module is a folder with an `__init__.py` that defines `MODULE`. docs/modules.md says what everything in here is for,
and opens with the smallest one.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Meta, Struct, convert, field

from mud.core.calendar import CALENDAR, Calendar, Moment, Month, Season
from mud.core.errors import Invalid, NotFound, Rejected
from mud.core.ledger import LIMIT, MINT, SINK, LedgerError
from mud.core.markup import strip, tag
from mud.core.model import ROLES, Account, Character, Item, Role, room_key
from mud.core.module import (
    Answered,
    Command,
    Database,
    Dialog,
    Died,
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
    ToldAway,
    Veto,
    WallTimer,
    WriteFailed,
)
from mud.core.modulecontext import Context
from mud.core.targets import split, split_first
from mud.core.words import duration
from mud.core.work import Work

__all__ = [
    "CALENDAR",
    "LIMIT",
    "MINT",
    "ROLES",
    "SINK",
    "Account",
    "Answered",
    "Calendar",
    "Character",
    "Command",
    "Context",
    "Database",
    "Dialog",
    "Died",
    "Endpoint",
    "HealthCheck",
    "Invalid",
    "Item",
    "Job",
    "LedgerError",
    "Meta",
    "Method",
    "Module",
    "Moment",
    "Month",
    "Moved",
    "NotFound",
    "On",
    "Permission",
    "PlayerEntered",
    "PlayerLeft",
    "Rejected",
    "Request",
    "Role",
    "Season",
    "Settings",
    "Signal",
    "State",
    "Step",
    "Struct",
    "Talk",
    "Timer",
    "ToldAway",
    "Veto",
    "WallTimer",
    "Work",
    "WriteFailed",
    "convert",
    "duration",
    "field",
    "folder_text",
    "room_key",
    "split",
    "split_first",
    "strip",
    "tag",
]


def folder_text(here: str, name: str) -> str:
    """A text file that lies beside a module's code: `folder_text(__file__, "socials.toml")`. Read it at import.

    Raises OSError, or ValueError for a name that leads out of the folder or a file that is no UTF-8.
    """
    if Path(name).name != name:
        raise ValueError(f"{name!r} is not the name of a file in the module's folder")
    return Path(here).with_name(name).read_text("utf-8")
