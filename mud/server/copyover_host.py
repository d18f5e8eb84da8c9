"""A server as a copyover sees it: what `mud.copyover.host` asks for, done with what the server has."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from mud.config import Config
from mud.copyover.handover import CarriedJobs
from mud.copyover.host import ServerState
from mud.core import events as e
from mud.core.context import CoreContext, Sessions
from mud.core.world.world import World, WorldState
from mud.snapshot import participants
from mud.snapshot.envelope import Metadata, Section, Snapshot
from mud.snapshot.form import Form
from mud.snapshot.seal import Key
from mud.snapshot.shape import Shape, export

if TYPE_CHECKING:
    from mud.server.module_host import ModuleHost
    from mud.server.server import Server

S = TypeVar("S", bound=Struct)
T = TypeVar("T")


class ServerPlay:
    """The game of a server (`mud.copyover.host.Play`)."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @property
    def world(self) -> World:
        """The world."""
        return self._server.game.world

    @property
    def sessions(self) -> Sessions:
        """Everybody's session."""
        return self._server.game.sessions

    @property
    def wall(self) -> float:
        """Seconds by the game's wall clock."""
        return self._server.game.clock.wall

    def state(self) -> WorldState:
        """The world's state at this instant."""
        return self._server.game.world.state(self._server.game.clock.game)

    def connected(self, session: int) -> bool:
        """Whether somebody is there."""
        return session in self._server.connections

    def post(self, event: e.Event) -> None:
        """Let an event happen."""
        self._server.post(event)

    def answer(self, told: e.Told | e.JobFailed) -> None:
        """Tell a session something."""
        self._server.answer(told)

    def perform(self, do: Callable[[CoreContext], T]) -> T:
        """Have `do` happen as an event of its own."""
        return self._server.hosting.perform(do)


class ServerHost:
    """A server (`mud.copyover.host.Host`). `unknown` are sections of the core's that it does not know, by participant:
    they are handed on as they came."""

    def __init__(self, server: Server, unknown: Mapping[str, dict[str, Section]]) -> None:
        self._server = server
        self._unknown = unknown
        self.play = ServerPlay(server)

    @property
    def config(self) -> Config:
        """Its configuration."""
        return self._server.config

    @property
    def generation(self) -> int:
        """Its generation."""
        return self._server.generation

    @property
    def key(self) -> Key | None:
        """What its snapshots are encrypted with."""
        return self._server.key

    @property
    def modules(self) -> ModuleHost:
        """Its modules."""
        return self._server.hosting

    @property
    def refused(self) -> bool:
        """Whether changes do not reach the database."""
        return self._server.flusher.failing

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside the game."""
        return self._server.start(work)

    def lose_work(self, session: int) -> None:
        """What a session waits for will not be done."""
        self._server.work_lost.append(session)

    # The old program's steps

    def snapshots(self, generation: int, why: Metadata, readers: Mapping[str, Form]) -> list[Snapshot]:
        """The state of every participant, at this instant."""
        now, sessions = time.time(), participants.SessionsState(list(self.play.sessions.by_id.values()))

        def of(shape: Shape[S], state: S) -> Snapshot:
            name = shape.participant
            form, unknown = readers.get(name), self._unknown.get(name)
            return export(shape, state, taken=now, generation=generation, metadata=why, kept=unknown, reader=form)

        core = [of(participants.WORLD, self.play.state()), of(participants.SESSIONS, sessions)]
        return core + self._server.hosting.snapshots(generation, why, readers)

    async def backup(self, path: Path) -> None:
        """Copy the database, if it is open."""
        if self._server.store is not None:
            await self._server.store.backup(path)

    async def settle(self, seconds: float) -> None:
        """Have work that runs finish, and everything written, while the game plays on."""
        server = self._server
        await server.hosting.master.pause_work()  # jobs that are slow to end are so while the game plays on
        server.jobs.pause()
        await server.jobs.settle(seconds)
        await server.flusher.flush()
        if server.store is not None:
            await server.store.checkpoint()

    async def freeze(self) -> None:
        """Stop between two events; the last changes are written, and the database closed."""
        server = self._server
        server.freeze()
        await server.stop_workers()
        if server.store is not None:
            await server.store.relax()
        await server.flusher.flush(last=True)
        await server.close_store()

    def export(self) -> ServerState:
        """What a frozen server leaves to the next."""
        server = self._server
        assert server.listener is not None
        return ServerState(
            listeners=server.listener.fds(),
            wires=[connection.export() for connection in server.connections.values()],
            jobs=CarriedJobs.of(server.jobs.waiting),
            addresses=server.addresses.export(),
            next_session=server.next_session,
            lock=server.lock.fd,
        )

    def leave(self) -> None:
        """End the loop."""
        self._server.stop()

    async def go_on(self) -> None:
        """Undo whatever of settle and freeze was done."""
        await self._server.unfreeze()
