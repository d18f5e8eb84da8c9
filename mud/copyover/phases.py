"""The phases of a copyover: one table, from which the code and the page docs/phases.md are made.

Up to `handing_over` every phase has an edge back to `idle`: what was done is undone and the game plays on. In
`recovering` the new program runs; until the byte GO the old one may still take the game back, and that byte
is the only point of no return.
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
    SCHEDULED = "scheduled"
    REHEARSING = "rehearsing"
    PREPARING = "preparing"
    VETOING = "vetoing"
    STATE_TRANSFERRING = "state_transferring"
    HANDING_OVER = "handing_over"
    RECOVERING = "recovering"


P = Phase


class Row(Struct, frozen=True):
    """What there is to know of a phase. `percent` is how far a copyover is when it enters it.

    `to` is where it may go; the edge to IDLE is the way back, and from RECOVERING also the happy end. `undo` is what
    the way back undoes. In a `silent` phase the game stands still.
    """

    phase: Phase
    percent: int
    to: tuple[Phase, ...]
    does: str
    undo: str = ""
    silent: bool = False


TABLE: tuple[Row, ...] = (
    Row(P.IDLE, 0, (P.SCHEDULED, P.REHEARSING, P.RECOVERING), "the game plays"),
    Row(
        P.SCHEDULED,
        0,
        (P.REHEARSING, P.IDLE),
        "it is announced, or waits for soft vetoes to clear; a timer of the game holds the order",
        "the timer is cancelled, and everybody told",
    ),
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
        (P.IDLE,),
        "the new program checks and builds everything, says HEALTHY and waits for GO",
        "until GO: the new program is ended and the old one plays on",
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
    """The phase of the one copyover there can be, and when it entered which.

    `times` are of `now`, in seconds: a clock that a new program goes on reading, as CLOCK_MONOTONIC.
    """

    def __init__(self, phase: Phase = Phase.IDLE, now: Callable[[], float] = time.monotonic) -> None:
        self.phase = phase
        self._now = now
        self.times: list[tuple[Phase, float]] = []

    def go(self, phase: Phase) -> None:
        """Enter `phase`. Raises CopyoverError when there is no such edge."""
        if phase not in TRANSITIONS[self.phase]:
            raise CopyoverError(f"a copyover can't go from {self.phase.value} to {phase.value}")
        if self.phase is Phase.IDLE:
            self.times = []
        self.phase = phase
        self.times.append((phase, self._now()))

    def progress(self) -> str:
        """How far it is, for people: "rehearsing, 10 %, for 3 s"."""
        since = f", for {self._now() - self.times[-1][1]:.0f} s" if self.times else ""
        return f"{self.phase.value}, {PROGRESS[self.phase]} %{since}"
