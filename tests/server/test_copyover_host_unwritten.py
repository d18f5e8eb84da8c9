"""The server as a copyover sees it: nothing is handed over that is not written."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest

from mud.core.errors import StoreError
from mud.server.copyover_host import CopyoverHost
from mud.server.storage import Storage
from mud.store.store import Store

REFUSES = AsyncMock(side_effect=StoreError("not a database"))


def host(storage: Storage, flusher: Any) -> CopyoverHost:
    """With nothing else around it."""
    parts: list[Any] = [MagicMock() for _ in range(8)]
    lifecycle, modules, jobs = AsyncMock(), MagicMock(), AsyncMock()
    lifecycle.freeze, jobs.pause, modules.manager.pause_work = MagicMock(), MagicMock(), AsyncMock()
    config, key, lock, play, connections, tasks, *_ = parts
    return CopyoverHost(
        config, 3, key, lock, lifecycle, play, connections, modules, tasks, jobs, flusher, storage, unknown={}
    )


@pytest.mark.parametrize("step", ["settle", "freeze"])
def test_a_database_that_is_not_open_stops_it_with_or_without_force(tmp_path: Path, step: str) -> None:
    flusher = AsyncMock()
    its = host(Storage(tmp_path / "everwake.db"), flusher)
    with pytest.raises(StoreError, match="the database is not open"):
        asyncio.run(its.settle(0.0) if step == "settle" else its.freeze())
    flusher.finish.assert_not_called()


def test_one_that_is_just_being_opened_is_waited_for(tmp_path: Path) -> None:
    async def story() -> None:
        storage, flusher = Storage(tmp_path / "everwake.db"), AsyncMock()
        settling = asyncio.create_task(host(storage, flusher).settle(10.0))
        await asyncio.sleep(0)
        assert flusher.flush.await_count == 0
        await storage.open()
        await settling
        assert flusher.flush.await_count == 1
        await storage.close()

    asyncio.run(story())


def test_why_it_can_not_be_opened_is_known_until_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        storage = Storage(tmp_path / "everwake.db")
        its = host(storage, AsyncMock())
        assert its.unopened == ""
        with monkeypatch.context() as patch, pytest.raises(StoreError):
            patch.setattr(Store, "open", REFUSES)
            await storage.open()
        assert its.unopened == "not a database"
        await storage.open()
        assert its.unopened == ""
        await storage.close()

    asyncio.run(story())


def test_what_was_changed_after_the_last_flush_is_not_handed_over(tmp_path: Path) -> None:
    flusher = MagicMock(finished=False, stuck={("items", "i7"): "a bug"})
    its = host(Storage(tmp_path / "everwake.db"), flusher)
    with pytest.raises(StoreError, match="after the last changes were written"):
        its.export()
