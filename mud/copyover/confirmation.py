"""Watches the health of a generation: once it has run well for some time it is confirmed, and its code is kept.

A generation runs well while its changes reach the database and no module has gone out of service since its start.
"""

from __future__ import annotations

import asyncio
import logging
import time

from mud import __version__
from mud.config import Config
from mud.copyover import environment
from mud.copyover.code import SHOWN, Code
from mud.copyover.generations import KeptGeneration
from mud.copyover.host import Host
from mud.copyover.locations import CODE, TREE
from mud.copyover.target import generations
from mud.core import events as e
from mud.core.errors import CopyoverError
from mud.framework.lifecycle import ModuleState
from mud.snapshot import participants
from mud.snapshot.form import Form
from mud.store.threads import in_thread

log = logging.getLogger("mud.copyover")

#: Seconds between two checks.
TICK = 1.0
OUT_OF_SERVICE = frozenset((ModuleState.ERROR, ModuleState.FAILED))


def numbered(config: Config, code: Code, generation: int) -> int:
    """The number of a generation that starts from a database of `generation`: a higher one if its code differs from the
    code before."""
    try:
        before = generations(config).index()
    except OSError as error:
        log.error("the kept generations can't be read: %s", error)
        return generation
    return max(generation, before.generation) + (before.digest not in ("", code.digest))


class Confirmation:
    """Watches one generation, which runs `code`, from its start to its confirmation."""

    def __init__(self, host: Host, code: Code, rejected: str = "") -> None:
        self._host = host
        self.code = code
        self._kept = generations(host.config)
        self._needed = host.config.copyover.confirm_seconds
        self._well = 0.0  # seconds for which it has run well without a break
        self._ill: set[str] = set()  # modules that were out of service from the start
        self._forms: dict[str, Form] = {}
        self._why = environment.take_why()  # the reason why this code runs instead of the tree's
        self._rejected = rejected  # the code that the game rolled back from
        self._begun = False
        self._counted = False  # this start was counted by whoever chose this code
        self._over = False  # confirmed: nothing more to watch
        self._task: asyncio.Task[None] | None = None
        self.confirmed = False

    # Starting

    def count(self) -> None:
        """Note a start from the database, which whoever chose this code has counted."""
        self._counted = True
        if self._why:
            log.warning("%s", self._why)
            self._host.play.post(e.Announced(self._why, "admin"))

    def rolled_back(self) -> None:
        """Note at once that the game rolled back to this code: after a kill the rejected code must not start again."""
        try:
            self._kept.reject(self._rejected)
        except OSError as error:
            log.warning("it could not be noted yet that the game went back: %s", error)

    # With the server's workers

    def begin(self) -> None:
        """Watch, or watch again."""
        if not self._begun:
            self._begun = True
            self._ill = self._out_of_service()
            core = (participants.WORLD, participants.SESSIONS)
            self._forms = self._host.modules.forms() | {shape.participant: shape.form for shape in core}
        if not self._over and (self._task is None or self._task.done()):
            self._task = self._host.start(self._watch())

    async def end(self) -> None:
        """Stop watching, and leave no thread."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _watch(self) -> None:
        try:
            self.confirmed = await in_thread(self._start)
            while self._well < self._needed:
                await asyncio.sleep(min(TICK, self._needed))
                self._well = self._well + TICK if self._is_well() else 0.0
            await in_thread(self._confirm)
            self._over = True
        except (OSError, CopyoverError) as error:
            log.error("no rollback to this code will be possible, because it can't be kept: %s", error)

    def _start(self) -> bool:
        """Note which code runs, and keep a copy of it. Returns whether it is confirmed already."""
        try:
            return self._take_down()
        except (OSError, CopyoverError) as error:
            log.warning("this code can't be kept now; another attempt follows when it is confirmed: %s", error)
            return False

    def _take_down(self) -> bool:
        digest = self.code.digest
        if self._rejected:
            self._kept.reject(self._rejected)
        if not self._counted:  # an order chose it
            self._kept.accept(digest)
        self._kept.runs(self._host.generation, digest)
        if self._kept.confirmed(digest):
            self._kept.settled(digest)
            return True
        if not self._counted:
            self._counted = True
            self._kept.starts(digest)
        self._keep()
        return False

    def _keep(self) -> None:
        if CODE == TREE:
            self._kept.keep(self.code.program, TREE)

    def _is_well(self) -> bool:
        return not self._host.refused and self._out_of_service() <= self._ill

    def _out_of_service(self) -> set[str]:
        return set(self._host.modules.in_state(*OUT_OF_SERVICE))

    def _confirm(self) -> None:
        self._kept.settled(self.code.digest)  # it runs well, whatever becomes of its copy
        self._take_down()
        self._keep()  # even if it was confirmed long ago: its copy may be damaged by now
        self._kept.confirm(
            KeptGeneration(
                generation=self._host.generation,
                digest=self.code.digest,
                version=__version__,
                confirmed=time.time(),
                parts=self._forms,
                files={name: file.hash for name, file in self.code.program.items()},
            )
        )
        self.confirmed = True
        log.info("generation %d is confirmed", self._host.generation)

    # Words

    def doubt(self) -> str:
        """A remark for whoever orders a copyover, if this generation is not confirmed; "" if it is."""
        if self.confirmed:
            return ""
        return (
            f"The running code (generation {self._host.generation}) is not confirmed yet: {self._progress()}. "
            "This copyover is safe all the same, but `copyover rollback` could not return to that code."
        )

    def _progress(self) -> str:
        return f"it has run well for {self._well:.0f} s, and {self._needed:g} s are needed"

    def described(self) -> list[str]:
        """Lines that describe this generation."""
        generation, digest = self._host.generation, self.code.digest[:SHOWN]
        how = "confirmed" if self.confirmed else f"not confirmed yet ({self._progress()})"
        lines = [f"This is generation {generation}, code {digest or 'unknown'}, {how}."]
        if CODE != TREE:
            lines.append(self._why or f"It runs from a copy in {CODE}: the game went back to it.")
            lines.append(f"`copyover` takes the code in {TREE}.")
        return lines
