"""The phases of a copyover, as one table; docs/phases.md is generated from it.

Every phase up to `recovering` has a transition back to `idle`, which undoes what was done: the game plays on. In
`recovering` the new program runs; until the byte GO the old one may still take the game back. With that byte, the only
point of no return, `going_on` begins.

A planned copyover has no phase: it is a timer of the game (`CopyoverPlanned`), and may exist beside a running copyover.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum

from msgspec import Struct

from mud.core.errors import CopyoverError


class Phase(Enum):
    """The phases of a copyover."""

    IDLE = "idle"
    REHEARSING = "rehearsing"
    PREPARING = "preparing"
    VETOING = "vetoing"
    STATE_TRANSFERRING = "state_transferring"
    HANDING_OVER = "handing_over"
    RECOVERING = "recovering"
    GOING_ON = "going_on"


P = Phase


class PhaseRow(Struct, frozen=True):
    """One phase. `percent` is the progress of a copyover when it enters the phase.

    `to` are the phases that may follow; a transition to IDLE is the way back, but from GOING_ON it is success. `undo`
    says what the way back undoes. In a `silent` phase the game stands still, and it is too late to cancel.
    """

    phase: Phase
    percent: int
    to: tuple[Phase, ...]
    does: str
    undo: str = ""
    silent: bool = False


TABLE: tuple[PhaseRow, ...] = (
    PhaseRow(P.IDLE, 0, (P.REHEARSING, P.RECOVERING), "the game plays"),
    PhaseRow(
        P.REHEARSING,
        10,
        (P.PREPARING, P.IDLE),
        "a child tries the new code",
        "the child is ended",
    ),
    PhaseRow(
        P.PREPARING,
        50,
        (P.VETOING, P.IDLE),
        "modules prepare, running work finishes, everything is flushed",
        "modules clean up, work goes on",
    ),
    PhaseRow(
        P.VETOING,
        60,
        (P.STATE_TRANSFERRING, P.IDLE),
        "modules and core are asked for vetoes",
        "modules clean up, work goes on",
    ),
    PhaseRow(
        P.STATE_TRANSFERRING,
        70,
        (P.HANDING_OVER, P.IDLE),
        "sockets leave the loop, the last changes are written, all state is exported",
        "sockets, timers, flushes and work resume",
        silent=True,
    ),
    PhaseRow(
        P.HANDING_OVER,
        80,
        (P.RECOVERING, P.IDLE),
        "the hand-over is given to its carrier, which starts the new program",
        "the hand-over is dropped, and everything resumes",
        silent=True,
    ),
    PhaseRow(
        P.RECOVERING,
        90,
        (P.GOING_ON, P.IDLE),
        "the new program checks and builds everything, says HEALTHY and waits for GO",
        "the new program is ended and the old one plays on",
        silent=True,
    ),
    PhaseRow(
        P.GOING_ON,
        95,
        (P.IDLE,),
        "modules start, due timers fire, sockets are read again; then a line to everyone",
        silent=True,
    ),
)

ROWS: dict[Phase, PhaseRow] = {row.phase: row for row in TABLE}
#: The phases that may follow each phase.
TRANSITIONS: dict[Phase, frozenset[Phase]] = {row.phase: frozenset(row.to) for row in TABLE}
#: What the way back from each phase undoes.
UNDO: dict[Phase, str] = {row.phase: row.undo for row in TABLE if row.undo}
#: The progress, in percent, of a copyover that enters each phase.
PROGRESS: dict[Phase, int] = {row.phase: row.percent for row in TABLE}


class PhaseMachine:
    """The present phase of a copyover, and the time at which it entered each.

    `times` are in seconds of the clock `now`, which has to continue in the new program, as CLOCK_MONOTONIC does.
    """

    def __init__(self, phase: Phase = Phase.IDLE, now: Callable[[], float] = time.monotonic) -> None:
        self.phase = phase
        self._now = now
        self.times: list[tuple[Phase, float]] = []

    def go(self, phase: Phase, at: float | None = None) -> None:
        """Enter `phase`, now or at time `at`. Raises CopyoverError if the table has no such transition."""
        if phase not in TRANSITIONS[self.phase]:
            raise CopyoverError(f"a copyover can't go from {self.phase.value} to {phase.value}")
        if self.phase is Phase.IDLE:
            self.times = []
        self.phase = phase
        self.times.append((phase, self._now() if at is None else at))

    @property
    def too_late(self) -> bool:
        """Whether it is too late to cancel: it will be over in a moment, one way or the other."""
        return ROWS[self.phase].silent

    def marks(self) -> list[tuple[str, float]]:
        """The time at which it entered each phase, under the names used in records."""
        return [(phase.value, at) for phase, at in self.times if phase is not Phase.IDLE]

    def progress(self) -> str:
        """The progress in words: "rehearsing, 10 %, for 3 s"."""
        since = f", for {self._now() - self.times[-1][1]:.0f} s" if self.times else ""
        return f"{self.phase.value}, {PROGRESS[self.phase]} %{since}"
