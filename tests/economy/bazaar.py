"""The market on a real SQLite file: flushed by the server's own flusher, killed, loaded as a start loads it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from mud.copyover.adopt import modules_of
from mud.core import events as e
from mud.core.errors import StoreError
from mud.core.timers import PendingTimer
from mud.core.world.model import Role
from mud.core.world.world import WorldState
from mud.server.flusher import Flusher
from mud.snapshot.envelope import unpack
from mud.snapshot.shape import import_
from mud.store import rows
from mud.store.file import beside
from mud.store.store import Loaded, Store
from mud.testing import Player
from tests.economy.market import Market

BAZAAR = Path(__file__).parent.parent / "worlds" / "bazaar"
T = TypeVar("T")


class Errors(logging.Handler):
    """All that is logged as an error, but for a flush that a test has refused."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != "mud.flush":
            self.texts.append(self.format(record))


class Bazaar(Market):
    """A market with a shop and mobs, and a database in `folder`. Every timer that fires is counted."""

    def __init__(self, folder: Path, **settings: int) -> None:
        self.errors = Errors()
        logging.getLogger("mud").addHandler(self.errors)
        self.fired: Counter[str] = Counter()
        self._fired_then: Counter[str] = Counter()  # at the last flush
        self._pending_then: dict[str, PendingTimer] = {}
        self._away: dict[str, list[str]] = {}  # ids of what those have who are not in memory
        self._loop = asyncio.new_event_loop()
        self._folder, self._starts = folder, 0
        super().__init__(world=BAZAAR, **settings)
        self.store = self._open()

    @property
    def path(self) -> Path:
        """The database of this start."""
        return self._folder / f"everwake{self._starts}.db"

    def _open(self) -> Store:
        return self.wait_for(Store.open(self.path, busy_seconds=0))

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something of the store's done."""
        return self._loop.run_until_complete(work)

    def close(self) -> None:
        """The end, with nothing more written."""
        super().close()
        self.wait_for(self.store.close())
        self._loop.close()
        logging.getLogger("mud").removeHandler(self.errors)

    def _build(self, state: WorldState | None, *args: Any, **more: Any) -> None:
        if state is not None:  # before anything can cancel one, all timers are there as they were
            assert {timer.id: timer for timer in state.timers} == self._pending_then
        super()._build(state, *args, **more)
        self.flusher = Flusher(self, self.game, self.post, lambda _: None, set, self.registry, 1, 0.25)

    # Players

    def player(self, name: str, role: Role = "player", gold: int = 0) -> Player:
        """Somebody in play, as the database has them."""
        self._look_up(name)
        return super().player(name, role, gold)

    def _find(self, effect: e.FindPlayer) -> None:
        self._look_up(effect.name)
        super()._find(effect)

    def _look_up(self, name: str) -> None:
        known = self.game.world.accounts.get(name.casefold())
        account, character, items = rows.player(*self.wait_for(self.store.load_player(name)), known)
        if account is not None and character is not None:
            self._stored[name] = (account, character, items)

    # Timers

    def post(self, event: e.Event) -> None:
        """Let an event happen. A timer that fires twice, or before its time, fails here."""
        super().post(event)
        if isinstance(event, e.Due) and event.timer.id not in self.game.world.timers.pending:  # else it waits on
            timer, clock = event.timer, self.game.clock
            self.fired[timer.id] += 1
            assert self.fired[timer.id] == 1, f"{timer} fired twice"
            assert timer.due <= (clock.game if timer.payload.clock == "game" else clock.wall), f"{timer} came early"

    # The disk

    def flush(self) -> None:
        """All that is, is on the disk, and nothing else."""
        self.book.keep()
        self.wait_for(self.flusher.flush(last=True))
        self._fired_then, self._pending_then = self.fired.copy(), dict(self.game.world.timers.pending)
        self._look_at_disk(self.wait_for(self.store.load_active()))

    def flush_during(self, act: Callable[[], object]) -> None:
        """A flush in the middle of which something happens: that is for the next one."""

        async def both() -> None:
            flushing = asyncio.create_task(self.flusher.flush(last=True))
            await asyncio.sleep(0)  # the cut is made, and the database is at work
            act()
            await flushing

        self.book.keep()
        self._fired_then, self._pending_then = self.fired.copy(), dict(self.game.world.timers.pending)
        self.wait_for(both())
        assert self.wait_for(self.store.audit()) == []
        self._look_away(rows.state(self.wait_for(self.store.load_active()))[0])

    def refuse(self) -> None:
        """A flush that the disk refuses."""
        with contextlib.closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                self.wait_for(self.flusher.flush(last=True))
            except StoreError:
                return
            raise AssertionError("a database that somebody else has locked was written")

    def copyover(self, *modules: Any, seconds: float = 0.0) -> None:
        """Flushed in its silence, as the server does."""
        self.flush()
        super().copyover(*modules, seconds=seconds)

    def crash(self, seconds: float = 0.0) -> None:
        """`kill -9`: a new start finds the files as they are, log and all. Nothing is closed before."""
        before, self._starts = self.path, self._starts + 1
        shutil.copyfile(before, self.path)
        if beside(before, "-wal").exists():
            shutil.copyfile(beside(before, "-wal"), beside(self.path, "-wal"))
        self.wait_for(self.store.close())
        before.unlink()
        self.store = self._open()
        self.wall += seconds
        self.players, self._stored, self.fired = {}, {}, self._fired_then.copy()
        loaded = self.wait_for(self.store.load_active())
        state, _ = rows.state(loaded)
        self._look_away(state)
        states, schemas = modules_of(loaded.modules, loaded.module_schemas)
        self._build(state, dict(states), schemas, accounts={})
        self.game.populate()
        self.wait(0.0)

    def _look_at_disk(self, loaded: Loaded) -> None:
        """Fails unless the database adds up, and holds exactly what is in memory."""
        assert self.wait_for(self.store.audit()) == []
        found, _ = rows.state(loaded)
        mine = self.game.world.state(found.game_time)
        for one, other in (
            (found.items, mine.items),
            (found.timers, mine.timers),
            (found.characters, [c for c in mine.characters if not c.away]),
        ):
            assert {x.id: x for x in one} == {x.id: x for x in other}
        assert found.balances == mine.balances and found.ledger_seq == mine.ledger_seq
        for name, _, state in loaded.modules:
            instance = self.registry.get(name)
            assert import_(instance.shape, unpack(state, name), self.wall, name).state == instance.state
        self._look_away(found)

    def _look_away(self, state: WorldState) -> None:
        """Remember what those have who are not in the world: it is in the database alone."""
        with contextlib.closing(sqlite3.connect(self.path)) as db:
            owners = dict(db.execute("SELECT id, owner FROM items"))
        self._away = {}
        for item in owners:
            root = owners[item]
            while root.startswith("item:"):
                root = owners[root.removeprefix("item:")]
            if root.startswith("char:") and root.removeprefix("char:") not in {c.id for c in state.characters}:
                self._away.setdefault(root.removeprefix("char:"), []).append(item)

    @property
    def things(self) -> list[str]:
        """The ids of all things, in memory or with somebody who is away."""
        world = self.game.world
        away = [item for character, items in self._away.items() if character not in world.characters for item in items]
        return sorted([*world.items, *away])
