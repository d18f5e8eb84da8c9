"""One copyover: an `Attempt` is made when it is ordered and dropped at every outcome. It holds all that belongs to it.

An attempt exists in two programs: what the new one needs of it travels in the hand-over (`Handover.report`).
"""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct

from mud.copyover.code import Code
from mud.copyover.handover import Handover
from mud.copyover.history import Draft
from mud.copyover.phases import Phase, PhaseMachine
from mud.copyover.rehearsal.report import RehearsalReport
from mud.copyover.target import Target
from mud.core.errors import CopyoverError


class Order(Struct, frozen=True, kw_only=True):
    """Who ordered a copyover, and why. `session` gets the answer (0: nobody). `force` overrides soft vetoes.

    `since` is when it was ordered. With `until` it waits up to that time for soft vetoes to clear, and is then
    `repeated`. Times are wall-clock seconds.
    """

    by: str
    since: float
    reason: str = ""
    session: int = 0
    force: bool = False
    until: float = 0.0
    repeated: bool = False


class Attempt:
    """A copyover that was ordered, or a mere check of the new code, which has no `draft` of a record."""

    def __init__(self, order: Order, target: Target, draft: Draft | None = None) -> None:
        self.order = order
        self.target = target  # the code that is to run the game
        self.draft = draft
        self.phases = PhaseMachine()
        self.code = Code()  # the code that was rehearsed
        self.report = RehearsalReport()
        self.managing: asyncio.Lock | None = None  # held meanwhile, so that nobody loads or reloads a module
        self.prepared: list[str] = []  # modules whose `cleanup` has to be called on the way back
        self.written: list[str] = []  # the participants whose snapshots are on the disk
        self.handover: Handover | None = None  # set once everything is ready for the new program
        self.gone: dict[int, str] = {}  # sessions that ended meanwhile, with the reason
        self.thaws: list[float] = []  # when each connection was thawed, by CLOCK_MONOTONIC
        self.overdue: list[float] = []  # the due times of the wall-clock timers that were overdue at GO
        self.task: asyncio.Task[Any] | None = None  # the task that carries it out
        self.cancelled_by = ""
        self.undoing = False  # it came to nothing, and the way back must not be interrupted

    @classmethod
    def taken_over(cls, given: Handover, draft: Draft, target: Target, entered: float) -> Attempt:
        """The attempt that gave this program the game. It received the hand-over at `entered`; GO has been said."""
        record = draft.record
        order = Order(by=record.by, since=record.ordered, reason=record.reason, session=given.session)
        attempt = cls(order, target, draft)
        attempt.phases.go(Phase.RECOVERING, entered)
        attempt.phases.go(Phase.GOING_ON)
        return attempt

    def check_wanted(self) -> None:
        """Raise CopyoverError if it was cancelled: whatever was awaited then may have swallowed the cancellation."""
        if self.cancelled_by:
            raise CopyoverError(f"{self.cancelled_by} called it off")

    @property
    def has_game(self) -> bool:
        """Whether it has succeeded, and only its report is still to be written."""
        return self.phases.phase is Phase.GOING_ON
