"""Jobs that sessions wait for while the game plays on: password hashes and area files in threads, database look-ups.

A job that has not begun when a copyover freezes the game travels in memory, and the new program begins it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mud.core import events as e
from mud.core.errors import StoreError
from mud.core.world.model import Account
from mud.server import passwords
from mud.server.area_jobs import AreaJobs
from mud.server.flusher import StoreHolder
from mud.store import rows
from mud.store.store import Store
from mud.threads import take_no_signals

log = logging.getLogger("mud.jobs")

T = TypeVar("T")

#: How many hashes are computed at once: argon2 takes a core and 64 MiB for each.
AT_ONCE = 2
#: Seconds by which each failed login of a session delays the next answer.
FAILED_LOGIN_SECONDS = 0.5


class Jobs:
    """Runs jobs, two at a time, and posts their answers as events."""

    def __init__(
        self,
        storage: StoreHolder,
        areas: AreaJobs,
        post: Callable[[e.Event], None],
        known: Callable[[str], Account | None],
        failures: Callable[[int], int],
        failed_login: Callable[[e.LogIn], None],
    ) -> None:
        self._storage = storage
        self.areas = areas
        self._post = post
        self._failed_login = failed_login  # called at once; the client gets the answer later
        self._known = known  # finds the account in memory, which is newer than the database's
        self._failures = failures
        self.waiting: list[e.Job] = []
        self._late: dict[e.Event, asyncio.TimerHandle] = {}
        self._running: dict[asyncio.Task[None], e.Job] = {}
        self._threads: ThreadPoolExecutor | None = None
        self._paused = False

    def add(self, job: e.Job) -> None:
        """Queue a job."""
        self.waiting.append(job)
        self._begin()

    def names(self) -> set[str]:
        """The casefolded names that jobs deal with."""
        jobs = [*self.waiting, *self._running.values()]
        return {j.name.casefold() for j in jobs if isinstance(j, e.CheckName | e.LogIn | e.Register | e.FindPlayer)}

    def pause(self) -> None:
        """Begin no further jobs."""
        self._paused = True

    def resume(self) -> None:
        """Begin jobs again."""
        self._paused = False
        self._begin()

    async def settle(self, seconds: float) -> None:
        """Wait for running jobs. A job that takes longer than `seconds` goes back into the queue."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        for task, job in list(self._running.items()):
            task.cancel()
            self.waiting.insert(0, job)
        self._running.clear()
        for answer, handle in list(self._late.items()):
            handle.cancel()
            self._deliver(answer)  # the failure still counts after a copyover; only its answer comes sooner
        self.close()

    def close(self) -> None:
        """End the threads. They are created again when needed."""
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
            self._threads = None

    def _begin(self) -> None:
        while self.waiting and self._storage.store is not None and not self._paused and len(self._running) < AT_ONCE:
            job = self.waiting.pop(0)
            task = asyncio.get_running_loop().create_task(self._run(job))
            self._running[task] = job
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        if self._running.pop(task, None) is not None:
            self._begin()

    async def _run(self, job: e.Job) -> None:
        try:
            answer = await self._answer(job)
        except Exception as error:
            level = logging.WARNING if isinstance(error, StoreError) else logging.ERROR
            log.log(level, "a job failed: %s", type(job).__name__, exc_info=error)
            self._post(e.JobFailed(job.session))
        else:
            self._give(answer)

    def _give(self, answer: e.Event) -> None:
        """Post an answer; after a failed login with a growing delay, which does not hold up other jobs."""
        if isinstance(answer, e.LoggedIn) and answer.account is None:
            delay = FAILED_LOGIN_SECONDS * (self._failures(answer.session) + 1)
            self._late[answer] = asyncio.get_running_loop().call_later(delay, self._deliver, answer)
        else:
            self._post(answer)

    def _deliver(self, answer: e.Event) -> None:
        self._late.pop(answer, None)
        self._post(answer)

    async def _answer(self, job: e.Job) -> e.Event:
        match job:
            case e.CheckName(session, name):
                return e.NameChecked(session, name, await self._account(name) is not None)
            case e.HashPassword(session, password):
                return e.Hashed(session, await self._thread(passwords.hash_password, password))
            case e.VerifyPassword(session, password, hash_):
                return e.Verified(session, await self._thread(passwords.verify_password, password, hash_))
            case e.Register(session, name, password):
                if await self._account(name) is not None:
                    return e.Registered(session, name, None)
                return e.Registered(session, name, await self._thread(passwords.hash_password, password))
            case e.FindPlayer(session, name):
                known = self._known(name)
                return e.PlayerFound(session, *rows.player(*await self._store.load_player(name), known))
            case e.LogIn():
                return await self._log_in(job)
            case e.ReadAreas() | e.SaveEdits():
                return await self.areas.run(job, self._thread)

    async def _log_in(self, job: e.LogIn) -> e.Event:
        session, name, password = job.session, job.name, job.password
        account = await self._account(name)
        hash_ = account.password if account is not None else await self._thread(passwords.decoy)
        right = await self._thread(passwords.verify_password, password, hash_)
        if account is None or not right:
            self._failed_login(job)
            return e.LoggedIn(session, name, None)
        account, character, items = rows.player(*await self._store.load_player(name), account)
        return e.LoggedIn(session, name, account, character, items)

    async def _account(self, name: str) -> Account | None:
        known = self._known(name)
        if known is not None:
            return known
        row = await self._store.account(name)
        return rows.account(row) if row is not None else None

    @property
    def _store(self) -> Store:
        """The store, which is always open while a job runs."""
        assert self._storage.store is not None
        return self._storage.store

    async def hash(self, password: str) -> str:
        """The hash of a password, computed in one of the threads."""
        return await self._thread(passwords.hash_password, password)

    async def _thread(self, function: Callable[..., T], *args: object) -> T:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(AT_ONCE, "password", take_no_signals)
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *args)
