"""The flusher, with a store that does as it is told: what is the last flush of a program is whole or refused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mud.core import events as e
from mud.core.errors import StoreError
from mud.core.world.world import World
from mud.server import flusher
from mud.server.flusher import Flusher
from mud.store import rows
from mud.store.batch import Batch
from mud.store.blocks import Refusal
from mud.testing import Kit


class Desk:
    """A game, and a store that keeps what it is given. `refuses` are what the next flushes refuse."""

    def __init__(self, store: bool = True) -> None:
        self.kit = Kit()
        self.batches: list[Batch] = []
        self.refuses: list[Refusal] = []
        self.store: Any = self if store else None
        self.flusher = Flusher(self, self.kit.game, self.post, lambda _: None, set, self.kit.registry, 1, 0.25)
        self.changes = 0  # for so many refusals that somebody hears of

    async def flush(self, batch: Batch) -> list[Refusal]:
        self.batches.append(batch)
        return [self.refuses.pop()] if self.refuses else []

    def post(self, event: e.Event) -> None:
        """Whoever hears of a refusal changes something."""
        if isinstance(event, e.Signalled) and self.changes:
            self.changes -= 1
            self.change()

    def change(self) -> None:
        self.kit.game.perform(lambda ctx: ctx.world.mark_session(7))


def refusals(count: int) -> list[Refusal]:
    return [Refusal("raffle", "entrants", "no such table", 0) for _ in range(count)]


def test_while_the_store_is_not_open_changes_wait_but_a_program_can_not_end_so() -> None:
    desk = Desk(store=False)
    desk.change()
    asyncio.run(desk.flusher.flush())
    with pytest.raises(StoreError, match="the database is not open"):
        asyncio.run(desk.flusher.finish())
    assert not desk.flusher.finished
    desk.store = desk
    asyncio.run(desk.flusher.finish())
    assert desk.flusher.finished and desk.batches[0].deletes == {"sessions": [7]}


def test_what_is_changed_while_the_last_changes_are_written_is_written_too() -> None:
    desk = Desk()
    desk.change()
    desk.refuses, desk.changes = refusals(2), 2
    asyncio.run(desk.flusher.finish())
    assert desk.flusher.finished
    assert [batch.deletes for batch in desk.batches] == [{"sessions": [7]}] * 3


def test_changes_that_never_end_are_no_end() -> None:
    desk = Desk()
    desk.refuses, desk.changes = refusals(100), 100
    with pytest.raises(StoreError, match="changed again each time"):
        asyncio.run(desk.flusher.finish())
    assert len(desk.batches) == flusher.MAX_LAST


def test_a_row_that_can_not_be_made_holds_nobody_up_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(world: World, key: str) -> None:
        raise OverflowError("too large")

    desk = Desk()
    desk.kit.player("Ada")
    ada = desk.kit.game.world.player("Ada")
    assert ada is not None
    monkeypatch.setitem(rows.ROWS, "characters", broken)
    asyncio.run(desk.flusher.finish())
    assert list(desk.flusher.stuck) == [("characters", ada.id)] and desk.flusher.finished
