"""The core's own participants: the world with its timers, and the sessions. They are carried like any module."""

from __future__ import annotations

from msgspec import Struct

from mud import __version__
from mud.core.migration import Step
from mud.core.session import Session
from mud.core.world.world import WorldState
from mud.snapshot.shape import Sections, Shape


class SessionsState(Struct):
    """Everybody who is connected."""

    sessions: list[Session]


def _counters_are_sections(sections: Sections) -> None:
    sections.update(sections.pop("counters"))


def _counters_are_one(sections: Sections) -> None:
    names = ("ledger_seq", "timer_serial", "serial", "game_time")
    sections["counters"] = {name: sections.pop(name) for name in names}


WORLD = Shape(
    participant="world",
    version=__version__,
    type=WorldState,
    schema=2,
    steps=(Step(2, _counters_are_sections, _counters_are_one),),
)
SESSIONS = Shape(participant="sessions", version=__version__, type=SessionsState)
