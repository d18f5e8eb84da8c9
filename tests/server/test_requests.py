"""What a session waits for is answered in words, whatever becomes of it."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import MagicMock

import pytest

from mud.config import Config
from mud.core import events as e
from mud.core.errors import Conflict, StoreError
from mud.core.text.markup import tag
from mud.core.world.area import WorldDef
from mud.core.world.world import World
from mud.server.requests import Requests


class Desk:
    """Everybody that requests turn to."""

    registry: Any = MagicMock(instances={})

    def __init__(self, outcome: Exception | None = None) -> None:
        self.outcome = outcome
        self.answers: list[e.Event] = []
        parts: Any = self
        self.requests = Requests(Config(), World(WorldDef.of([])), parts, parts, parts, self.answers.append)

    async def opened(self) -> None:
        """The store is open."""

    async def flush(self) -> None:
        """Written, or not."""
        if self.outcome is not None:
            raise self.outcome

    async def manage(self, do: str, name: str) -> str:
        return f"{name}: {do}"


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        (None, e.Told(7, "Everything is saved.", answer=True)),
        (Conflict("not now"), e.Told(7, tag("error", "not now"), answer=True)),
        (KeyError("a bug"), e.JobFailed(7)),
    ],
)
def test_one_answer_whatever_becomes_of_it(outcome: Exception | None, answer: e.Event) -> None:
    desk = Desk(outcome)
    asyncio.run(desk.requests.answer(e.Flush(7)))
    assert desk.answers == [answer]


def test_a_store_that_refuses_is_no_loss() -> None:
    desk = Desk(StoreError("disk full"))
    asyncio.run(desk.requests.answer(e.Flush(7)))
    (told,) = desk.answers
    assert isinstance(told, e.Told) and "disk full. Nothing is lost" in told.text


def test_modules_are_managed_by_their_manager() -> None:
    desk = Desk()
    asyncio.run(desk.requests.answer(e.ManageModule(7, "pause", "auction")))
    assert desk.answers == [e.Told(7, "auction: pause", answer=True)]
