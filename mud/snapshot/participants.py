"""The core's own participants: the world with its timers, and the sessions. They are carried like any module."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mud import __version__
from mud.core.migration import Step
from mud.core.session import Session
from mud.core.world.world import WorldState
from mud.snapshot.form import Form
from mud.snapshot.shape import Sections, Shape


class SessionsState(Struct):
    """Everybody who is connected."""

    sessions: list[Session]


def _counters_are_sections(sections: Sections) -> None:
    sections.update(sections.pop("counters"))


def _counters_are_one(sections: Sections) -> None:
    names = ("ledger_seq", "timer_serial", "serial", "game_time")
    sections["counters"] = {name: sections.pop(name) for name in names}


#: The first schemas of world and sessions in which what is a module's lies in the module's own file
#: (mud.snapshot.belongings). Nothing is changed by the step: what an older program wrote has it all.
WORLD_ALONE, SESSIONS_ALONE = 3, 2

WORLD = Shape(
    participant="world",
    version=__version__,
    type=WorldState,
    schema=WORLD_ALONE,
    steps=(Step(2, _counters_are_sections, _counters_are_one), Step(WORLD_ALONE)),
)
SESSIONS = Shape(
    participant="sessions",
    version=__version__,
    type=SessionsState,
    schema=SESSIONS_ALONE,
    steps=(Step(SESSIONS_ALONE),),
)


def apart(readers: Mapping[str, Form]) -> bool:
    """Whether a program that has the states in these forms expects what is a module's in the module's own file."""
    world, sessions = (readers.get(shape.participant, shape.form).schema for shape in (WORLD, SESSIONS))
    return world >= WORLD_ALONE and sessions >= SESSIONS_ALONE
