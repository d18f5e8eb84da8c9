"""The copyover as the old program sees it: phase after phase, and from each of them the way back."""

from __future__ import annotations

import contextlib
import logging
from typing import Protocol

from mud.copyover.generations import Kept
from mud.copyover.handover import Handover
from mud.copyover.phases import Phase, PhaseMachine
from mud.core.errors import CopyoverError, EverwakeError

log = logging.getLogger("mud.copyover")

#: So often code is rehearsed that is changed meanwhile.
REHEARSALS = 3


class CopyoverHost(Protocol):
    """What a copyover needs of the server. Each step may raise an EverwakeError; `go_on` must not."""

    async def rehearse(self, order: Order) -> None:
        """Try the new code in a child. The game plays on."""

    async def prepare(self) -> None:
        """Have every module prepare itself."""

    def ask(self, force: bool) -> None:
        """Ask every module whether it may be. Raises CopyoverError with the vetoes; with `force` only for hard ones."""

    async def settle(self) -> None:
        """Let workers finish and write everything, while the game plays on."""

    async def freeze(self) -> None:
        """Stop between two events: no socket is read or written, no timer fires. Write the last changes.

        Raises Changed, with nothing done, when the new code is not what was rehearsed.
        """

    def export(self, order: Order) -> Handover:
        """All that the new program needs, snapshots written."""

    async def go_on(self) -> None:
        """Undo whatever of settle and freeze was done. The game plays on as if nothing had been."""


class Changed(CopyoverError):
    """The code is another one than was rehearsed."""


class Order:
    """Who wants a copyover, and why. `session` is where to answer, 0 for nowhere. `force` passes soft vetoes.

    `back_to` is the older generation whose code is to have the game, None for the code of the source tree.
    """

    back_to: Kept | None = None

    def __init__(self, by: str, reason: str = "", session: int = 0, force: bool = False) -> None:
        self.force = force
        self.by = by
        self.reason = reason
        self.session = session
        self.begun = False  # it came to its first phase


class Copyover:
    """The one copyover that there can be at a time."""

    def __init__(self, host: CopyoverHost) -> None:
        self.host = host
        self.machine = PhaseMachine()
        self.order: Order | None = None

    async def run(self, order: Order) -> Handover:
        """Bring a copyover up to the moment before exec.

        Raises CopyoverError, with the game playing on, when there is one already or a phase fails.
        """
        if self.order is not None:
            raise CopyoverError(f"{self.order.by} is at it already ({self.machine.progress()})")
        self.order, order.begun = order, True
        try:
            for _ in range(REHEARSALS - 1):
                with contextlib.suppress(Changed):
                    return await self._once(order)
                log.info("the code was changed after it was rehearsed; it is rehearsed again")
                await self._back()
            return await self._once(order)
        except BaseException as error:
            phase = self.machine.phase.value
            await self.give_up()
            if isinstance(error, EverwakeError):
                raise CopyoverError(f"while {phase}: {error}") from error
            if isinstance(error, Exception):
                log.exception("the copyover failed while %s", phase)
                raise CopyoverError(f"while {phase}: {type(error).__name__}: {error}") from error
            raise

    async def _once(self, order: Order) -> Handover:
        self.machine.go(Phase.REHEARSING)
        await self.host.rehearse(order)
        self.machine.go(Phase.PREPARING)
        await self.host.prepare()
        await self.host.settle()
        self.machine.go(Phase.VETOING)
        self.host.ask(order.force)
        self.machine.go(Phase.STATE_TRANSFERRING)
        await self.host.freeze()
        handover = self.host.export(order)
        self.machine.go(Phase.HANDING_OVER)
        return handover

    async def give_up(self) -> None:
        """Back to idle from wherever it is."""
        await self._back()
        self.order = None

    async def _back(self) -> None:
        await self.host.go_on()
        self.machine.go(Phase.IDLE)
