"""What all workers share, modules and processes alike: one table of states and one interface (S3.1, S3.2, S3.6)."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any, Literal, Protocol

from msgspec import Struct

from mud.core.errors import Conflict

log = logging.getLogger("mud.workers")

WorkerType = Literal["module", "process"]
Health = Literal["healthy", "unhealthy", "unknown"]
Clock = Callable[[], float]  # wall-clock seconds
Tell = Callable[[str], None]  # the admins


class WorkerState(Enum):
    """The states of a worker."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FAILED_START = "failed_start"
    TERMINATING = "terminating"


W = WorkerState


class WorkerRow(Struct, frozen=True):
    """One state: the states that may follow, and its meaning."""

    state: WorkerState
    to: tuple[WorkerState, ...]
    does: str


TABLE: tuple[WorkerRow, ...] = (
    WorkerRow(W.IDLE, (W.STARTING,), "it does not run, and need not"),
    WorkerRow(
        W.STARTING,
        (W.RUNNING, W.FAILED_START, W.STOPPING),
        "its program is starting, or waits until the next attempt",
    ),
    WorkerRow(W.RUNNING, (W.STOPPING, W.STARTING, W.FAILED_START, W.IDLE), "it runs; its health says how well"),
    WorkerRow(W.STOPPING, (W.IDLE, W.TERMINATING, W.FAILED_START), "it is asked to end"),
    WorkerRow(W.TERMINATING, (W.IDLE,), "it is killed, because it did not end when it was asked"),
    WorkerRow(W.FAILED_START, (W.STARTING, W.IDLE), "it could not be started, and there is no automatic retry"),
)

#: The states that may follow each state.
TRANSITIONS: dict[WorkerState, frozenset[WorkerState]] = {row.state: frozenset(row.to) for row in TABLE}

#: The number of transitions that a worker keeps in its history.
HISTORY = 50


class Transition(Struct, frozen=True):
    """One change of state. `at` is in wall-clock seconds, `why` is text for people."""

    at: float
    before: str
    after: str
    why: str = ""


class Machine:
    """A worker's state; every change is checked, logged and kept in its history."""

    def __init__(self, worker: str, state: WorkerState = W.IDLE, history: list[Transition] | None = None) -> None:
        self.worker = worker
        self.state = state
        self.history: deque[Transition] = deque(history or [], HISTORY)

    def go(self, state: WorkerState, at: float, why: str = "") -> None:
        """Enter `state`. Raises Conflict if the table has no such transition."""
        if state not in TRANSITIONS[self.state]:
            raise Conflict(f"{self.worker} can't go from {self.state.value} to {state.value}", worker=self.worker)
        log.info("%s: %s -> %s%s", self.worker, self.state.value, state.value, f" ({why})" if why else "")
        self.history.append(Transition(at, self.state.value, state.value, why))
        self.state = state


class Diagnostics(Struct, kw_only=True):
    """Everything known about a worker. Times are wall-clock seconds; `detail` is specific to its type (S3.8)."""

    id: str
    type: WorkerType
    state: str
    health: Health = "unknown"
    illness: str = ""
    health_failures: int = 0  # bad answers in a row
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
    """One worker of any type (S3.2). All methods raise EverwakeError and nothing else."""

    id: str
    type: WorkerType

    @property
    def state(self) -> WorkerState:
        """Its present state."""

    async def start(self) -> None:
        """Start it. Raises Conflict if it runs; Failed or TimedOut if it can't start, and then it is FAILED_START."""

    async def stop(self) -> None:
        """Stop it within its time limit: asked first, then forced. Does nothing if it does not run."""

    async def restart(self, force: bool = False) -> None:
        """Stop and start it. With `force` it is not asked first."""

    def diagnostics(self) -> Diagnostics:
        """Everything known about it."""
