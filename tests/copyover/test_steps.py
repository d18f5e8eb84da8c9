"""The old program's last steps before the silence, in their order."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest

from mud.config import Config
from mud.copyover.attempt import Attempt, Order
from mud.copyover.steps import ServerSteps
from mud.copyover.target import Target


def test_nobody_clears_copies_away_while_the_new_code_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def note(what: str) -> Any:
        return AsyncMock(side_effect=lambda *_: done.append(what))

    host, confirmation, observer = MagicMock(), MagicMock(), MagicMock()
    host.modules.managing.acquire = host.settle = AsyncMock()
    confirmation.end, observer.pause = note("nothing is confirmed any more"), note("no file is watched any more")
    steps = ServerSteps(host, confirmation, observer, MagicMock())
    monkeypatch.setattr(steps, "_keep", note("the new code is kept"))
    asyncio.run(steps.prepare(Attempt(Order(by="Root", since=0), Target(Config()))))
    assert done == ["nothing is confirmed any more", "the new code is kept", "no file is watched any more"]
