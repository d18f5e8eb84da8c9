"""The running server as a copyover sees it: implements `mud.copyover.host` with the server's parts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from msgspec import Struct

from mud.config import Config
from mud.copyover.handover import CarriedJobs
from mud.copyover.host import ServerState
from mud.core.context import CoreContext, Sessions
from mud.core.errors import StoreError
from mud.core.world.world import World, WorldState
from mud.game import Game
from mud.server.connections import Connections
from mud.server.flusher import Flusher
from mud.server.jobs import Jobs
from mud.server.module_host import ModuleHost
from mud.server.storage import Storage
from mud.server.tasks import Tasks
from mud.snapshot import participants
from mud.snapshot.belongings import take_out, with_belongings
from mud.snapshot.envelope import Metadata, Section, Snapshot
from mud.snapshot.form import Form
from mud.snapshot.participants import SessionsState
from mud.snapshot.seal import Key
from mud.snapshot.shape import Shape, export
from mud.store.lock import Lock

S = TypeVar("S", bound=Struct)
T = TypeVar("T")


class Lifecycle(Protocol):
    """How to stop a server and let it continue."""

    def freeze(self) -> None:
        """Stand still between two events."""

    async def stop_workers(self) -> None:
        """End all background work; the store stays open."""

    async def unfreeze(self) -> None:
        """Continue as if nothing had happened."""

    def leave(self) -> None:
        """End the event loop."""


class GameView:
    """The game of a server (`mud.copyover.host.RunningGame`)."""

    def __init__(self, game: Game, connections: Connections, modules: ModuleHost) -> None:
        self._game = game
        self._connections = connections
        self._modules = modules
        self.post = modules.post
        self.answer = connections.answer

    @property
    def world(self) -> World:
        """The world."""
        return self._game.world

    @property
    def sessions(self) -> Sessions:
        """All sessions."""
        return self._game.sessions

    @property
    def wall(self) -> float:
        """The game's wall clock, in seconds."""
        return self._game.clock.wall

    def state(self) -> WorldState:
        """The world's state at this instant."""
        return self._game.world.state(self._game.clock.game)

    def connected(self, session: int) -> bool:
        """Whether a session has a connection."""
        return session in self._connections.by_session

    def perform(self, do: Callable[[CoreContext], T]) -> T:
        """Run `do` as an event of its own."""
        return self._modules.perform(do)


class CopyoverHost:
    """A server (`mud.copyover.host.Host`). `unknown` holds the core's sections that this version does not know, by
    participant: they are passed on unchanged."""

    def __init__(
        self,
        config: Config,
        generation: int,
        key: Key | None,
        lock: Lock,
        lifecycle: Lifecycle,
        play: GameView,
        connections: Connections,
        modules: ModuleHost,
        tasks: Tasks,
        jobs: Jobs,
        flusher: Flusher,
        storage: Storage,
        unknown: Mapping[str, dict[str, Section]],
    ) -> None:
        self.config = config
        self.generation = generation
        self.key = key
        self.play = play
        self.modules = modules
        self.start = tasks.start
        self._lock = lock
        self._lifecycle = lifecycle
        self._connections = connections
        self._jobs = jobs
        self._flusher = flusher
        self._storage = storage
        self._unknown = unknown

    @property
    def unopened(self) -> str:
        """Why the database can't be opened; "" where it is open, or nobody has failed to open it yet."""
        return self._storage.failure

    @property
    def refused(self) -> bool:
        """Whether the database refuses changes."""
        return self._flusher.failing

    # The old program's steps

    def snapshots(self, generation: int, why: Metadata, readers: Mapping[str, Form]) -> list[Snapshot]:
        """The state of every participant, at this instant."""
        now = time.time()
        modules = self.modules.snapshots(generation, why, readers)
        world, sessions = self.play.state(), list(self.play.sessions.by_id.values())
        if participants.apart(readers):
            world, sessions, theirs = take_out(world, sessions, {snapshot.participant for snapshot in modules})
            for name in theirs:
                theirs[name] = self.modules.lowered(name, theirs[name], readers.get(name))
            modules = [with_belongings(snapshot, theirs[snapshot.participant]) for snapshot in modules]

        def of(shape: Shape[S], state: S) -> Snapshot:
            name = shape.participant
            form, unknown = readers.get(name), self._unknown.get(name)
            return export(shape, state, taken=now, generation=generation, metadata=why, kept=unknown, reader=form)

        return [of(participants.WORLD, world), of(participants.SESSIONS, SessionsState(sessions)), *modules]

    async def backup(self, path: Path) -> None:
        """Copy the database, if it is open."""
        if self._storage.store is not None:
            await self._storage.store.backup(path)

    async def settle(self, seconds: float) -> None:
        """Let running work finish, and write everything, while the game plays on."""
        await self.modules.manager.pause_work()  # slow jobs end now, while the game plays on
        self._jobs.pause()
        await self._jobs.settle(seconds)
        store = await self._storage.opened_within(seconds)
        await self._flusher.flush()
        await store.checkpoint()

    async def freeze(self) -> None:
        """Stop between two events, write the last changes, and close the database."""
        self._lifecycle.freeze()
        await self._lifecycle.stop_workers()
        await self._storage.need().relax()
        await self._flusher.finish()
        await self._storage.close()

    def export(self) -> ServerState:
        """What a frozen server leaves to the next program. Raises StoreError if a change is not written."""
        if not self._flusher.finished:  # the next program would not know of it
            raise StoreError("something was changed after the last changes were written")
        connections = self._connections
        assert connections.listener is not None
        return ServerState(
            listeners=connections.listener.fds(),
            wires=connections.export(),
            partings=connections.farewells.export(),
            jobs=CarriedJobs.of(self._jobs.waiting),
            addresses=connections.addresses.export(),
            next_session=connections.next_session,
            lock=self._lock.fd,
            unwritable=list(self._flusher.stuck),
        )

    def leave(self) -> None:
        """End the event loop."""
        self._lifecycle.leave()

    async def go_on(self) -> None:
        """Undo whatever part of settle and freeze was done."""
        await self._lifecycle.unfreeze()
