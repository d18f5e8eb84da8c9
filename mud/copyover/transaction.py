"""A copyover as the old program sees it: phase after phase, and from each of them the way back."""

from __future__ import annotations

import contextlib
import logging
from typing import Protocol

from mud.copyover.attempt import Attempt
from mud.copyover.handover import Handover
from mud.copyover.phases import Phase
from mud.core.errors import CopyoverError, EverwakeError

log = logging.getLogger("mud.copyover")

#: How often code is rehearsed at the most, when it is changed again after each rehearsal.
MAX_REHEARSALS = 3


class Changed(CopyoverError):
    """The code is not what was rehearsed."""


class Steps(Protocol):
    """What is done in the phases. Each step may raise an EverwakeError; `go_on` must not."""

    async def rehearse(self, attempt: Attempt) -> None:
        """Try the new code in a child. The game plays on."""

    async def prepare(self, attempt: Attempt) -> None:
        """Have every module prepare itself, work finish, and everything written. The game plays on."""

    def ask(self, attempt: Attempt) -> None:
        """Ask modules and core whether it may be, now. Raises Vetoed with what stands against it."""

    async def freeze(self, attempt: Attempt) -> None:
        """Stop between two events, and write the last changes.

        Raises Changed, with nothing done, when the new code is not what was rehearsed.
        """

    def export(self, attempt: Attempt) -> Handover:
        """All that the new program needs, snapshots written."""

    async def go_on(self, attempt: Attempt) -> None:
        """Undo whatever of it was done. The game plays on as if nothing had been."""


async def run(attempt: Attempt, steps: Steps) -> Handover:
    """Bring a copyover up to the moment before the new program is started.

    Raises CopyoverError, with the game playing on, when a phase fails.
    """
    try:
        for _ in range(MAX_REHEARSALS - 1):
            with contextlib.suppress(Changed):
                return await _once(attempt, steps)
            log.info("the code was changed after it was rehearsed; it is rehearsed again")
            await _go_back(attempt, steps)
        return await _once(attempt, steps)
    except BaseException as error:
        phase = attempt.phases.phase.value
        await give_up(attempt, steps)
        if isinstance(error, EverwakeError):
            raise CopyoverError(f"while {phase}: {error}") from error
        if isinstance(error, Exception):
            log.exception("the copyover failed while %s", phase)
            raise CopyoverError(f"while {phase}: {type(error).__name__}: {error}") from error
        raise


async def _once(attempt: Attempt, steps: Steps) -> Handover:
    go = attempt.phases.go
    go(Phase.REHEARSING)
    await steps.rehearse(attempt)
    go(Phase.PREPARING)
    await steps.prepare(attempt)
    go(Phase.VETOING)
    steps.ask(attempt)
    go(Phase.STATE_TRANSFERRING)
    await steps.freeze(attempt)
    handover = steps.export(attempt)
    go(Phase.HANDING_OVER)
    return handover


async def give_up(attempt: Attempt, steps: Steps) -> None:
    """Undo a copyover that came to nothing, from any phase. From here on nobody may cancel its task."""
    attempt.undoing = True
    await _go_back(attempt, steps)


async def _go_back(attempt: Attempt, steps: Steps) -> None:
    """Go back to idle from any phase. One that is interrupted has to be done again."""
    await steps.go_on(attempt)
    if attempt.phases.phase is not Phase.IDLE:
        attempt.phases.go(Phase.IDLE)
