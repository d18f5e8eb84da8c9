"""The phases of a copyover: one table, from which the code and the pictures in docs/ are made.

Up to `handing_over` every phase has an edge back to `idle`: what was done is undone and the game plays on. In
`recovering` the new program runs; until the byte GO the old one may still take the game back, and that byte
is the only point of no return.
"""

from __future__ import annotations

from enum import Enum

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

#: From each phase, where it may go. The edge to IDLE is the way back, and from RECOVERING also the happy end.
TRANSITIONS: dict[Phase, frozenset[Phase]] = {
    P.IDLE: frozenset({P.SCHEDULED, P.REHEARSING, P.RECOVERING}),
    P.SCHEDULED: frozenset({P.REHEARSING, P.IDLE}),
    P.REHEARSING: frozenset({P.PREPARING, P.IDLE}),
    P.PREPARING: frozenset({P.VETOING, P.IDLE}),
    P.VETOING: frozenset({P.STATE_TRANSFERRING, P.IDLE}),
    P.STATE_TRANSFERRING: frozenset({P.HANDING_OVER, P.IDLE}),
    P.HANDING_OVER: frozenset({P.RECOVERING, P.IDLE}),
    P.RECOVERING: frozenset({P.IDLE}),
}

#: What going back to IDLE from a phase undoes.
UNDO: dict[Phase, str] = {
    P.SCHEDULED: "the announcements are called off",
    P.REHEARSING: "the child is ended",
    P.PREPARING: "what was prepared is cleaned up",
    P.VETOING: "what was prepared is cleaned up",
    P.STATE_TRANSFERRING: "sockets, timers, flushes and workers go on",
    P.HANDING_OVER: "the same, the hand-over is forgotten, and nothing is inheritable any more",
    P.RECOVERING: "the new program is ended and the old one plays on",
}

#: How far a copyover is when it enters a phase, in percent.
PROGRESS: dict[Phase, int] = {
    P.IDLE: 0,
    P.SCHEDULED: 0,
    P.REHEARSING: 10,
    P.PREPARING: 50,
    P.VETOING: 60,
    P.STATE_TRANSFERRING: 70,
    P.HANDING_OVER: 80,
    P.RECOVERING: 90,
}


class PhaseMachine:
    """The phase of the one copyover there can be."""

    def __init__(self, phase: Phase = Phase.IDLE) -> None:
        self.phase = phase

    def go(self, phase: Phase) -> None:
        """Enter `phase`. Raises CopyoverError when there is no such edge."""
        if phase not in TRANSITIONS[self.phase]:
            raise CopyoverError(f"a copyover can't go from {self.phase.value} to {phase.value}")
        self.phase = phase
