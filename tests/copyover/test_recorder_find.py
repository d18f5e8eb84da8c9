"""The recorder: what became of a copyover is known, also when it can't be written down."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mud.config import Config, ServerConfig
from mud.copyover.attempt import Attempt, Order
from mud.copyover.recorder import Recorder
from mud.copyover.target import Target


def test_without_a_history_the_last_record_is_known_and_numbers_go_on(tmp_path: Path) -> None:
    config = Config(server=ServerConfig(data=str(tmp_path)))
    config.copyovers.mkdir()
    host: Any = SimpleNamespace(config=config, generation=1)
    recorder = Recorder(host)
    for number in (1, 2):
        attempt = Attempt(Order(by="Root", since=0.0), Target(config))
        assert recorder.open(attempt, "") == number
        recorder.fail(attempt, "refused", f"no {number}")
        assert [record.error for record in recorder.last()] == [f"no {number}"]
        found = recorder.find(number)
        assert found is not None and (found.outcome, found.error) == ("refused", f"no {number}")
    assert recorder.find(1) is None
