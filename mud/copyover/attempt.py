"""One copyover: an `Attempt` is made at the order, and dropped at every outcome. All that belongs to it is in here.

It lives in two programs: what the new one needs to know of it travels in the hand-over (`Handover.report`).
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


class Order(Struct, frozen=True, kw_only=True):
    """Who wants a copyover, and why. `session` is where to answer, 0 for nowhere. `force` passes soft vetoes.

    It was given `since`; with `until` it waits so long for soft vetoes to clear, and is `repeated` meanwhile. Times are
    of the wall clock.
    """

    by: str
    since: float
    reason: str = ""
    session: int = 0
    force: bool = False
    until: float = 0.0
    repeated: bool = False


class Attempt:
    """A copyover that was ordered, or a trial of the new code, which has no `draft` of a record."""

    def __init__(self, order: Order, target: Target, draft: Draft | None = None) -> None:
        self.order = order
        self.target = target  # the code that is to have the game
        self.draft = draft
        self.phases = PhaseMachine()
        self.code = Code()  # what was rehearsed
        self.report = RehearsalReport()
        self.managing: asyncio.Lock | None = None  # held: nobody loads or reloads a module meanwhile
        self.prepared: list[str] = []  # modules that have to be cleaned up
        self.written: list[str] = []  # the participants whose snapshots are there
        self.handover: Handover | None = None  # all is ready for the next program
        self.gone: dict[int, str] = {}  # sessions that ended meanwhile, and why
        self.thaws: list[float] = []  # when each connection went on, by CLOCK_MONOTONIC
        self.overdue: list[float] = []  # when timers of the wall clock were due that waited at GO
        self.task: asyncio.Task[Any] | None = None  # who is at work on it
        self.cancelled_by = ""
        self.undoing = False  # it came to nothing, and the way back must not be interrupted

    @classmethod
    def taken_over(cls, given: Handover, draft: Draft, target: Target, entered: float) -> Attempt:
        """The one by which this program has the game: the hand-over was in its hands at `entered`, GO is said."""
        record = draft.record
        order = Order(by=record.by, since=record.ordered, reason=record.reason, session=given.session)
        attempt = cls(order, target, draft)
        attempt.phases.go(Phase.RECOVERING, entered)
        attempt.phases.go(Phase.GOING_ON)
        return attempt

    @property
    def has_game(self) -> bool:
        """Whether it is done, but for the report."""
        return self.phases.phase is Phase.GOING_ON
