"""When a generation is confirmed, and what is said of one that is not yet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mud.config import Config, CopyoverConfig, ServerConfig
from mud.copyover import confirmation
from mud.copyover.code import Code
from mud.copyover.confirmation import Confirmation


def test_doubt_says_what_it_means_and_that_the_copyover_is_safe(tmp_path: Path) -> None:
    host: Any = SimpleNamespace(config=Config(server=ServerConfig(data=str(tmp_path))), generation=1)
    watched = Confirmation(host, Code())
    assert "generation 1" in watched.doubt() and "run well for 0 s, and 60 s are needed" in watched.doubt()
    assert "This copyover is safe" in watched.doubt() and "copyover rollback" in watched.doubt()
    watched.confirmed = True
    assert watched.doubt() == ""


class Watched:
    """A generation that is looked at a hundred times a second, and confirmed after five good looks in a row."""

    def __init__(self, folder: Path) -> None:
        self.ill: set[str] = set()  # modules out of service
        self.looks = 0
        self.config = Config(server=ServerConfig(data=str(folder)), copyover=CopyoverConfig(confirm_seconds=0.05))
        self.generation, self.failing = 1, False
        self.modules = SimpleNamespace(in_state=self._in_state, forms=dict)
        self.start = asyncio.create_task
        host: Any = self
        self.confirmation = Confirmation(host, Code())

    @property
    def refused(self) -> bool:
        """Asked at each look."""
        self.looks += 1
        return self.failing

    def _in_state(self, *states: object) -> set[str]:
        return set(self.ill)

    async def looked(self, times: int) -> None:
        """It was looked at so many times more."""
        end = self.looks + times
        while self.looks < end and not self.confirmation.confirmed:
            await asyncio.sleep(0)

    async def comes(self) -> None:
        """It is confirmed."""
        while not self.confirmation.confirmed:
            await asyncio.sleep(0)


def watch(folder: Path, monkeypatch: pytest.MonkeyPatch, story: Callable[[Watched], Awaitable[None]]) -> None:
    """Watch a generation while a story happens, which begins before its first look."""
    monkeypatch.setattr(confirmation, "TICK", 0.01)
    monkeypatch.setattr(Confirmation, "_keep", lambda self: None)  # the code of this very tree

    async def whole() -> None:
        watched = Watched(folder)
        try:
            await asyncio.wait_for(story(watched), 20)
        finally:
            await watched.confirmation.end()

    asyncio.run(whole())


def test_one_that_runs_well_is_confirmed_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(watched: Watched) -> None:
        watched.confirmation.begin()
        await watched.comes()
        assert watched.looks == 5
        assert [kept.generation for kept in watched.confirmation._kept.index().kept] == [1]

    watch(tmp_path, monkeypatch, story)


def test_one_whose_changes_are_not_written_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(watched: Watched) -> None:
        watched.confirmation.begin()
        watched.failing = True
        await watched.looked(20)
        assert not watched.confirmation.confirmed
        watched.failing = False
        await watched.comes()

    watch(tmp_path, monkeypatch, story)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_module_that_was_out_of_service_from_the_beginning_is_no_matter_and_a_later_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    async def story(watched: Watched) -> None:
        if when == "before":
            watched.ill = {"bank"}
        watched.confirmation.begin()
        watched.ill = {"bank"}
        await watched.looked(20)
        assert watched.confirmation.confirmed is (when == "before")
        watched.ill = set()
        await watched.comes()

    watch(tmp_path, monkeypatch, story)


def test_it_has_to_run_well_in_one_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(watched: Watched) -> None:
        watched.confirmation.begin()
        for _ in range(5):
            await watched.looked(3)
            watched.ill = {"bank"}
            await watched.looked(1)
            watched.ill = set()
        assert not watched.confirmation.confirmed
        await watched.comes()

    watch(tmp_path, monkeypatch, story)


def test_what_was_rolled_back_from_is_rejected_at_once(tmp_path: Path) -> None:
    host: Any = SimpleNamespace(config=Config(server=ServerConfig(data=str(tmp_path))), generation=1)
    watched = Confirmation(host, Code(), "bad")
    watched.rolled_back()
    assert watched._kept.index().rejected == ["bad"]
