"""A copyover in the old program: phase after phase, and the way back from each."""

from __future__ import annotations

import contextlib
import logging
from typing import Protocol

from mud.copyover.attempt import Attempt
from mud.copyover.handover import Handover
from mud.copyover.phases import Phase
from mud.core.errors import CopyoverError, EverwakeError

log = logging.getLogger("mud.copyover")

#: How often code is rehearsed at most, if it keeps changing after the rehearsal.
MAX_REHEARSALS = 3


class CodeChanged(CopyoverError):
    """The code differs from what was rehearsed."""


class Steps(Protocol):
    """What is done in each phase. Every step may raise an EverwakeError, except `go_on`."""

    async def rehearse(self, attempt: Attempt) -> None:
        """Try the new code in a child process. The game plays on."""

    async def prepare(self, attempt: Attempt) -> None:
        """Let every module prepare itself and running work finish, and write everything. The game plays on."""

    def ask(self, attempt: Attempt) -> None:
        """Ask modules and core for vetoes. Raises Vetoed."""

    async def freeze(self, attempt: Attempt) -> None:
        """Stop between two events, and write the last changes.

        Raises CodeChanged, with nothing done, if the new code is not what was rehearsed.
        """

    def export(self, attempt: Attempt) -> Handover:
        """Write the snapshots, and return everything else that the new program needs."""

    def leave(self, attempt: Attempt, handover: Handover) -> None:
        """Have the new program started, once the event loop has ended."""

    async def go_on(self, attempt: Attempt) -> None:
        """Undo whatever was done. The game plays on as if nothing had happened."""


async def run(attempt: Attempt, steps: Steps) -> None:
    """Carry out a copyover up to the moment before the new program is started.

    Raises CopyoverError if a phase fails; the game plays on.
    """
    try:
        for _ in range(MAX_REHEARSALS - 1):
            with contextlib.suppress(CodeChanged):
                await _once(attempt, steps)
                return
            log.info("the code was changed after it was rehearsed; it is rehearsed again")
            await _go_back(attempt, steps)
        await _once(attempt, steps)
    except BaseException as error:
        phase = attempt.phases.phase.value
        await give_up(attempt, steps)
        if isinstance(error, EverwakeError):
            raise CopyoverError(f"while {phase}: {error}") from error
        if isinstance(error, Exception):
            log.exception("the copyover failed while %s", phase)
            raise CopyoverError(f"while {phase}: {type(error).__name__}: {error}") from error
        raise


async def _once(attempt: Attempt, steps: Steps) -> None:
    go = attempt.phases.go
    go(Phase.REHEARSING)
    attempt.check_wanted()
    await steps.rehearse(attempt)
    go(Phase.PREPARING)
    await steps.prepare(attempt)
    go(Phase.VETOING)
    steps.ask(attempt)
    go(Phase.STATE_TRANSFERRING)
    await steps.freeze(attempt)
    handover = steps.export(attempt)
    go(Phase.HANDING_OVER)
    steps.leave(attempt, handover)


async def give_up(attempt: Attempt, steps: Steps) -> None:
    """Undo a copyover that came to nothing, from any phase. From here on nobody may cancel its task."""
    attempt.undoing, attempt.handover = True, None
    await _go_back(attempt, steps)


async def _go_back(attempt: Attempt, steps: Steps) -> None:
    """Go back to idle from any phase. One that is interrupted has to be done again."""
    await steps.go_on(attempt)
    if attempt.phases.phase is not Phase.IDLE:
        attempt.phases.go(Phase.IDLE)
