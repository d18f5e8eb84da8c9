"""Everything that a module imports.

A module is a folder with an `__init__.py` that defines `MODULE`. docs/modules.md says what everything in here is for,
and opens with the smallest one.
"""

from __future__ import annotations

import sys
from difflib import get_close_matches
from opcode import opmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Meta, Struct, convert, field
from msgspec.structs import replace

from mud.core.errors import Invalid, NotFound, Refused, Rejected
from mud.core.escrow import Escrow
from mud.core.ledger import LIMIT, MINT, SINK, LedgerError
from mud.core.migration import Each, Step
from mud.core.signals import (
    Answered,
    Attacked,
    Companions,
    Died,
    InService,
    LinkBack,
    LinkLost,
    LookedAt,
    Moved,
    PlayerEntered,
    PlayerLeft,
    Request,
    Signal,
    ToldAway,
    Worn,
    WriteFailed,
)
from mud.core.spells import Cast
from mud.core.targets import split, split_first
from mud.core.text.markup import strip, tag
from mud.core.text.words import ago, duration, seconds_in, whole_number
from mud.core.veto import Veto
from mud.core.world.calendar import CALENDAR, Calendar, Moment, Month, Season
from mud.core.world.capacity import cannot_carry
from mud.core.world.hands import cannot_let_go
from mud.core.world.item_names import capital, coins, find_item, is_coins, seek_items, short
from mud.core.world.model import ROLES, Account, Character, Item, Role, purse_key, room_key
from mud.sdk.bases import Dialog, Permission, Settings, State, Timer, WallTimer
from mud.sdk.context import Context
from mud.sdk.module import Command, Database, Endpoint, HealthCheck, Job, Method, Module, On, Spell, Talk
from mud.sdk.work import Work

__all__ = [
    "CALENDAR",
    "LIMIT",
    "MINT",
    "ROLES",
    "SINK",
    "Account",
    "Answered",
    "Attacked",
    "Calendar",
    "Cast",
    "Character",
    "Command",
    "Companions",
    "Context",
    "Database",
    "Dialog",
    "Died",
    "Each",
    "Endpoint",
    "Escrow",
    "HealthCheck",
    "InService",
    "Invalid",
    "Item",
    "Job",
    "LedgerError",
    "LinkBack",
    "LinkLost",
    "LookedAt",
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
    "Refused",
    "Rejected",
    "Request",
    "Role",
    "Season",
    "Settings",
    "Signal",
    "Spell",
    "State",
    "Step",
    "Struct",
    "Talk",
    "Timer",
    "ToldAway",
    "Veto",
    "WallTimer",
    "Work",
    "Worn",
    "WriteFailed",
    "ago",
    "cannot_carry",
    "cannot_let_go",
    "capital",
    "coins",
    "convert",
    "duration",
    "field",
    "find_item",
    "folder_text",
    "is_coins",
    "purse_key",
    "replace",
    "room_key",
    "seconds_in",
    "seek_items",
    "short",
    "split",
    "split_first",
    "strip",
    "tag",
    "whole_number",
]


def folder_text(here: str, name: str) -> str:
    """The text of a file beside a module's code: `folder_text(__file__, "socials.toml")`. Read it at import.

    Raises OSError, or ValueError if the name leads out of the folder or the file is not UTF-8.
    """
    if Path(name).name != name:
        raise ValueError(f"{name!r} is not the name of a file in the module's folder")
    return Path(here).with_name(name).read_text("utf-8")


if not TYPE_CHECKING:  # a type checker is to see for itself what is not there

    def __getattr__(name: str) -> Any:
        """What is not there, with what was meant. (Python replaces an AttributeError while it imports from here.)"""
        near = get_close_matches(name, __all__, 1) if name[0] != "_" else []  # Python asks for __path__ at each import
        text = f"mud.api has no {name!r}" + (f": did you mean {near[0]!r}?" if near else "")
        asking = sys._getframe(1)
        imports = asking.f_code.co_code[asking.f_lasti] == opmap["IMPORT_FROM"]
        raise (ImportError if imports else AttributeError)(text)
