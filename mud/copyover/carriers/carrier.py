"""How a hand-over reaches the program that is to have the game: what every way to carry it has in common.

What a hand-over is (`mud.copyover.handover`), how the old program comes to it (`mud.copyover.steps`) and what the new
one makes of it (`mud.copyover.adopt`) is the same, whoever carries it. `exec` is the first way; another one goes
beside it, in a file of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from mud.copyover.handover import Handover
from mud.copyover.target import Target

#: A new program that is not HEALTHY after so many times what its start took in the rehearsal has failed.
REHEARSED_STARTS = 3.0


class Failure(Struct):
    """Why the new program does not have the game; `said` are its last lines.

    With `guardian` the process that plays on is another one than before, and `signals` were on their way to the
    program that is gone.
    """

    why: str
    said: str = ""
    guardian: bool = False
    signals: frozenset[int] = frozenset()

    def __str__(self) -> str:
        return f"{self.why}\n{self.said}" if self.said else self.why


class Carrier(Protocol):
    """The old program's end."""

    def carry(self, handover: Handover, target: Target, seconds: float, taking_back: Callable[[], None]) -> Failure:
        """Give the game to the program that `target` names, which has so many seconds until it is HEALTHY.

        Comes back only when that failed, in whichever process plays on. No thread may run, and no event loop.
        `taking_back` is called before the new program is ended. Raises OSError when it can't even be tried.
        """


class Delivery(Protocol):
    """The new program's end. From `handover` on everything is built; then it asks."""

    @property
    def handover(self) -> Handover:
        """What was handed over."""

    def ask_to_go(self) -> bool:
        """Say HEALTHY and wait for the answer: whether the game is ours."""

    def settle(self, loop: asyncio.AbstractEventLoop) -> None:
        """After GO: see to what the old program leaves behind."""


def patience(least: float, rehearsed: float) -> float:
    """Seconds that the new program may take until it is HEALTHY, after a start in the rehearsal that took so many."""
    return max(least, REHEARSED_STARTS * rehearsed)
