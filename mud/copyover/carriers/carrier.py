"""The protocols of a carrier, which brings a hand-over to the new program.

The hand-over itself (`mud.copyover.handover`), how the old program makes it (`mud.copyover.steps`) and what the new one
does with it (`mud.copyover.adopt`) are the same for every carrier. `exec` is the first carrier; others go beside it,
each in its own file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from mud.copyover.handover import Handover
from mud.copyover.target import Target

#: The new program has failed if it is not HEALTHY after this many times the duration of its start in the rehearsal.
REHEARSED_STARTS = 3.0


class Failure(Struct):
    """Why the new program does not have the game. `said`: the last lines of its output.

    `began`: it was running. `moved`: the process that plays on is a fork of the old one, with another id and without
    its threads.
    """

    why: str
    said: str = ""
    began: bool = False
    moved: bool = False

    def __str__(self) -> str:
        return f"{self.why}\n{self.said}" if self.said else self.why


class Carrier(Protocol):
    """The old program's end."""

    def carry(self, handover: Handover, target: Target, seconds: float, taking_back: Callable[[], None]) -> Failure:
        """Give the game to the program that `target` names, which has `seconds` to become HEALTHY.

        Returns only on failure, in the process that plays on. No thread and no event loop may run. Calls `taking_back`
        before it ends the new program. Raises OSError if it can't even be tried.
        """


class Delivery(Protocol):
    """The new program's end: it takes `handover`, builds everything from it, then calls `ask_to_go`."""

    @property
    def handover(self) -> Handover:
        """What was handed over."""

    def ask_to_go(self) -> bool:
        """Say HEALTHY and wait for the answer; True if the game is ours."""

    def settle(self, loop: asyncio.AbstractEventLoop) -> None:
        """After GO: clean up what the old program leaves behind."""


def patience(least: float, rehearsed: float) -> float:
    """Seconds that the new program has to become HEALTHY, if its start took `rehearsed` seconds in the rehearsal."""
    return max(least, REHEARSED_STARTS * rehearsed)
