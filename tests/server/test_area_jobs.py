"""Work on area files beside the game: one job after the other, none lost by a copyover."""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mud.areas.cache import load_cached
from mud.areas.load import load
from mud.areas.outcome import Outcome, outcome
from mud.copyover.handover import CarriedJobs as Carried
from mud.core import events as e
from mud.core.world.area import WorldDef
from mud.core.world.draft import Change, Edits
from mud.server import area_jobs
from mud.server.area_jobs import AreaJobs
from mud.server.jobs import Jobs
from tests.play.worlds import SMALL


class Shell:
    """A server's side of area files, without the server: the world is whatever was posted last."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.path = folder / "small.toml"
        self.path.write_text((SMALL / "small.toml").read_text("utf-8"), "utf-8")
        self.defs = load(folder)
        self.events: list[e.Event] = []
        self.news = asyncio.Event()
        self.refuses = False
        self.store: Any = object()  # no job in here asks it
        areas = AreaJobs(folder, cache, lambda: self.defs, self.post)
        self.jobs = Jobs(self, areas, self.post, lambda name: None, lambda session: 0, lambda job: None)

    def post(self, event: e.Event) -> None:
        self.events.append(event)
        self.news.set()
        if isinstance(event, e.WorldRead) and not self.refuses:
            self.defs = event.defs

    async def answer(self, session: int) -> e.Built:
        """The answer to a session's job."""
        async with asyncio.timeout(10):
            while True:
                self.news.clear()
                for event in self.events:
                    if isinstance(event, e.Built) and event.session == session:
                        return event
                await self.news.wait()


def rename(defs: WorldDef, session: int, name: str, over: bool = False) -> e.SaveEdits:
    room = defs.rooms["square"]
    change = Change("small", room, msgspec.structs.replace(room, name=name))
    return e.SaveEdits(session, Edits(rooms=(change,)), over)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "world").mkdir()
    return Shell(tmp_path / "world", tmp_path / "cache")


def test_the_world_is_swapped_before_the_answer_and_the_cache_is_of_it(shell: Shell, tmp_path: Path) -> None:
    async def run() -> None:
        shell.jobs.add(rename(shell.defs, 1, "Kitchen"))
        assert (await shell.answer(1)).saved
        shell.jobs.close()

    asyncio.run(run())
    assert [type(event) for event in shell.events] == [e.WorldRead, e.Built]
    shell.path.write_bytes(shell.path.read_bytes())  # another time of change, the same content
    assert load_cached(shell.path.parent, tmp_path / "cache").rooms["square"].name == "Kitchen"


def test_two_jobs_at_once_are_done_one_after_the_other(shell: Shell) -> None:
    async def run() -> None:
        shell.jobs.add(rename(shell.defs, 1, "One"))
        shell.jobs.add(rename(shell.defs, 2, "Two", over=True))
        assert (await shell.answer(1)).saved and (await shell.answer(2)).saved
        shell.jobs.close()

    asyncio.run(run())
    assert shell.defs.rooms["square"].name == "Two" and load(shell.path.parent).rooms == shell.defs.rooms


def test_a_save_that_is_too_slow_for_a_copyover_goes_along_and_is_done_again(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    real = outcome

    def slow(*args: Any) -> Outcome:
        found = real(*args)  # it is written
        begun.set()
        go_on.wait(10)
        return found

    monkeypatch.setattr(area_jobs, "outcome", slow)
    job = rename(shell.defs, 1, "Kitchen")

    async def old_program() -> None:
        shell.jobs.add(job)
        assert await asyncio.to_thread(begun.wait, 10)
        shell.jobs.pause()
        threading.Timer(0.05, go_on.set).start()
        await shell.jobs.settle(0.01)

    asyncio.run(old_program())
    assert shell.jobs.waiting == [job] and shell.events == []
    carried = msgspec.msgpack.decode(msgspec.msgpack.encode(Carried.of(shell.jobs.waiting)), type=Carried)
    assert carried.all() == [job]

    async def go_on_with(defs: WorldDef) -> None:
        shell.defs, shell.events, shell.news = defs, [], asyncio.Event()
        shell.jobs.waiting = carried.all()
        shell.jobs.resume()
        assert (await shell.answer(1)).saved
        shell.jobs.close()
        assert shell.defs.rooms["square"].name == "Kitchen"

    before = shell.defs
    asyncio.run(go_on_with(load(shell.path.parent)))  # the new program has read the file
    areas = AreaJobs(shell.path.parent, shell.path.parent / "c", lambda: shell.defs, shell.post)
    shell.jobs = Jobs(shell, areas, shell.post, lambda name: None, lambda session: 0, lambda job: None)
    asyncio.run(go_on_with(before))  # the old one goes on after all, and never heard that it was written


def test_a_disk_that_refuses_is_told_and_logged(shell: Shell, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> e.Built:
        shell.jobs.add(rename(shell.defs, 1, "Kitchen"))
        found = await shell.answer(1)
        shell.jobs.close()
        return found

    def refuse(*args: Any) -> Outcome:
        raise OSError(30, "Read-only file system", str(shell.path))

    with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(area_jobs, "outcome", refuse)
        found = asyncio.run(run())
    assert not found.done and found.text.endswith("small.toml: Read-only file system.")
    assert "Read-only file system" in caplog.text


def test_a_game_that_can_not_take_the_world_says_so(shell: Shell) -> None:
    shell.refuses = True

    async def run() -> e.Built:
        shell.path.write_text(shell.path.read_text("utf-8").replace("A hall.", "A long hall."), "utf-8")
        shell.jobs.add(e.ReadAreas(1))
        found = await shell.answer(1)
        shell.jobs.close()
        return found

    assert "the game could not take them" in asyncio.run(run()).text
