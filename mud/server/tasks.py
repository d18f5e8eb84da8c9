"""Background work that ends when the server stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from mud.core import events as e


class Tasks:
    """The background tasks that run now, and the sessions that wait for one that was cancelled."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._running: set[asyncio.Task[Any]] = set()
        self.lost: list[int] = []  # sessions whose work nobody does any more

    @property
    def idle(self) -> bool:
        """Whether none runs."""
        return not self._running

    def start(self, work: Coroutine[Any, Any, None], session: int = 0) -> asyncio.Task[None]:
        """Start `work`, whose answer `session` waits for (0: nobody does)."""
        task = self._loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(partial(self._ended, session))
        return task

    def _ended(self, session: int, task: asyncio.Task[Any]) -> None:
        # a task that is cancelled before its first step never runs, so the work itself can't note this
        self._running.discard(task)
        if session and task.cancelled():
            self.lost.append(session)

    async def end(self) -> None:
        """Cancel all tasks but the one that calls this, and wait until they have ended."""
        others = [task for task in self._running if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def give_up_lost(self, answer: Callable[[e.JobFailed], None]) -> None:
        """Tell the sessions whose work was cancelled that it was not done."""
        while self.lost:
            answer(e.JobFailed(self.lost.pop()))
