"""The old program's last steps before the silence, in their order."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest

from mud.config import Config
from mud.copyover.freeze import Handing


def test_nobody_clears_copies_away_while_the_new_code_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def note(what: str) -> Any:
        return AsyncMock(side_effect=lambda: done.append(what))

    server = MagicMock(config=Config())
    server.storage.store = None
    server.modules.manager.pause_work = server.jobs.settle = server.flusher.flush = server.observer.pause = AsyncMock()
    server.confirmation.end = note("nothing is confirmed any more")
    handing = Handing(server, MagicMock())
    monkeypatch.setattr(handing, "_keep", note("the new code is kept"))
    asyncio.run(handing.settle())
    assert done == ["nothing is confirmed any more", "the new code is kept"]
