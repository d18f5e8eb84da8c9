"""The life of a module as a table (S2.3), with the worker state that each state corresponds to (S3.6)."""

from __future__ import annotations

import logging
from collections import deque
from enum import Enum

from msgspec import Struct

from mud.core.errors import Conflict
from mud.framework.workers.controller import HISTORY, Transition, WorkerState


class ModuleState(Enum):
    """The stages of a module's life."""

    UNLOADED = "unloaded"
    LOADING = "loading"
    LOADED = "loaded"
    INITIALIZING = "initializing"
    ACTIVE = "active"
    PAUSED = "paused"
    ERROR = "error"
    UNLOADING = "unloading"
    FAILED = "failed"


M, W = ModuleState, WorkerState


class ModuleRow(Struct, frozen=True):
    """One state: the worker state that it corresponds to, the states that may follow, and its meaning."""

    state: ModuleState
    worker: WorkerState
    to: tuple[ModuleState, ...]
    does: str


TABLE: tuple[ModuleRow, ...] = (
    ModuleRow(M.UNLOADED, W.IDLE, (M.LOADING,), "its code is not in the program"),
    ModuleRow(M.LOADING, W.STARTING, (M.LOADED, M.FAILED), "its code is imported, and its contract checked"),
    ModuleRow(
        M.LOADED, W.IDLE, (M.INITIALIZING, M.UNLOADING, M.FAILED), "its code is here, and it is not started or stopped"
    ),
    ModuleRow(M.INITIALIZING, W.STARTING, (M.ACTIVE, M.FAILED), "it restores its state, reads its settings and starts"),
    ModuleRow(M.ACTIVE, W.RUNNING, (M.PAUSED, M.ERROR, M.UNLOADING), "it is in service"),
    ModuleRow(M.PAUSED, W.RUNNING, (M.ACTIVE, M.ERROR, M.UNLOADING), "an admin took it out of service for a while"),
    ModuleRow(M.ERROR, W.RUNNING, (M.UNLOADING,), "it failed too often and was taken out of service"),
    ModuleRow(M.UNLOADING, W.STOPPING, (M.UNLOADED, M.LOADED, M.FAILED), "it stops, and its state is kept"),
    ModuleRow(
        M.FAILED, W.FAILED_START, (M.LOADING, M.INITIALIZING, M.UNLOADED), "it could not be loaded, started or stopped"
    ),
)

#: The states that may follow each state.
TRANSITIONS: dict[ModuleState, frozenset[ModuleState]] = {row.state: frozenset(row.to) for row in TABLE}
#: The worker state that each module state corresponds to.
WORKER: dict[ModuleState, WorkerState] = {row.state: row.worker for row in TABLE}


class Life:
    """A module's state; every change is checked, logged and kept in its history."""

    def __init__(self, module: str, state: ModuleState = M.UNLOADED) -> None:
        self.log = logging.getLogger(f"mud.module.{module}")
        self.module = module
        self.state = state
        self.started: float | None = None  # wall-clock seconds; a pause does not change it
        self.history: deque[Transition] = deque(maxlen=HISTORY)

    def go(self, state: ModuleState, at: float, why: str = "") -> None:
        """Enter `state`. Raises Conflict if the table has no such transition."""
        if state not in TRANSITIONS[self.state]:
            raise Conflict(f"module {self.module} can't go from {self.state.value} to {state.value}")
        self.log.info("%s -> %s%s", self.state.value, state.value, f": {why}" if why else "")
        self.history.append(Transition(at, self.state.value, state.value, why))
        if state is M.ACTIVE and self.state is M.INITIALIZING:
            self.started = at
        elif state in (M.UNLOADING, M.FAILED):
            self.started = None
        self.state = state
