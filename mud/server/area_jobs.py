"""Jobs on area files: read, check and write them in a thread beside the game, one job after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from mud.areas.cache import keep
from mud.areas.outcome import Outcome, outcome
from mud.core import events as e
from mud.core.world.area import WorldDef

log = logging.getLogger("mud.areas")

#: Runs a function in a thread.
Threads = Callable[..., Awaitable[Any]]


class AreaJobs:
    """Runs one job on area files at a time: its result is in the game before the next job begins."""

    def __init__(
        self, directory: Path, cache: Path, defs: Callable[[], WorldDef], post: Callable[[e.Event], None]
    ) -> None:
        self._directory = directory
        self._cache = cache
        self._defs = defs
        self._post = post
        self._lane = asyncio.Lock()

    async def run(self, job: e.AreaJob, thread: Threads) -> e.Event:
        """Run a job, put its result into the game, and return the answer."""
        async with self._lane:
            try:
                found: Outcome = await thread(outcome, job, self._directory, self._defs())
            except OSError as error:
                log.warning("area files: %s", error)
                text = f"The game is as before. {error.filename or self._directory}: {error.strerror or error}."
                return e.Built(job.session, False, text)
            if found.defs is None:
                return found.answer(job.session)
            self._post(e.WorldRead(found.defs, found.areas))
            if self._defs() is not found.defs:  # it failed, and was undone and logged
                text = "The files are right, but the game could not take them. It has been logged."
                return e.Built(job.session, False, text)
            await thread(keep, self._directory, self._cache, found.defs)
            return found.answer(job.session)
