"""The jobs and health checks of modules, which run beside the game."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from mud.core.context import CoreContext
from mud.core.errors import TimedOut
from mud.framework.instance import HANDLER_SECONDS, Instance
from mud.framework.work import CANCEL_SECONDS, ModuleWork, WatchedAwaitable, run_hook
from mud.sdk.module import HealthCheck, Job

log = logging.getLogger("mud.modules")
#: Seconds that background work gets to end when it is cancelled by force.
FORCED_CANCEL_SECONDS = 0.1
#: After a check that ran into its limit the next one waits so many times as long: it may have held the game.
RESTS = 4


class Background:
    """What runs for each module. `work` gives what jobs and checks receive; `failed` is told of a job that raised,
    `heard` what each check complained of, "" for nothing. `context` gives a fresh one for checks in the game."""

    def __init__(
        self,
        work: Callable[[Instance], ModuleWork],
        failed: Callable[[Instance, Exception], None],
        heard: Callable[[Instance, HealthCheck, str], None],
        context: Callable[[], CoreContext],
    ) -> None:
        self._work = work
        self._failed = failed
        self._heard = heard
        self._context = context
        self._tasks: dict[str, set[asyncio.Task[Any]]] = {}

    def begin(self, instance: Instance) -> None:
        """Run a module's jobs and health checks, unless they do already."""
        if self._tasks.get(instance.name):
            return
        work = self._work(instance)
        running: list[Coroutine[Any, Any, None]] = [self._job(instance, job, work) for job in instance.module.jobs]
        running += [self._checks(instance, check, work) for check in instance.module.health]
        self._tasks[instance.name] = {asyncio.get_running_loop().create_task(r) for r in running}

    async def end(self, name: str, force: bool = False) -> None:
        """Cancel what runs for a module, and wait a moment for its end; what does not end is left behind."""
        tasks = {task for task in self._tasks.pop(name, ()) if not task.done()}
        for task in tasks:
            task.cancel()
        if tasks:
            _, deaf = await asyncio.wait(tasks, timeout=FORCED_CANCEL_SECONDS if force else CANCEL_SECONDS)
            if deaf:
                log.error("%s: %d jobs do not end when they are cancelled; they are left behind", name, len(deaf))

    async def end_all(self) -> None:
        """No job or health check runs."""
        for name in list(self._tasks):
            await self.end(name)

    def running(self, name: str) -> int:
        """How many jobs and checks of a module run."""
        return sum(not task.done() for task in self._tasks.get(name, ()))

    async def _job(self, instance: Instance, job: Job, work: ModuleWork) -> None:
        """Run a job; an exception is caught, counted and logged (S3.7)."""
        try:
            await WatchedAwaitable(job.run(work), f"{instance.name}: job {job.name}")
        except Exception as error:
            instance.life.log.exception("the job %s failed", job.name)
            self._failed(instance, error)

    async def _checks(self, instance: Instance, check: HealthCheck, work: ModuleWork) -> None:
        """Run a health check again and again, from one beginning to the next `seconds`, whatever it takes itself."""
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            began = clock()
            error = await self._look(instance, check, work)
            self._heard(instance, check, in_words(error))
            rest = RESTS * (clock() - began) if isinstance(error, TimedOut) else 0.0
            due = max(due + check.seconds, clock() + rest)
            await asyncio.sleep(due - clock())

    async def illness(self, instance: Instance, check: HealthCheck, work: ModuleWork) -> str:
        """What a health check complains of; "" for nothing."""
        return in_words(await self._look(instance, check, work))

    async def _look(self, instance: Instance, check: HealthCheck, work: ModuleWork) -> Exception | None:
        what = f"{instance.name}: health check {check.name}"
        look: Any = check.check
        try:
            if check.in_game:
                instance.examine(self._context(), look, what)
            else:
                await run_hook(look, work, what, check.seconds, min(check.seconds, HANDLER_SECONDS))
        except Exception as error:
            return error
        return None


def in_words(error: Exception | None) -> str:
    """What an exception says of itself; "" if there is none."""
    return "" if error is None else str(error) or type(error).__name__
