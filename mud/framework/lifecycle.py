"""The life of a module as a table (S2.3), and what each state is in the terms of workers (S3.6)."""

from __future__ import annotations

import logging
from collections import deque
from enum import Enum

from mud.core.errors import Conflict
from mud.framework.workers.controller import HISTORY, Transition, WorkerState


class ModuleState(Enum):
    """Where a module is in its life."""

    UNLOADED = "unloaded"
    LOADING = "loading"
    LOADED = "loaded"
    INITIALIZING = "initializing"
    ACTIVE = "active"
    PAUSED = "paused"
    ERROR = "error"
    UNLOADING = "unloading"
    FAILED = "failed"


M = ModuleState

#: From each state, where it may go. ERROR is a module that ran and was taken out of service; FAILED one that never ran.
TRANSITIONS: dict[ModuleState, frozenset[ModuleState]] = {
    M.UNLOADED: frozenset({M.LOADING}),
    M.LOADING: frozenset({M.LOADED, M.FAILED}),
    M.LOADED: frozenset({M.INITIALIZING, M.UNLOADING, M.FAILED}),
    M.INITIALIZING: frozenset({M.ACTIVE, M.FAILED}),
    M.ACTIVE: frozenset({M.PAUSED, M.ERROR, M.UNLOADING}),
    M.PAUSED: frozenset({M.ACTIVE, M.ERROR, M.UNLOADING}),
    M.ERROR: frozenset({M.UNLOADING}),
    M.UNLOADING: frozenset({M.UNLOADED, M.LOADED, M.FAILED}),
    M.FAILED: frozenset({M.LOADING, M.INITIALIZING, M.UNLOADED}),
}

#: A module worker's state, from its module's.
WORKER: dict[ModuleState, WorkerState] = {
    M.UNLOADED: WorkerState.IDLE,
    M.LOADED: WorkerState.IDLE,
    M.LOADING: WorkerState.STARTING,
    M.INITIALIZING: WorkerState.STARTING,
    M.ACTIVE: WorkerState.RUNNING,
    M.PAUSED: WorkerState.RUNNING,
    M.ERROR: WorkerState.RUNNING,
    M.UNLOADING: WorkerState.STOPPING,
    M.FAILED: WorkerState.FAILED_START,
}


class Life:
    """A module's state; every change is checked, logged and remembered."""

    def __init__(self, module: str, state: ModuleState = M.UNLOADED) -> None:
        self.log = logging.getLogger(f"mud.module.{module}")
        self.module = module
        self.state = state
        self.history: deque[Transition] = deque(maxlen=HISTORY)

    def go(self, state: ModuleState, at: float, why: str = "") -> None:
        """Enter `state`. Raises Conflict when there is no such edge."""
        if state not in TRANSITIONS[self.state]:
            raise Conflict(f"module {self.module} can't go from {self.state.value} to {state.value}")
        self.log.info("%s -> %s%s", self.state.value, state.value, f": {why}" if why else "")
        self.history.append(Transition(at, self.state.value, state.value, why))
        self.state = state
