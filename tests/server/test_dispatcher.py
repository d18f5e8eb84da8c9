"""Events happen, and what they ask for is done; what goes wrong costs nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from mud.core import events as e
from mud.core.clock import Clock
from mud.core.world.area import WorldDef
from mud.game import Game
from mud.server.dispatcher import Dispatcher


@pytest.fixture
def events() -> Iterator[Dispatcher]:
    loop = asyncio.new_event_loop()
    yield Dispatcher(loop, Game.begin(WorldDef.of([]), Clock(lambda: 0.0, lambda: 0.0, 0.0)))
    loop.close()


def test_an_effect_that_fails_does_not_keep_the_next_one(events: Dispatcher) -> None:
    done: list[Any] = []

    def fail(effect: e.Close) -> None:
        raise KeyError("a bug")

    events.connect({e.Close: fail, e.LogLine: done.append})
    line = e.LogLine("mud.test", "still there")
    events.carry_out([e.Close(1), line])
    assert done == [line]


def test_what_is_performed_is_given_and_its_effects_are_done(events: Dispatcher) -> None:
    done: list[Any] = []
    events.connect({e.LogLine: done.append})
    line = e.LogLine("mud.test", "done")

    def do(ctx: Any) -> int:
        ctx.do(line)
        return 5

    assert events.perform(do) == 5 and done == [line]


def test_what_is_performed_raises_what_it_raises_and_asks_for_nothing(events: Dispatcher) -> None:
    done: list[Any] = []
    events.connect({e.LogLine: done.append})

    def fail(ctx: Any) -> None:
        ctx.do(e.LogLine("mud.test", "done"))
        raise LookupError("no")

    with pytest.raises(LookupError):
        events.perform(fail)
    assert done == []
