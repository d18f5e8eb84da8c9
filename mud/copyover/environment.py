"""The environment variables by which one program of ours tells the next. Only this file names, sets and reads them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

#: This start takes over a game: the carrier's name, and where to find the hand-over, in the carrier's own notation.
CARRIER, HANDOVER = "EVERWAKE_CARRIER", "EVERWAKE_HANDOVER"
#: The carrier of programs that name none, because they are older than the second one.
FIRST_CARRIER = "exec"
#: This start is a rehearsal: the modules that have to load, separated by commas; the folder with copies of the state;
#: and the id of the process that ordered it.
REHEARSAL, STATE, PARENT = "EVERWAKE_REHEARSAL", "EVERWAKE_REHEARSAL_STATE", "EVERWAKE_REHEARSAL_PARENT"
#: This program runs from a copy: the path of the source tree; and the reason, if nobody ordered it.
TREE, FELL_BACK = "EVERWAKE_TREE", "EVERWAKE_FELL_BACK"
#: Makes Python print a traceback when a signal ends it.
FAULTHANDLER = "PYTHONFAULTHANDLER"


class HandedOver(NamedTuple):
    """A hand-over, as the environment names it."""

    carrier: str
    where: str


# What this program is told


def takes_over() -> bool:
    """Whether this start takes over a game."""
    return HANDOVER in os.environ


def is_rehearsal() -> bool:
    """Whether this start is a rehearsal."""
    return REHEARSAL in os.environ


def tree(code: Path) -> Path:
    """The path of the source tree, for a program whose code lies in `code`."""
    return Path(os.environ.get(TREE, code))


def take_handover() -> HandedOver | None:
    """Where to find the hand-over. Clears the variables, so that programs we start later do not get them."""
    os.environ.pop(FAULTHANDLER, None)
    carrier, where = os.environ.pop(CARRIER, FIRST_CARRIER), os.environ.pop(HANDOVER, None)
    return None if where is None else HandedOver(carrier, where)


def take_needed() -> list[str] | None:
    """The modules that have to load in this rehearsal; None if this is no rehearsal."""
    given = os.environ.pop(REHEARSAL, None)
    return None if given is None else [name for name in given.split(",") if name]


def take_state() -> str | None:
    """The folder with a rehearsal's copies, if there is one."""
    return os.environ.pop(STATE, None)


def take_parent() -> str:
    """The id of the process that ordered this rehearsal; "" if this is no rehearsal."""
    return os.environ.pop(PARENT, "")


def take_why() -> str:
    """The reason why this is not the tree's code, or why it is the tree's after all; "" if there is nothing to say."""
    return os.environ.pop(FELL_BACK, "")


def say_why(text: str) -> None:
    """Set the reason for this program itself, for its log and the admins."""
    os.environ[FELL_BACK] = text


# What the next program is told


def of_code(runs_from_copy_of: Path | None) -> dict[str, str]:
    """Our own environment, for code in the source tree, or in a copy of that tree."""
    rest = {name: value for name, value in os.environ.items() if name not in (TREE, FELL_BACK)}
    return rest if runs_from_copy_of is None else rest | {TREE: str(runs_from_copy_of)}


def of_rehearsal(given: Mapping[str, str], modules: Sequence[str], state: Path) -> dict[str, str]:
    """The environment of a child that rehearses and compiles what it imports."""
    rest = {name: value for name, value in given.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return rest | {REHEARSAL: ",".join(modules), PARENT: str(os.getpid()), STATE: str(state)}


def of_heir(given: Mapping[str, str], carrier: str, handover: str) -> dict[str, str]:
    """The environment of the program that is to take over the game."""
    return {**given, CARRIER: carrier, HANDOVER: handover, FAULTHANDLER: "1"}


def of_fallback(given: Mapping[str, str], why: str) -> dict[str, str]:
    """The environment of older code that is started instead of this."""
    return {**given, FELL_BACK: why}
