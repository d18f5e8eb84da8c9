"""The flusher: collects all changes between two events, and has the store write them in one transaction.

A failed flush loses nothing: the next one writes its changes. The game plays on in memory, and the admins are told at
once and then every minute.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Any, Protocol

from mud.core import events as e
from mud.core.errors import StoreError
from mud.core.journal import Key
from mud.core.signals import WriteFailed
from mud.game import Game
from mud.store import rows
from mud.store.blocks import Refusal
from mud.store.store import Store

log = logging.getLogger("mud.flush")

#: Seconds between two warnings while the store refuses, and the longest pause between two attempts.
WARN_SECONDS, MAX_PAUSE = 60.0, 5.0
#: How many seconds game time may run ahead of the disk: by itself it is no change worth a write.
CLOCK_SECONDS = 5.0
#: How often a program writes its last changes at most: a module that is told of a refusal may make others.
MAX_LAST = 5


class StoreHolder(Protocol):
    """Holds the store, or None while it is not open."""

    @property
    def store(self) -> Store | None:
        """The store."""


class PersistentModules(Protocol):
    """The modules, as far as the flusher writes their states."""

    def row(self, module: str) -> tuple[Any, ...] | None:
        """A module's row; None if it is unchanged since it was last written."""

    def written(self) -> None:
        """The rows returned since the last call are in the database."""

    def refused(self, module: str, schema: int, error: str) -> None:
        """The migration of a module's own tables to `schema` was refused."""

    def news(self) -> list[str]:
        """Messages for the admins since the last call."""


class Flusher:
    """Writes all changes every `seconds`."""

    def __init__(
        self,
        holder: StoreHolder,
        game: Game,
        post: Callable[[e.Event], None],
        session_row: Callable[[int], tuple[Any, ...] | None],
        pinned: Callable[[], set[str]],
        modules: PersistentModules,
        generation: int,
        seconds: float,
    ) -> None:
        self._holder = holder
        self._game = game
        self._post = post
        self._session_row = session_row
        self._pinned = pinned
        self._modules = modules
        self.generation = generation
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._failing_since: float | None = None
        self._warned = -math.inf
        self.stuck: dict[Key, str] = {}  # rows that can't be encoded, with the error that was reported
        self._clock_written = game.clock.game

    async def run(self) -> None:
        """Flush again and again; less often while the store refuses."""
        pause = self._seconds
        while True:
            await asyncio.sleep(pause)
            try:
                await self.flush()
                pause = self._seconds
            except StoreError:
                pause = min(MAX_PAUSE, pause * 2)
            except Exception as error:  # a bug of ours must not end all writing
                log.exception("a flush failed")
                self.failed(StoreError(f"{type(error).__name__}: {error}"))
                pause = min(MAX_PAUSE, pause * 2)

    async def flush(self, last: bool = False) -> None:
        """Write all changes up to now; a program's `last` flush also writes if only time has passed.

        Raises StoreError, with nothing lost, if the store refuses; a `last` one also if the store is not open. While it
        is not, other flushes leave the changes to a later one.
        """
        async with self._lock:
            store = self._holder.store
            if store is None and last:
                raise StoreError("the database is not open, so the last changes can't be written")
            if store is None or not (last or self._due()):
                return
            game_time = self._game.clock.game
            meta = rows.meta(self._game.world, game_time, self.generation)
            cut = rows.Cut(self._game.world, self._session_row, meta, self._modules.row)
            for key in cut.stuck.keys() - self.stuck.keys():
                log.error("%s %s can't be written, and stays as it was in the database: %s", *key, cut.stuck[key])
            self.stuck = cut.stuck
            try:
                refused = await store.flush(cut.batch)
            except StoreError as error:
                cut.undo()
                self.failed(error)
                raise
            except BaseException:
                cut.undo()  # cancelled: whether it was written or not, writing it again does no harm
                raise
            self._clock_written = game_time
            self._modules.written()
            self._succeeded()
            for refusal in refused:
                self._refused(refusal)
            for text in self._modules.news():
                log.error("%s", text)
                self._post(e.Announced(text, "admin"))
            self._game.evict(self._pinned())

    async def finish(self) -> None:
        """Write everything that can be encoded, because the program ends here.

        Raises StoreError, with nothing lost, if that fails.
        """
        for _ in range(MAX_LAST):
            await self.flush(last=True)
            if self.finished:
                return
        raise StoreError("something is changed again each time that the last changes are written")

    @property
    def finished(self) -> bool:
        """Whether everything is written that can be encoded."""
        return self._game.world.flushed(but=self.stuck.keys())

    def _refused(self, refusal: Refusal) -> None:
        """SQLite refused a module's block because of its content: the rest was written, and the module is told."""
        log.getChild(refusal.module).error("the database session %r was refused: %s", refusal.name, refusal.error)
        self._post(e.Signalled(refusal.module, WriteFailed(refusal.name, refusal.error)))
        if refusal.schema:
            self._modules.refused(refusal.module, refusal.schema, refusal.error)

    def _due(self) -> bool:
        return not self._game.world.flushed() or self._game.clock.game - self._clock_written >= CLOCK_SECONDS

    @property
    def failing(self) -> bool:
        """Whether the store refused the last flush."""
        return self._failing_since is not None

    def failed(self, error: StoreError) -> None:
        """Report that the store refused, but not again and again."""
        now = self._game.clock.game  # the wall clock may have been set
        self._failing_since = now if self._failing_since is None else self._failing_since
        if now - self._warned >= WARN_SECONDS:
            self._warned = now
            log.error("the database can't be written, the game plays on in memory: %s", error)
            minutes = int(now - self._failing_since) // 60
            since = f" for {minutes} min" if minutes else ""
            text = f"The database can't be written{since}: {error}. The game plays on in memory and keeps trying."
            self._post(e.Announced(text, "admin"))

    def _succeeded(self) -> None:
        if self._failing_since is not None:
            self._failing_since, self._warned = None, -math.inf
            log.warning("the database is written again; nothing was lost")
            self._post(e.Announced("The database is written again; nothing was lost.", "admin"))
