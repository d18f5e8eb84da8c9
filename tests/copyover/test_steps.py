"""The old program's last steps before the silence, in their order."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest

from mud.config import Config, ServerConfig
from mud.copyover.attempt import Attempt, Order
from mud.copyover.rehearsal.report import RehearsalReport
from mud.copyover.steps import ServerSteps
from mud.copyover.target import Target, generations
from mud.core.errors import CopyoverError
from tests.copyover.test_generations import Shelf


def test_nobody_clears_copies_away_while_the_new_code_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def note(what: str) -> Any:
        return AsyncMock(side_effect=lambda *_: done.append(what))

    host, confirmation, observer = MagicMock(), MagicMock(), MagicMock()
    host.modules.managing.acquire = host.settle = AsyncMock()
    confirmation.end, observer.pause = note("nothing is confirmed any more"), note("no file is watched any more")
    steps = ServerSteps(host, confirmation, observer, MagicMock(), AsyncMock())
    monkeypatch.setattr(steps, "_keep", note("the new code is kept"))
    asyncio.run(steps.prepare(Attempt(Order(by="Root", since=0), Target(Config()))))
    assert done == ["nothing is confirmed any more", "the new code is kept", "no file is watched any more"]


@pytest.mark.parametrize("gone", [False, True])
def test_the_code_that_is_gone_back_to_stays_while_it_is_rehearsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    done: list[str] = []
    config = Config(server=ServerConfig(data=str(tmp_path)))
    shelf = Shelf(tmp_path)
    shelf.confirm(1, "old")
    (kept,) = generations(config).index().kept

    async def end() -> None:
        done.append("nothing is confirmed any more")
        if gone:  # a confirmation was under way
            shutil.rmtree(generations(config).folder_of(kept.digest))

    async def rehearse(*_: Any) -> RehearsalReport:
        done.append("it is rehearsed")
        return RehearsalReport()

    host, confirmation = MagicMock(), MagicMock(end=end)
    host.config = config
    steps = ServerSteps(host, confirmation, MagicMock(), MagicMock(), rehearse)
    attempt = Attempt(Order(by="Root", since=0), Target(config, kept))
    with pytest.raises(CopyoverError, match=r"generation 1, code .* is damaged") if gone else nullcontext():
        asyncio.run(steps.rehearse(attempt))
    assert done == ["nothing is confirmed any more", "it is rehearsed"][: 1 if gone else 2]
