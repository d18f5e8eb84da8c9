"""A server as a copyover sees it: what it writes before the silence, and in it; with a real database."""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from mud.core.ledger import MINT
from mud.server.copyover_host import CopyoverHost
from mud.server.flusher import Flusher
from mud.server.storage import Storage
from mud.testing import Kit


class Standing:
    """A lifecycle that notes what is done to it, and does it to the game's clock."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self.done: list[str] = []

    def freeze(self) -> None:
        self._kit.game.clock.stop()
        self.done.append("freeze")

    async def stop_workers(self) -> None:
        self.done.append("stop_workers")


class Scene:
    """A game of one player, its database, and the host of its copyovers."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "everwake.db"
        self.kit = Kit()
        self.ada = self.kit.player("Ada")
        self.storage = Storage(self.path)
        nobody: Any = lambda *_: None  # noqa: E731
        self.flusher = Flusher(self.storage, self.kit.game, nobody, nobody, lambda: set(), self.kit.registry, 1, 0.25)
        self.life = Standing(self.kit)
        # Whatever else it takes has nothing to do with what it writes.
        given: dict[str, Any] = dict.fromkeys(inspect.signature(CopyoverHost).parameters)
        given |= {"lifecycle": self.life, "flusher": self.flusher, "storage": self.storage}
        given["tasks"] = SimpleNamespace(start=nobody)
        given["modules"] = SimpleNamespace(manager=SimpleNamespace(pause_work=self._quick))
        given["jobs"] = SimpleNamespace(pause=nobody, settle=self._quick)
        self.host = CopyoverHost(**given)

    @staticmethod
    async def _quick(*_: object) -> None:
        pass

    def earn(self, gold: int) -> None:
        """The game plays on."""
        self.kit.act(lambda ctx: ctx.pay(MINT, self.ada.character.owner_key, gold, "a test"))

    def gold(self) -> int:
        """What the database says, to whoever starts from it after a kill."""
        with closing(sqlite3.connect(self.path)) as db:
            (found,) = db.execute("SELECT amount FROM balances WHERE account = ?", (self.ada.character.owner_key,))
        return int(found[0])

    def game_time(self) -> float:
        with closing(sqlite3.connect(self.path)) as db:
            (found,) = db.execute("SELECT value FROM meta WHERE key = 'game_time'")
        return msgspec.msgpack.decode(found[0], type=float)


def play(folder: Path, story: Callable[[Scene], Awaitable[None]]) -> Scene:
    """Play a story with an open database, which is closed afterwards."""
    scene = Scene(folder)

    async def whole() -> None:
        await scene.storage.open()
        try:
            await story(scene)
        finally:
            await scene.storage.close()

    asyncio.run(asyncio.wait_for(whole(), 30))
    return scene


def test_a_change_between_settling_and_freezing_is_in_the_database_that_the_new_program_finds(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        scene.earn(10)
        await scene.host.settle(1.0)
        assert scene.gold() == 10
        scene.earn(5)  # whoever is killed from GO on, before the next flush, starts from the database
        await scene.host.freeze()
        assert scene.storage.store is None and scene.life.done == ["freeze", "stop_workers"]
        assert scene.gold() == 15

    play(tmp_path, story)


def test_the_last_flush_is_made_also_when_only_time_went_by(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        await scene.host.settle(1.0)
        scene.kit.now += 3.0
        await scene.host.freeze()
        assert scene.game_time() == scene.kit.game.clock.game

    play(tmp_path, story)


def test_settling_leaves_nothing_in_the_log_and_the_silence_does_not_wait_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(scene: Scene) -> None:
        scene.earn(10)
        await scene.host.settle(1.0)
        log = scene.path.with_name("everwake.db-wal")
        assert log.stat().st_size == 0
        store, relaxed = scene.storage.need(), []
        relax, flush = store.relax, store.flush

        async def noted_relax() -> None:
            relaxed.append("relax")
            await relax()

        async def noted_flush(batch: Any) -> Any:
            relaxed.append("flush")
            return await flush(batch)

        monkeypatch.setattr(store, "relax", noted_relax)
        monkeypatch.setattr(store, "flush", noted_flush)
        scene.earn(5)
        await scene.host.freeze()
        assert relaxed == ["relax", "flush"]
        assert log.stat().st_size > 0  # it was not copied into the file, unsynced

    play(tmp_path, story)
