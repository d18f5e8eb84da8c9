"""What the reloader tells: each failure once, on the console and to admins in the game and what code in play raises."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from mud.config import Config
from mud.dev.reloader import BY, Reloader, SavedAttempt


class FakeHost:
    """The admins in the game, and nothing else."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def announce(self, text: str) -> None:
        self.told.append(text)

    def copyover_by(self) -> str:
        return ""


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture
def reloader(host: FakeHost, loop: asyncio.AbstractEventLoop) -> Iterator[Reloader]:
    made: Any = Reloader(Config(), loop, host)  # type: ignore[arg-type]
    made._errors.listen()
    yield made
    made._errors.stop()


def turn(loop: asyncio.AbstractEventLoop) -> None:
    """What waits for the loop happens."""
    loop.run_until_complete(asyncio.sleep(0))


ERROR = "while rehearsing: module raffle:\n  raffle/__init__.py:3: NameError: name 'x' is not defined\n  a second line"


def test_a_failure_is_told_once_and_in_lines(reloader: Any, host: FakeHost, capsys: pytest.CaptureFixture[str]) -> None:
    reloader._attempt = SavedAttempt(files="modules/raffle/__init__.py", saved=0.0, noticed=0.0, ordered=0.0)
    assert reloader.failed(BY, ERROR) is True
    (told,) = host.told
    says = "no copyover for modules/raffle/__init__.py: raffle/__init__.py:3: NameError: name 'x' is not defined"
    assert told.splitlines() == [says, "The game plays on; the next good save heals it."]
    assert capsys.readouterr().out == f"dev: {told}\n"


def test_a_failure_of_somebody_elses_copyover_is_left_to_who_ordered_it(reloader: Any, host: FakeHost) -> None:
    assert reloader.failed("Root", ERROR) is False and reloader.failed(BY, ERROR) is False
    assert reloader.warned("Root", ["a field is gone"]) is False
    assert host.told == []


def test_what_the_rehearsal_warns_of_is_told(reloader: Any, host: FakeHost, capsys: pytest.CaptureFixture[str]) -> None:
    assert reloader.warned(BY, ["module raffle: of its state, entrants is no field any more"]) is True
    assert host.told == ["beware: module raffle: of its state, entrants is no field any more"]
    assert capsys.readouterr().out == f"dev: {host.told[0]}\n"


def test_what_code_in_play_raises_is_told_once_until_the_next_save(
    reloader: Any, host: FakeHost, loop: asyncio.AbstractEventLoop
) -> None:
    def fails() -> None:
        try:
            raise ZeroDivisionError("division by zero")
        except ZeroDivisionError:
            logging.getLogger("mud.module.raffle").exception("an event failed and was undone")

    for _ in range(2):
        fails()
        turn(loop)
    (told,) = host.told
    assert "ZeroDivisionError: division by zero\nWhat it did is undone." in told
    logging.getLogger("mud.module.raffle").error("no exception")
    logging.getLogger("somebody.else").error("theirs", exc_info=ValueError("x"))
    turn(loop)
    assert len(host.told) == 1
    reloader._raised_before.clear()  # as a save does
    fails()
    turn(loop)
    assert len(host.told) == 2
    reloader._errors.stop()
    fails()
    turn(loop)
    assert len(host.told) == 2
