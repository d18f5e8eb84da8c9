"""The record of a copyover: who stayed, who was dropped and why, how long it was silent, why it came to nothing."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mud.config import Config, ServerConfig
from mud.copyover.attempt import Attempt, Order
from mud.copyover.history import CopyoverRecord, History
from mud.copyover.phases import Phase
from mud.copyover.recorder import Recorder
from mud.copyover.target import Target
from mud.core import dialogs as d
from mud.core.session import Session


class Desk:
    """A recorder, and the sessions that are there."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        self.sessions: dict[int, Session] = {}
        self.config = Config(server=ServerConfig(data=str(folder)))
        timers = SimpleNamespace(overdue=lambda wall: [wall - 1000.0])
        play = SimpleNamespace(
            sessions=SimpleNamespace(by_id=self.sessions),
            connected=lambda session: session in self.sessions,
            wall=time.time(),
            world=SimpleNamespace(timers=timers),
            post=lambda event: self.told.append(event.text),
        )
        host: Any = SimpleNamespace(config=self.config, generation=1, play=play)
        self.recorder = Recorder(host)
        self.attempt = Attempt(Order(by="Root", since=0.0), Target(self.config))
        self.recorder.open(self.attempt, "old")

    def enter(self, number: int, *stack: Any) -> None:
        self.sessions[number] = Session(id=number, address="x", stack=list(stack), connected_at=0.0, last_input=0.0)

    @property
    def record(self) -> CopyoverRecord:
        [record] = self.recorder.history.last(10)
        return record


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def silent(desk: Desk, seconds: float) -> None:
    """The silence began so long ago, and is over for everybody now."""
    draft = desk.attempt.draft
    assert draft is not None
    now = time.monotonic()
    draft.marks = [(Phase.REHEARSING.value, now - 2 * seconds), (Phase.STATE_TRANSFERRING.value, now - seconds)]
    desk.attempt.thaws = [now - seconds / 2, now]


def test_who_stayed_and_who_was_dropped_is_told(desk: Desk) -> None:
    for number in range(1, 4):
        desk.enter(number, d.Play())
    desk.enter(4, d.AskName())
    draft = desk.attempt.draft
    assert draft is not None
    draft.kinds = {1: "in play", 2: "in play", 3: "in play", 4: "in play", 5: "in play", 6: "in play"}
    desk.attempt.gone = {5: "a cable"}
    silent(desk, 1.0)
    desk.recorder.done(desk.attempt)
    record = desk.record
    assert record.outcome == "done" and record.kept == {"in play": 3, "asked for a name": 1}
    assert record.dropped == {"a cable": 1, "unknown": 1}
    assert record.warnings == ["session 4 has to log in again"]
    assert len(desk.told) == 1


def test_the_silence_is_from_the_freeze_to_each_ones_thaw(desk: Desk) -> None:
    silent(desk, 4.0)
    desk.recorder.done(desk.attempt)
    silence = desk.record.silence
    assert silence is not None and (silence.p50, silence.longest) == (2000.0, 4000.0)
    assert [(span.name, span.seconds) for span in desk.record.phases] == [
        ("rehearsing", 4.0),
        ("state_transferring", 4.0),
    ]


def test_timers_that_came_too_late_are_told(desk: Desk) -> None:
    silent(desk, 1.0)
    desk.recorder.take_over(desk.attempt, ["bank"])
    desk.recorder.done(desk.attempt)
    assert len(desk.record.late) == 1 and desk.record.late[0] == pytest.approx(time.time() - 1000.0, abs=60)
    assert desk.record.warnings == ["the module bank could not take its state"]


def test_why_it_came_to_nothing_is_written_down(desk: Desk) -> None:
    desk.recorder.fail(desk.attempt, "failed", "no such luck")
    assert (desk.record.outcome, desk.record.error, desk.record.code_from) == ("failed", "no such luck", "old")


def test_a_disk_without_room_for_it_is_no_reason_to_fail(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(history: History, record: CopyoverRecord) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(History, "add", full)
    desk.recorder.fail(desk.attempt, "failed", "no such luck")
    assert "the history of copyovers can't be written: no space left" in caplog.text
