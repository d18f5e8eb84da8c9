"""The store, opened beside the game: whoever needs it waits or is told so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mud.core.errors import StoreError
from mud.server import storage
from mud.server.storage import Storage
from mud.store.store import Store


def test_who_waits_gets_the_store_once_it_is_open_and_nobody_after_it_is_closed(tmp_path: Path) -> None:
    async def story() -> None:
        held = Storage(tmp_path / "everwake.db")
        with pytest.raises(StoreError, match="not open just now"):
            held.need()
        waiting = asyncio.create_task(held.opened())
        await held.open()
        assert await asyncio.wait_for(waiting, 10) is held.need() is held.store
        await held.close()
        assert held.store is None
        late = asyncio.create_task(held.opened())
        await asyncio.sleep(0)
        assert not late.done()
        late.cancel()

    asyncio.run(story())


def test_it_is_tried_until_it_opens_and_each_failure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = [StoreError("locked"), StoreError("disk full")]
    told: list[str] = []

    async def refuse(path: Path) -> Store:
        if refusals:
            raise refusals.pop(0)
        return await opened(path)

    opened = Store.open
    monkeypatch.setattr(Store, "open", refuse)
    monkeypatch.setattr(storage, "REOPEN_SECONDS", 0.0)

    async def story() -> None:
        held = Storage(tmp_path / "everwake.db")
        await held.open_at_last(lambda error: told.append(str(error)))
        await held.need().accounts()
        await held.close()

    asyncio.run(asyncio.wait_for(story(), 10))
    assert told == ["locked", "disk full"]


def test_a_store_that_was_opened_before_is_taken(tmp_path: Path) -> None:
    async def story() -> None:
        held = Storage(tmp_path / "everwake.db")
        held.store = store = await Store.open(tmp_path / "everwake.db")
        await held.open_at_last(lambda error: pytest.fail(str(error)))
        assert await held.opened() is store
        await held.close()

    asyncio.run(story())
