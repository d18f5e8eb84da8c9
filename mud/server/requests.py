"""Requests that are answered in words beside the game: saving, audits, checks, reading logs, managing modules."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from mud.config import Config
from mud.core import escrow
from mud.core import events as e
from mud.core.errors import EverwakeError, StoreError
from mud.core.text.markup import tag
from mud.core.world.world import World
from mud.framework.registry import Registry
from mud.play import strays
from mud.play.staff.records import staff_list
from mud.server import log_reader
from mud.server.flusher import Flusher
from mud.server.storage import Storage
from mud.server.world_check import check_world

log = logging.getLogger("mud.server")


class ModuleDesk(Protocol):
    """Manages modules."""

    registry: Registry

    async def manage(self, do: str, name: str) -> str:
        """Restart, reload, pause ... a module. Returns the message."""


class Requests:
    """Answers sessions' requests."""

    def __init__(
        self,
        config: Config,
        world: World,
        storage: Storage,
        flusher: Flusher,
        modules: ModuleDesk,
        answer: Callable[[e.Event], None],
    ) -> None:
        self._config = config
        self._world = world
        self._storage = storage
        self._flusher = flusher
        self._modules = modules
        self._answer = answer
        self.table: dict[type, Callable[[Any], Coroutine[Any, Any, str]]] = {
            e.Flush: self.flush,
            e.Audit: self.audit,
            e.CheckWorld: self.check,
            e.ReadLog: self.read_log,
            e.ListStaff: self.list_staff,
            e.ManageModule: self.manage,
        }

    async def answer(self, effect: Any) -> None:
        """Carry out `effect`, whose type is in the table, and send its session the answer."""
        session: int = effect.session
        try:
            await self._storage.opened()
            self._answer(e.Told(session, await self.table[type(effect)](effect), answer=True))
        except StoreError as error:
            text = f"The database can't be used just now: {error}. Nothing is lost; the server keeps trying."
            self._answer(e.Told(session, text, answer=True))
        except EverwakeError as error:
            self._answer(e.Told(session, tag("error", str(error)), answer=True))
        except Exception:
            log.exception("work for session %d failed", session)
            self._answer(e.JobFailed(session))

    async def read_kinds(self, effect: e.ReadKinds) -> None:
        """Decode all definitions, one area after the other; the game plays on between any two."""
        for _ in self._world.words.fill(self._world.defs):
            await asyncio.sleep(0)
        self._answer(e.KindsRead(effect.session))

    async def flush(self, effect: e.Flush) -> str:
        """Write all changes."""
        await self._flusher.flush()
        return "Everything is saved."

    async def audit(self, effect: e.Audit) -> str:
        """Audit the whole economy, in memory and in the database."""
        store = await self._storage.opened()
        await self._flusher.flush()
        problems = await store.audit()
        found = "\n".join(f"  {problem}" for problem in problems) or "Every item has exactly one owner."
        registry = self._modules.registry
        active = {name for name in registry.instances if registry.active(name)}
        held = "".join(f"\n{line}" for line in escrow.summary(self._world, active))
        return f"The ledger sums to {self._world.ledger.total()}.\n{found}{held}"

    async def check(self, effect: e.CheckWorld) -> str:
        """Check the world's files."""
        found = await check_world(self._config.world, effect.area)
        lost = [] if effect.area else strays.report(self._world)
        return "\n".join([found, *(f"warning  in the game as it is now: {line}" for line in lost)])

    async def read_log(self, effect: e.ReadLog) -> str:
        """Read the last records of the log."""
        return await log_reader.read_log(self._config.data / "logs" / "everwake.log", effect)

    async def list_staff(self, effect: e.ListStaff) -> str:
        """List the accounts that are more than players."""
        return staff_list(await (await self._storage.opened()).accounts())

    async def manage(self, effect: e.ManageModule) -> str:
        """Restart, reload, pause ... a module."""
        return await self._modules.manage(effect.do, effect.module)
