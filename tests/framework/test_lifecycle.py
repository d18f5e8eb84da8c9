"""The life of a module is a table: what is in it happens, is written down and remembered; nothing else happens."""

from __future__ import annotations

import itertools
import logging

import pytest

from mud.core.errors import Conflict
from mud.framework.lifecycle import TRANSITIONS, WORKER, Life, ModuleState
from mud.framework.workers.controller import HISTORY, Transition, WorkerState

#: The table of S2.3 written once more, by hand: a change of the table has to be meant.
LEGAL = {
    "unloaded": "loading",
    "loading": "loaded failed",
    "loaded": "initializing unloading failed",
    "initializing": "active failed",
    "active": "paused error unloading",
    "paused": "active error unloading",
    "error": "unloading",
    "unloading": "unloaded loaded failed",
    "failed": "loading initializing unloaded",
}
EDGES = sorted((before, after) for before, afters in LEGAL.items() for after in afters.split())
OTHERS = sorted(set(itertools.product(LEGAL, LEGAL)) - set(EDGES))


def test_the_states_are_those_of_the_specification() -> None:  # S2.3
    named = "unloaded loading loaded initializing active paused error unloading failed"
    assert [state.value for state in ModuleState] == named.split()
    assert set(TRANSITIONS) == set(ModuleState)


@pytest.mark.parametrize(("before", "after"), EDGES)
def test_what_is_in_the_table_is_allowed_logged_and_remembered(
    before: str, after: str, caplog: pytest.LogCaptureFixture
) -> None:  # S2.3
    life = Life("lamp", ModuleState(before))
    with caplog.at_level(logging.INFO, "mud.module.lamp"):
        life.go(ModuleState(after), 12.5, "because")
    assert life.state is ModuleState(after)
    assert list(life.history) == [Transition(12.5, before, after, "because")]
    assert [(r.name, r.levelname, r.getMessage()) for r in caplog.records] == [
        ("mud.module.lamp", "INFO", f"{before} -> {after}: because")
    ]


@pytest.mark.parametrize(("before", "after"), OTHERS)
def test_what_is_not_in_the_table_is_refused_and_changes_nothing(
    before: str, after: str, caplog: pytest.LogCaptureFixture
) -> None:  # S2.3
    life = Life("lamp", ModuleState(before))
    with (
        caplog.at_level(logging.INFO, "mud.module.lamp"),
        pytest.raises(Conflict, match=rf"^module lamp can't go from {before} to {after}$"),
    ):
        life.go(ModuleState(after), 1.0)
    assert life.state is ModuleState(before)
    assert not life.history and not caplog.records


def test_a_reason_is_no_must(caplog: pytest.LogCaptureFixture) -> None:  # S2.3
    life = Life("lamp")
    with caplog.at_level(logging.INFO, "mud.module.lamp"):
        life.go(ModuleState.LOADING, 1.0)
    assert caplog.messages == ["unloaded -> loading"]
    assert life.history[0].why == ""


def test_every_state_can_be_reached_and_left() -> None:  # S2.3
    reached, new = {ModuleState.UNLOADED}, {ModuleState.UNLOADED}
    while new:
        new = {after for state in new for after in TRANSITIONS[state]} - reached
        reached |= new
    assert reached == set(ModuleState)
    assert all(TRANSITIONS[state] for state in ModuleState)


def test_no_state_leads_to_itself() -> None:  # S2.3
    assert [state for state in ModuleState if state in TRANSITIONS[state]] == []


def test_the_history_keeps_the_latest_and_ends_somewhere() -> None:  # S3.6
    life = Life("lamp", ModuleState.ACTIVE)
    for number in range(HISTORY):
        life.go(ModuleState.PAUSED, 2.0 * number)
        life.go(ModuleState.ACTIVE, 2.0 * number + 1)
    assert [t.at for t in life.history] == [float(at) for at in range(HISTORY, 2 * HISTORY)]
    assert [t.after for t in life.history][-2:] == ["paused", "active"]


def test_a_refused_step_is_not_in_the_history() -> None:  # S3.6
    life = Life("lamp")
    life.go(ModuleState.LOADING, 1.0)
    with pytest.raises(Conflict):
        life.go(ModuleState.ACTIVE, 2.0)
    life.go(ModuleState.LOADED, 3.0)
    assert [(t.before, t.after) for t in life.history] == [("unloaded", "loading"), ("loading", "loaded")]


def test_every_state_is_one_of_a_workers() -> None:  # S3.6
    assert {state.value: worker.value for state, worker in WORKER.items()} == {
        "unloaded": "idle",
        "loaded": "idle",
        "loading": "starting",
        "initializing": "starting",
        "active": "running",
        "paused": "running",
        "error": "running",
        "unloading": "stopping",
        "failed": "failed_start",
    }
    assert all(isinstance(worker, WorkerState) for worker in WORKER.values())
