"""What one program of ours tells the next by its environment: each variable is named, written and read here alone."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

#: The start takes a game over: where its hand-over is, in the words of who carries it.
HANDOVER = "EVERWAKE_HANDOVER"
#: It is a rehearsal, in which these modules have to load (with commas); the folder with copies of the state; and the
#: process for which it is.
REHEARSAL, STATE, PARENT = "EVERWAKE_REHEARSAL", "EVERWAKE_REHEARSAL_STATE", "EVERWAKE_REHEARSAL_PARENT"
#: It runs from a copy: where the source tree is; and why that is so when nobody ordered it.
TREE, FELL_BACK = "EVERWAKE_TREE", "EVERWAKE_FELL_BACK"
#: Has Python say where it was when a signal ends it.
FAULTHANDLER = "PYTHONFAULTHANDLER"


# What this program was told


def takes_over() -> bool:
    """Whether this start is to take a game over."""
    return HANDOVER in os.environ


def is_rehearsal() -> bool:
    """Whether this start is a rehearsal."""
    return REHEARSAL in os.environ


def tree(code: Path) -> Path:
    """Where the source tree is, for a program whose code lies in `code`."""
    return Path(os.environ.get(TREE, code))


def take_handover() -> str | None:
    """Where the hand-over is, once: no program that we start later is told."""
    os.environ.pop(FAULTHANDLER, None)
    return os.environ.pop(HANDOVER, None)


def take_needed() -> list[str] | None:
    """The modules that have to load in this rehearsal; None when it is none."""
    given = os.environ.pop(REHEARSAL, None)
    return None if given is None else [name for name in given.split(",") if name]


def take_state() -> str | None:
    """The folder with a rehearsal's copies, where there is one."""
    return os.environ.pop(STATE, None)


def take_parent() -> str:
    """The process for which this rehearsal is; "" when it is none."""
    return os.environ.pop(PARENT, "")


def take_why() -> str:
    """Why this is not the tree's code, or why it is in spite of all; "" when there is nothing to say."""
    return os.environ.pop(FELL_BACK, "")


def say_why(text: str) -> None:
    """Tell this very program, for its log and the admins."""
    os.environ[FELL_BACK] = text


# What the next one is told


def of_code(runs_from_copy_of: Path | None) -> dict[str, str]:
    """Our own environment, for code in the tree; or in a copy of this tree."""
    rest = {name: value for name, value in os.environ.items() if name not in (TREE, FELL_BACK)}
    return rest if runs_from_copy_of is None else rest | {TREE: str(runs_from_copy_of)}


def of_rehearsal(given: Mapping[str, str], modules: Sequence[str], state: Path) -> dict[str, str]:
    """For a child of ours that rehearses, and compiles what it imports."""
    rest = {name: value for name, value in given.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return rest | {REHEARSAL: ",".join(modules), PARENT: str(os.getpid()), STATE: str(state)}


def of_heir(given: Mapping[str, str], handover: str) -> dict[str, str]:
    """For the program that is to have the game."""
    return {**given, HANDOVER: handover, FAULTHANDLER: "1"}


def of_fallback(given: Mapping[str, str], why: str) -> dict[str, str]:
    """For older code that is started in this one's place."""
    return {**given, FELL_BACK: why}
