"""How long the new program may take, as the old one tells whoever carries the game to it."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from mud.config import Config
from mud.copyover.attempt import Attempt, Order
from mud.copyover.carriers.carrier import Failure
from mud.copyover.rehearsal.report import RehearsalReport
from mud.copyover.target import Target
from mud.server.main import hand_over


@pytest.mark.parametrize(("rehearsed", "seconds"), [(0.1, 1.5), (0.5, 1.5), (0.6, 1.8), (2.0, 6.0)])
def test_it_is_three_times_what_its_start_took_in_the_rehearsal_and_the_operators_seconds_at_least(
    monkeypatch: pytest.MonkeyPatch, rehearsed: float, seconds: float
) -> None:
    monkeypatch.setattr(logging, "shutdown", lambda: None)
    server: Any = SimpleNamespace(config=Config())
    attempt = Attempt(Order(by="Root", since=0.0), Target(server.config))
    handover: Any = SimpleNamespace()
    attempt.handover, attempt.report = handover, RehearsalReport(start=rehearsed)
    given: list[float] = []

    class Carrier:
        def carry(self, handover: object, target: object, seconds: float, taking_back: object) -> Failure:
            given.append(seconds)
            return Failure("no")

    assert hand_over(server, Carrier(), attempt).why == "no"
    assert given == [pytest.approx(seconds)]
