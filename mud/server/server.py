"""The server: one game, its sockets, its store and its workers, wired together.

It is the composition root: the one place that knows them all. What a copyover does with it is in
`mud.server.copyover_host`, the main program in `mud.server.main`.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from mud import __version__
from mud.config import Config
from mud.control.accounts import actions
from mud.control.control_socket import Control
from mud.copyover.code import Code
from mud.copyover.confirmation import Confirmation
from mud.copyover.observer import CopyoverObserver
from mud.copyover.orders import Copyovers
from mud.core import events as e
from mud.core.errors import StoreError
from mud.core.session import Session, Terminal
from mud.core.world.model import Account
from mud.game import Game
from mud.net.budget import AddressBook, key_of
from mud.net.connection import Connection, turn_away
from mud.net.listener import Listener
from mud.net.render import render
from mud.play.lookup import screen
from mud.server.area_jobs import AreaJobs
from mud.server.copyover_host import ServerHost
from mud.server.flusher import Flusher
from mud.server.jobs import Jobs
from mud.server.module_host import ModuleHost
from mud.server.requests import REQUEST_HANDLERS, answer
from mud.server.turns import TimerAlarm, Turns
from mud.snapshot.envelope import Section
from mud.store.lock import Lock
from mud.store.store import Store

log = logging.getLogger("mud.server")

#: Seconds between two tries to open a database that can't be opened after a copyover.
REOPEN_SECONDS = 2.0
#: What an address is told that has had too much of something.
TOO_MANY = {
    "failed_login": "There have been too many failed logins from your address. Please wait a minute.",
    "creation": "There have been too many new characters from your address. Please come back in an hour.",
}


class Server:
    """Everything that runs. Frozen until `go`: no socket is read or written, no timer fires."""

    def __init__(
        self,
        config: Config,
        loop: asyncio.AbstractEventLoop,
        game: Game,
        generation: int,
        lock: Lock,
        code: Code,
        unknown: Mapping[str, dict[str, Section]] | None = None,
    ) -> None:
        self.config = config
        self.loop = loop
        self.game = game
        self.generation = generation
        self.lock = lock
        self.addresses = AddressBook(config.limits)
        self.connections: dict[int, Connection] = {}
        self.next_session = 1
        self.listener: Listener | None = None
        self.store: Store | None = None
        self._store_is_open = asyncio.Event()
        self.jobs = Jobs(self.answer, self._known_account, self._failures, self._failed_login)
        self.jobs.areas = AreaJobs(config.world, config.cache, lambda: game.world.defs, self.post)
        self.hosting = ModuleHost(self)
        self.key = config.key()
        self.flusher = Flusher(
            game,
            self.post,
            self._session_row,
            self.jobs.names,
            self.hosting.registry,
            generation,
            config.store.flush_seconds,
        )
        self._turns = Turns(loop, game, self.post)
        self._bell = TimerAlarm(loop, game, self.post)
        host = ServerHost(self, unknown or {})
        self.confirmation = Confirmation(host, code)
        self.observer = observer(self)
        self.copyovers = Copyovers(host, self.confirmation, self.observer)
        self.control = Control(config.run / "control.sock", actions(self))
        self.started = time.time()
        self.work_lost: list[int] = []  # sessions that wait for work nobody does any more
        self._frozen = True
        self._closing = False
        self.ending = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._flushing: asyncio.Task[None] | None = None
        self._done: asyncio.Future[None] | None = None

    # Events and effects

    def post(self, event: e.Event) -> None:
        """Let an event happen, and do what it asks for."""
        try:
            effects = self.game.handle(event)
        except Exception:
            log.exception("an event's outputs failed: %s", type(event).__name__)
            return
        self.carry_out(effects)

    def carry_out(self, effects: list[e.Effect]) -> None:
        """Do what an event asked for."""
        for effect in effects:
            try:
                EFFECT_HANDLERS[type(effect)](self, effect)
            except Exception:
                log.exception("an effect failed: %s", type(effect).__name__)
        self._bell.watch()

    def _output(self, effect: e.Output) -> None:
        connection = self.connections.get(effect.session)
        if connection is None:
            return
        look = screen(self.game.sessions.by_id[effect.session], self.game.world)
        connection.echo(not effect.secret)
        if effect.text:
            connection.write(render(effect.text, look))
        if effect.prompt:
            connection.prompt(render(effect.prompt, look))
        connection.flush()

    def _close(self, effect: e.Close) -> None:
        connection = self.connections.get(effect.session)
        if connection is not None:
            connection.close(None)

    def _job(self, job: e.Job) -> None:
        """Have a job done, unless the session's address has had too much of its kind."""
        session = self.game.sessions.by_id[job.session]
        creation = isinstance(job, e.Register) or (isinstance(job, e.HashPassword) and session.account is None)
        what = "failed_login" if isinstance(job, e.LogIn) else "creation" if creation else ""
        if what and self.addresses.exhausted(key_of(session.address), what, time.time()):
            log.warning("refused from=%s reason=too many: %s", session.address, what)
            self.loop.call_soon(self.answer, e.Told(job.session, TOO_MANY[what], answer=True))
        else:
            self.jobs.add(job)

    def _answer(self, effect: Any) -> None:
        self.start(answer(self, effect))

    def _ask_copyovers(self, effect: e.CopyoverRequest) -> None:
        self.start(self.copyovers.answer(effect))

    def _ask_module(self, effect: e.AskModule) -> None:
        self.start(self.hosting.master.answer(effect))

    def _query_module(self, effect: e.QueryModule) -> None:
        self.start(self.hosting.query(effect))

    async def open_store(self) -> Store:
        """The store, once it is open."""
        await self._store_is_open.wait()
        assert self.store is not None
        return self.store

    def _shut_down(self, effect: e.Shutdown) -> None:
        log.info("shutdown by %s", effect.by)
        self.stop()

    def terminate(self) -> None:
        """A signal says that the end has come; also if a copyover is just about to leave."""
        self.ending = True
        self.stop()

    def stop(self) -> None:
        """End `run`: for good, or for a copyover."""
        if self._done is not None and not self._done.done():
            self._done.set_result(None)

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside the game, until it is frozen."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _log_line(self, effect: e.LogLine) -> None:
        logging.getLogger(effect.name).info(effect.text)

    def _address_did(self, effect: e.AddressDid) -> None:
        self.addresses.count(key_of(effect.address), effect.what, time.time())

    # Connections

    def accepted(self, sock: socket.socket, address: str) -> None:
        """A newcomer: a session, if its address has not too many."""
        address_key = key_of(address)
        now = time.time()
        refusal = self.game.world.bans.refusal(address, now) or self.addresses.connect(address_key, now)
        if refusal:
            log.warning("refused from=%s reason=%s", address, refusal)
            turn_away(self.loop, sock, refusal)
            return
        session_id, self.next_session = self.next_session, self.next_session + 1
        try:
            connection = Connection(self.loop, sock, session_id, address, self.config.limits, self)
        except OSError:  # it was gone before we could look at it
            self.addresses.disconnect(address_key)
            raise
        self.connections[session_id] = connection
        connection.start()
        self.post(e.Opened(Session(id=session_id, address=address, stack=[], connected_at=now, last_input=now)))

    def ready(self, connection: Connection) -> None:
        """A connection has lines: it takes its turn among all that have."""
        self._turns.add(connection)

    def answer(self, event: e.Event) -> None:
        """A job's answer: after it, lines that waited for it go on."""
        self.post(event)
        connection = self.connections.get(getattr(event, "session", 0))
        if connection is not None:
            self._turns.wake(connection)

    def closed(self, connection: Connection, reason: str) -> None:
        """A connection is gone."""
        if self.connections.pop(connection.id, None) is not None:
            self.addresses.disconnect(key_of(connection.address))
            self.copyovers.gone(connection.id, reason)
            self.post(e.Lost(connection.id, reason))

    def slowed(self, connection: Connection) -> None:
        """A connection sends more than its budget."""
        self.post(e.Told(connection.id, "You send faster than the game listens: your lines wait their turn."))

    def terminal(self, connection: Connection, terminal: Terminal) -> None:
        """A client told more about itself."""
        self.post(e.TerminalTold(connection.id, terminal))

    # Running

    @property
    def running(self) -> bool:
        """Whether `run` runs, and no copyover or end is under way."""
        return self._done is not None and not self._frozen and not self._closing

    async def run(self) -> None:
        """Serve until stopped. What was frozen goes on first; the store is opened beside the game."""
        self._done = self.loop.create_future()
        self.go()
        try:
            await self._start_workers()
            await self._done
        finally:
            self._done = None

    async def _start_workers(self) -> None:
        if self._flushing is None:
            self._flushing = self.loop.create_task(self._keep_writing())
        self.hosting.begin_work()
        await self.control.start()
        self.observer.begin()
        self.confirmation.begin()

    async def _keep_writing(self) -> None:
        """Open the store, however long that takes: the game plays on in memory. Then flush for ever."""
        while self.store is None:
            try:
                self.store = await Store.open(self.config.database)
            except StoreError as error:
                self.flusher.failed(error)
                await asyncio.sleep(REOPEN_SECONDS)
        self.flusher.store = self.jobs.store = self.store
        self._store_is_open.set()
        self.jobs.resume()
        await self.flusher.run()

    def freeze(self) -> None:
        """Stand still between two events. Not to be called by an event."""
        self._frozen = True
        self.game.clock.stop()
        self._bell.freeze()
        self._turns.freeze()
        if self.listener is not None:
            self.listener.pause()
        for connection in self.connections.values():
            connection.freeze()

    def go(self) -> None:
        """Go on from where it stood: first what fell due, then what players typed."""
        self._frozen = False
        self.game.clock.go()
        self._bell.go()
        while self.work_lost:
            self.answer(e.JobFailed(self.work_lost.pop()))
        for connection in list(self.connections.values()):
            connection.thaw()
            self.copyovers.thawed()
        self._turns.go(list(self.connections.values()))
        if self.listener is not None:
            self.listener.resume()

    async def unfreeze(self) -> None:
        """Go on as if nothing had been: whatever was stopped for a copyover runs again, unless the end has come."""
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
        await self.hosting.pause_work()
        tasks = [t for t in self._tasks if t is not asyncio.current_task()]
        if self._flushing is not None:
            tasks.append(self._flushing)
            self._flushing = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close_store(self) -> None:
        """Close the database; no thread is left."""
        self._store_is_open.clear()
        self.flusher.store = self.jobs.store = None
        if self.store is not None:
            store, self.store = self.store, None
            await store.close()

    async def close(self) -> bool:
        """The end: everything is written, every connection closed. Gives whether it could be written."""
        self._closing = True  # a copyover that is under way is called off, and nothing goes on after it
        await self.copyovers.call_off()
        self.post(e.Announced("The server goes down."))
        self.jobs.pause()
        await self.hosting.end()
        await self.stop_workers()
        self.freeze()
        await self.jobs.settle(1.0)
        try:
            if self.store is None:
                self.flusher.store = self.store = await Store.open(self.config.database)
            await self.flusher.flush(last=True)
        except StoreError as error:
            log.critical("the last changes could not be written: %s", error)
            return False
        finally:
            for connection in list(self.connections.values()):
                connection.thaw()
                connection.close(None)
            if self.listener is not None:
                self.listener.close()
            await self.close_store()
        return True

    # What others ask

    def _known_account(self, name: str) -> Account | None:
        return self.game.world.accounts.get(name.casefold())

    def _failed_login(self, job: e.LogIn) -> None:
        """A wrong password: in the log for fail2ban, and in its address's book, whether the client waits or not."""
        shown = job.name if job.name.isalpha() else "?"  # nobody writes an address of their choice into the log
        logging.getLogger("mud.login").info("login failed name=%s from=%s", shown, job.address)
        self.addresses.count(key_of(job.address), "failed_login", time.time())

    def _failures(self, session_id: int) -> int:
        session = self.game.sessions.by_id.get(session_id)
        return session.failures if session is not None else 0

    def _session_row(self, session_id: int) -> tuple[Any, ...] | None:
        """A logged-in session as the database knows it: what rule 7 compares after a copyover."""
        session = self.game.sessions.by_id.get(session_id)
        connection = self.connections.get(session_id)
        if session is None or session.character is None or connection is None:
            return None
        return (session_id, connection.inode, connection.peer, session.account, session.character)

    def mssp(self) -> dict[str, str]:
        """What crawlers are told (the MSSP specification's official variables)."""
        return {
            "NAME": self.config.server.name,
            "PLAYERS": str(len(self.game.world.players())),
            "UPTIME": str(int(self.started)),
            "CODEBASE": f"Everwake {__version__}",
            "PORT": str(self.listener.port if self.listener else self.config.server.port),
            "ROOMS": str(len(self.game.world.defs.rooms)),
            "AREAS": str(len(self.game.world.defs.areas)),
            "MOBILES": str(len(self.game.world.defs.mobs)),
            "OBJECTS": str(len(self.game.world.defs.items)),
            "ANSI": "1",
            "UTF-8": "1",
            "XTERM 256 COLORS": "1",
        }


def observer(server: Server) -> CopyoverObserver:
    """Whom the configuration asks for."""
    if not server.config.dev.watch:
        return CopyoverObserver()
    from mud.dev.reloader import Reloader  # some milliseconds of a copyover's silence, for who wants it

    return Reloader(server)


#: Who does what an event asked for.
EFFECT_HANDLERS: dict[type, Callable[[Server, Any], None]] = {
    e.Output: Server._output,
    e.Close: Server._close,
    e.CheckName: Server._job,
    e.LogIn: Server._job,
    e.Register: Server._job,
    e.HashPassword: Server._job,
    e.VerifyPassword: Server._job,
    e.FindPlayer: Server._job,
    e.ReadAreas: Server._job,
    e.SaveEdits: Server._job,
    e.CopyoverRequest: Server._ask_copyovers,
    e.Shutdown: Server._shut_down,
    e.LogLine: Server._log_line,
    e.AskModule: Server._ask_module,
    e.QueryModule: Server._query_module,
    e.AddressDid: Server._address_did,
    **dict.fromkeys(REQUEST_HANDLERS, Server._answer),
}
