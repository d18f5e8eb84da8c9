"""`run.py copyover`: what the command line makes of the server's answers about an order."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec
import pytest

from mud.cli import copyover
from mud.cli.client import DONE, FAILED
from mud.config import Config
from mud.copyover import report_text
from mud.copyover.history import CopyoverRecord

UNDER_WAY = {"by": "Root", "phase": "rehearsing"}
RECORD = CopyoverRecord(number=3, outcome="done", by="Root", ordered=0.0, generation_from=1, generation_to=2)


def answer(record: CopyoverRecord | None = None, running: Any = None, planned: Any = None) -> dict[str, Any]:
    plain = report_text.plain(record) if record is not None else None
    return {"ok": True, "record": plain, "status": {"running": running, "planned": planned}}


@pytest.mark.parametrize(
    ("last", "says", "code"),
    [
        (answer(RECORD), "#3", DONE),
        (answer(msgspec.structs.replace(RECORD, outcome="refused")), "refused", FAILED),
        (answer(planned={"waits_for": "raffle: it draws"}), "it waits for this to clear: raffle: it draws", DONE),
        (answer(planned={"waits_for": ""}), "the outcome of copyover 3 is unknown; the server's log", FAILED),
        (answer(), "the outcome of copyover 3 is unknown; the server's log", FAILED),
    ],
)
def test_an_order_is_waited_for_and_what_became_of_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], last: dict[str, Any], says: str, code: int
) -> None:
    answers = [answer(running=UNDER_WAY), last]
    monkeypatch.setattr(copyover, "ask_running", lambda *_, **__: answers.pop(0))
    monkeypatch.setattr(copyover, "LOOK", 0.0)
    assert copyover.outcome(argparse.Namespace(json=False), Config(), 3) == code
    assert says in capsys.readouterr().out and answers == []
