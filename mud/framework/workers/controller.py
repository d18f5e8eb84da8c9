"""Workers: one table of states and one interface for modules and processes alike (S3.1, S3.2, S3.6)."""

from __future__ import annotations

import logging
from collections import deque
from enum import Enum
from typing import Any, Literal, Protocol

from msgspec import Struct

from mud.core.errors import Conflict

log = logging.getLogger("mud.workers")

WorkerType = Literal["module", "process"]
Health = Literal["healthy", "unhealthy", "unknown"]


class WorkerState(Enum):
    """What a worker is doing."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FAILED_START = "failed_start"
    TERMINATING = "terminating"


W = WorkerState


class Row(Struct, frozen=True):
    """What there is to know of a state: where it may go."""

    state: WorkerState
    to: tuple[WorkerState, ...]
    does: str


TABLE: tuple[Row, ...] = (
    Row(W.IDLE, (W.STARTING,), "it does not run, and is not meant to"),
    Row(
        W.STARTING,
        (W.RUNNING, W.FAILED_START, W.STOPPING),
        "it is on its way: its program begins, or waits out the pause before another try",
    ),
    Row(W.RUNNING, (W.STOPPING, W.STARTING, W.FAILED_START, W.IDLE), "it runs; its health says how well"),
    Row(W.STOPPING, (W.IDLE, W.TERMINATING, W.FAILED_START), "it is asked to end"),
    Row(W.TERMINATING, (W.IDLE,), "it is killed, because it did not end when it was asked"),
    Row(W.FAILED_START, (W.STARTING, W.IDLE), "it could not be started, and is not tried again by itself"),
)

#: From each state, where it may go.
TRANSITIONS: dict[WorkerState, frozenset[WorkerState]] = {row.state: frozenset(row.to) for row in TABLE}

#: How many transitions a worker remembers.
HISTORY = 50


class Transition(Struct, frozen=True):
    """One change of state. `at` is wall-clock seconds, `why` is for people."""

    at: float
    before: str
    after: str
    why: str = ""


class Machine:
    """A worker's state; every change is checked, logged and remembered."""

    def __init__(self, worker: str, state: WorkerState = W.IDLE, history: list[Transition] | None = None) -> None:
        self.worker = worker
        self.state = state
        self.history: deque[Transition] = deque(history or [], HISTORY)

    def go(self, state: WorkerState, at: float, why: str = "") -> None:
        """Enter `state`. Raises Conflict when there is no such edge."""
        if state not in TRANSITIONS[self.state]:
            raise Conflict(f"{self.worker} can't go from {self.state.value} to {state.value}", worker=self.worker)
        log.info("%s: %s -> %s%s", self.worker, self.state.value, state.value, f" ({why})" if why else "")
        self.history.append(Transition(at, self.state.value, state.value, why))
        self.state = state


class Diagnostics(Struct, kw_only=True):
    """All that is known of a worker. Times are wall-clock seconds; `detail` is its type's own part (S3.8)."""

    id: str
    type: WorkerType
    state: str
    health: Health = "unknown"
    capabilities: tuple[str, ...] = ()
    endpoint: str = ""
    last_error: str = ""
    errors: int = 0
    started: float | None = None
    pid: int | None = None
    executable: str = ""
    memory: int | None = None  # bytes
    cpu: float | None = None  # seconds
    history: list[Transition] = []
    detail: dict[str, Any] = {}


class Controller(Protocol):
    """One worker, whatever it is (S3.2). All methods raise FrameworkError and nothing else."""

    id: str
    type: WorkerType

    @property
    def state(self) -> WorkerState:
        """What it is doing."""

    async def start(self) -> None:
        """Start it. Raises Conflict when it runs, Failed or TimedOut when it can't: it is FAILED_START then."""

    async def stop(self) -> None:
        """Stop it, bounded in time: asked first, then forced. One that does not run is no error."""

    async def restart(self, force: bool = False) -> None:
        """Stop and start. With `force` it is not asked first."""

    def diagnostics(self) -> Diagnostics:
        """All that is known of it."""
