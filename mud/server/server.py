"""The server: one game, its sockets, its store and its workers, wired together.

This is the composition root, the only place that knows them all; nothing else is given a `Server`. Its side of a
copyover is `mud.server.copyover_host`, the main program `mud.server.main`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from mud.config import Config
from mud.control.accounts import account_actions
from mud.control.backups import backup_actions
from mud.control.control_socket import Actions, Control
from mud.control.copyovers import copyover_actions
from mud.control.modules import module_actions
from mud.control.workers import worker_actions
from mud.copyover.confirmation import Confirmation
from mud.copyover.observer import CopyoverObserver
from mud.copyover.orders import Copyovers
from mud.copyover.rehearsal import rehearsal
from mud.core import events as e
from mud.core.errors import StoreError
from mud.core.tolerance import tolerated
from mud.game import Game
from mud.server.area_jobs import AreaJobs
from mud.server.connections import Connections
from mud.server.copyover_host import CopyoverHost, GameView
from mud.server.dev_host import DevHost
from mud.server.dispatcher import Dispatcher, EffectHandlers
from mud.server.flusher import Flusher
from mud.server.jobs import Jobs
from mud.server.login_limits import LoginLimits
from mud.server.module_host import ModuleHost
from mud.server.module_queries import ModuleQueries
from mud.server.module_transfer import ModuleTransfer
from mud.server.origin import Origin
from mud.server.requests import Requests
from mud.server.storage import Storage
from mud.server.tasks import Tasks
from mud.snapshot.envelope import Section
from mud.store.lock import Lock

log = logging.getLogger("mud.server")


class Server:
    """All parts of a running server. Frozen until `go`: no socket is read or written, no timer fires."""

    def __init__(
        self,
        config: Config,
        loop: asyncio.AbstractEventLoop,
        game: Game,
        lock: Lock,
        origin: Origin,
    ) -> None:
        self.config = config
        self.loop = loop
        self.game = game
        self.generation = origin.generation
        self.lock = lock
        self.key = config.key()
        self.tasks = Tasks(loop)
        self._writing = Tasks(loop)
        self.storage = Storage(config.database, origin.store)
        self.events = Dispatcher(loop, game)
        self.post = self.events.post
        self.connections = Connections(
            loop, game, config, self.post, lambda session, why: self.copyovers.gone(session, why)
        )
        self.answer = self.connections.answer
        self.modules = ModuleHost(game, config, self.events, Tasks(loop), lambda: self.running)
        self._limits = LoginLimits(self.connections.addresses)
        self.jobs = Jobs(
            self.storage,
            AreaJobs(config.world, config.cache, lambda: game.world.defs, self.post),
            self.answer,
            lambda name: game.world.accounts.get(name.casefold()),
            lambda session: game.sessions.by_id[session].failures if session in game.sessions.by_id else 0,
            self._limits.failed_login,
        )
        self.flusher = Flusher(
            self.storage,
            game,
            self.post,
            self.connections.row,
            self.jobs.names,
            self.modules.registry,
            self.generation,
            config.store.flush_seconds,
        )
        self.requests = Requests(config, game.world, self.storage, self.flusher, self.modules.manager, self.answer)
        self.queries = ModuleQueries(self.storage, self.flusher, self.post)
        host = self._copyover_host(origin.unknown)
        self.confirmation = Confirmation(host, origin.code, origin.rejected)
        self.observer = self._observer()
        self.copyovers = Copyovers(host, self.confirmation, self.observer, rehearsal.check)
        self.events.connect(self._effect_handlers())
        self.control = Control(config.run / "control.sock", self._control_actions())
        self._frozen = True
        self._closing = False
        self.ending = False
        self._stop = asyncio.Event()

    # Wiring

    def _effect_handlers(self) -> EffectHandlers:
        """The handler of each effect."""
        start = self.tasks.start
        return {
            e.Output: self.connections.output,
            e.Close: self.connections.close,
            e.AddressDid: self._limits.count,
            e.CheckName: self._job,
            e.LogIn: self._job,
            e.Register: self._job,
            e.HashPassword: self._job,
            e.VerifyPassword: self._job,
            e.FindPlayer: self._job,
            e.ReadAreas: self._job,
            e.SaveEdits: self._job,
            e.CopyoverRequest: lambda effect: start(self.copyovers.answer(effect), effect.session),
            e.Shutdown: self._shut_down,
            e.LogLine: lambda effect: logging.getLogger(effect.name).info(effect.text),
            e.AskModule: lambda effect: start(self.modules.manager.calls.answer(effect)),
            e.QueryModule: lambda effect: start(self.queries.answer(effect)),
            e.FoundAstray: lambda effect: self.copyovers.astray(effect.lines),
            e.ReadKinds: lambda effect: start(self.requests.read_kinds(effect), effect.session),
            **dict.fromkeys(self.requests.table, lambda effect: start(self.requests.answer(effect), effect.session)),
        }

    def _job(self, job: e.Job) -> None:
        """Queue a job, unless the session's address has exceeded a limit."""
        refusal = self._limits.refusal(job, self.game.sessions.by_id[job.session])
        if refusal:
            self.loop.call_soon(self.answer, e.Told(job.session, refusal, answer=True))
        else:
            self.jobs.add(job)

    def _control_actions(self) -> Actions:
        """The table of requests on the control socket."""
        modules, wall = self.modules, lambda: self.game.clock.wall
        transfer = ModuleTransfer(modules, self.config.server.name, lambda: self.generation, self.key)
        return {
            **account_actions(
                self.game.world.accounts, self.storage, self.flusher, self.jobs, self.post, self.game.commands
            ),
            **backup_actions(self.flusher, lambda path, why: transfer.backup(self.storage.need(), path, why)),
            **copyover_actions(self.copyovers, wall),
            **module_actions(modules.manager, transfer, wall),
            **worker_actions(modules.workers, wall),
        }

    def _copyover_host(self, unknown: Mapping[str, dict[str, Section]]) -> CopyoverHost:
        """The server as a copyover sees it."""
        return CopyoverHost(
            self.config,
            self.generation,
            self.key,
            self.lock,
            self,
            GameView(self.game, self.connections, self.modules),
            self.connections,
            self.modules,
            self.tasks,
            self.jobs,
            self.flusher,
            self.storage,
            unknown,
        )

    def _observer(self) -> CopyoverObserver:
        """The observer of copyovers that the configuration asks for."""
        if not self.config.dev.watch:
            return CopyoverObserver()
        from mud.dev.reloader import Reloader  # takes some milliseconds of a copyover's silence: only where it is used

        host = DevHost(
            self.events,
            self.jobs.areas,
            self.modules.manager,
            lambda: self.copyovers,
            self.confirmation,
            lambda: self.generation,
        )
        return Reloader(self.config, self.loop, host)

    # Running

    @property
    def running(self) -> bool:
        """Whether the game plays, with no copyover and no end under way."""
        return not (self._frozen or self.ending or self._closing)

    async def run(self) -> None:
        """Serve until stopped. First ends the freeze; the store is opened beside the game."""
        self.go()
        await self._start_workers()
        await self._stop.wait()
        self._stop.clear()

    def _shut_down(self, effect: e.Shutdown) -> None:
        log.info("shutdown by %s", effect.by)
        self.terminate()

    def terminate(self) -> None:
        """End the server, whatever it does now: `run`, if it runs, else at once when it begins."""
        self.ending = True
        self._stop.set()

    def leave(self) -> None:
        """End `run`, because a copyover is ready."""
        self._stop.set()

    async def _start_workers(self) -> None:
        if self._writing.idle:
            self._writing.start(self._keep_writing())
        await self.control.start()
        for begin in (self.modules.begin_work, self.observer.begin, self.confirmation.begin):
            with tolerated(log, "work beside the game"):
                begin()

    async def _keep_writing(self) -> None:
        """Open the store, however long that takes (the game plays on in memory), then keep flushing."""
        await self.storage.open_at_last(self.flusher.failed)
        self.jobs.resume()
        await self.flusher.run()

    def freeze(self) -> None:
        """Stand still between two events. Must not be called from an event."""
        self._frozen = True
        self.game.clock.stop()
        self.events.alarm.freeze()
        self.connections.freeze()

    def go(self) -> None:
        """Continue after a freeze: first the due timers, then what players typed."""
        self._frozen = False
        self.game.clock.go()
        self.events.alarm.go()
        self.tasks.give_up_lost(self.answer)
        self.connections.go(self.copyovers.thawed)

    async def unfreeze(self) -> None:
        """Continue as if nothing had happened: restart whatever a copyover stopped, unless the server is ending."""
        if self._closing:
            return
        if self._frozen:
            self.go()
        await self._start_workers()
        self.jobs.resume()

    async def stop_workers(self) -> None:
        """End the flusher, the control socket and all background work; the store stays open."""
        await self.control.stop()
        await self.observer.end()
        await self.confirmation.end()
        await self.modules.pause_work()
        await self.tasks.end()
        await self._writing.end()

    async def close(self) -> bool:
        """End: write everything, close every connection. Returns whether everything could be written."""
        self._closing = True  # so that nothing continues after a copyover that is cancelled now
        await self.copyovers.call_off()
        self.post(e.Announced("The server goes down."))
        self.jobs.pause()
        await self.modules.end()
        await self.stop_workers()
        self.freeze()
        await self.jobs.settle(1.0)
        try:
            await self.storage.open()
            await self.flusher.finish()
        except StoreError as error:
            log.critical("the last changes could not be written: %s", error)
            return False
        finally:
            await self.connections.close_all()
            await self.storage.close()
        return True
