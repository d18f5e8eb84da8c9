"""The phases of a copyover: one table, from which the code and the page docs/phases.md are made.

Every phase up to `recovering` has an edge back to `idle`: what was done is undone and the game plays on. In
`recovering` the new program runs; until the byte GO the old one may still take the game back. That byte, with which
`going_on` begins, is the only point of no return.

A copyover that is planned is none yet: it is a timer of the game (`CopyoverPlanned`), and may be there beside one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum

from msgspec import Struct

from mud.core.errors import CopyoverError


class Phase(Enum):
    """Where a copyover is."""

    IDLE = "idle"
    REHEARSING = "rehearsing"
    PREPARING = "preparing"
    VETOING = "vetoing"
    STATE_TRANSFERRING = "state_transferring"
    HANDING_OVER = "handing_over"
    RECOVERING = "recovering"
    GOING_ON = "going_on"


P = Phase


class Row(Struct, frozen=True):
    """What there is to know of a phase. `percent` is how far a copyover is when it enters it.

    `to` is where it may go; the edge to IDLE is the way back, but from GOING_ON it is the happy end. `undo` is what
    the way back undoes. In a `silent` phase the game stands still, and it is too late to call the copyover off.
    """

    phase: Phase
    percent: int
    to: tuple[Phase, ...]
    does: str
    undo: str = ""
    silent: bool = False


TABLE: tuple[Row, ...] = (
    Row(P.IDLE, 0, (P.REHEARSING, P.RECOVERING), "the game plays"),
    Row(
        P.REHEARSING,
        10,
        (P.PREPARING, P.IDLE),
        "a child tries the new code",
        "the child is ended",
    ),
    Row(
        P.PREPARING,
        50,
        (P.VETOING, P.IDLE),
        "modules prepare, work that is under way finishes, everything is flushed",
        "modules clean up, work goes on",
    ),
    Row(
        P.VETOING,
        60,
        (P.STATE_TRANSFERRING, P.IDLE),
        "modules and core are asked whether it may be",
        "modules clean up, work goes on",
    ),
    Row(
        P.STATE_TRANSFERRING,
        70,
        (P.HANDING_OVER, P.IDLE),
        "sockets leave the loop, the last changes are written, all state is exported",
        "sockets, timers, flushes and work go on",
        silent=True,
    ),
    Row(
        P.HANDING_OVER,
        80,
        (P.RECOVERING, P.IDLE),
        "the hand-over goes into memory that is passed on; the new program is executed",
        "the hand-over is forgotten, nothing is inheritable any more, and all goes on",
        silent=True,
    ),
    Row(
        P.RECOVERING,
        90,
        (P.GOING_ON, P.IDLE),
        "the new program checks and builds everything, says HEALTHY and waits for GO",
        "the new program is ended and the old one plays on",
        silent=True,
    ),
    Row(
        P.GOING_ON,
        95,
        (P.IDLE,),
        "modules are started, what fell due is done, sockets are read again; then a line to everyone",
        silent=True,
    ),
)

ROWS: dict[Phase, Row] = {row.phase: row for row in TABLE}
#: From each phase, where it may go.
TRANSITIONS: dict[Phase, frozenset[Phase]] = {row.phase: frozenset(row.to) for row in TABLE}
#: What going back to IDLE from a phase undoes.
UNDO: dict[Phase, str] = {row.phase: row.undo for row in TABLE if row.undo}
#: How far a copyover is when it enters a phase, in percent.
PROGRESS: dict[Phase, int] = {row.phase: row.percent for row in TABLE}


class PhaseMachine:
    """The phase of a copyover, and when it entered which.

    `times` are of `now`, in seconds: a clock that a new program goes on reading, as CLOCK_MONOTONIC.
    """

    def __init__(self, phase: Phase = Phase.IDLE, now: Callable[[], float] = time.monotonic) -> None:
        self.phase = phase
        self._now = now
        self.times: list[tuple[Phase, float]] = []

    def go(self, phase: Phase, at: float | None = None) -> None:
        """Enter `phase`, now unless it was before. Raises CopyoverError when there is no such edge."""
        if phase not in TRANSITIONS[self.phase]:
            raise CopyoverError(f"a copyover can't go from {self.phase.value} to {phase.value}")
        if self.phase is Phase.IDLE:
            self.times = []
        self.phase = phase
        self.times.append((phase, self._now() if at is None else at))

    @property
    def too_late(self) -> bool:
        """Whether it can't be called off any more: it is over in a moment, one way or the other."""
        return ROWS[self.phase].silent

    def marks(self) -> list[tuple[str, float]]:
        """When it entered which phase, by the names that a record has."""
        return [(phase.value, at) for phase, at in self.times if phase is not Phase.IDLE]

    def progress(self) -> str:
        """How far it is, for people: "rehearsing, 10 %, for 3 s"."""
        since = f", for {self._now() - self.times[-1][1]:.0f} s" if self.times else ""
        return f"{self.phase.value}, {PROGRESS[self.phase]} %{since}"
