"""Timers as data: what falls due, when, and by which clock.

A deadline is stored and belongs to the game; the event loop's handle is derived from the earliest one and thrown
away (rule 2). A payload is a small tagged Struct, never a function, so a timer outlives the program that set it.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Hashable
from typing import Any

from msgspec import Struct

from mud.core.clock import Clock, ClockName
from mud.core.journal import Journal


class Payload(Struct, frozen=True, tag_field="type"):
    """What a timer is about."""

    @property
    def clock(self) -> ClockName:
        """By which clock it lives."""
        return "game"


class ZoneReset(Payload, frozen=True, tag="zone_reset"):
    """Reset the zone of `area`."""

    area: str


class LinkDeadEnds(Payload, frozen=True, tag="link_dead_ends"):
    """A character that lost its connection leaves the world."""

    character: str


class ItemDecays(Payload, frozen=True, tag="item_decays"):
    """An item falls to dust."""

    item: str


class CombatRound(Payload, frozen=True, tag="combat_round"):
    """Everybody who fights in a room strikes. There is one such timer a room, and only while they do."""

    room: str


class Mend(Payload, frozen=True, tag="mend"):
    """A body mends a little. There is one such timer for whoever is not at their best."""

    character: str


class Pulse(Payload, frozen=True, tag="pulse"):
    """The areas with players in them are to live for a while. There is always one such timer."""


class AreaLives(Payload, frozen=True, tag="area_lives"):
    """The mobs of an area do what they like to do."""

    area: str


class BringHome(Payload, frozen=True, tag="bring_home"):
    """Whoever and whatever is in a room that is gone is brought to one that is there. Due at once after each start."""


class ModuleTimer(Payload, frozen=True, tag="module"):
    """A module's own timer: its `kind`, and the fields of its Struct as plain data.

    So a timer outlives the code that knows what it means.
    """

    module: str
    kind: str
    data: dict[str, Any]
    by: ClockName

    @property
    def clock(self) -> ClockName:
        """By which clock it lives."""
        return self.by


class AskEnds(Payload, frozen=True, tag="ask_ends"):
    """Question number `id` of a module was never answered: it gets told so, and exactly once either way."""

    module: str
    id: str
    about: str


class CopyoverPlanned(Payload, frozen=True, tag="copyover_planned"):
    """A copyover is to begin `at`, or this is a mark before it at which it is announced. All by the wall clock.

    With `until` it waits for soft vetoes to clear, and is given up then; `waits_for` says for which.
    """

    at: float
    by: str
    reason: str
    since: float
    until: float = 0.0
    waits_for: str = ""

    @property
    def clock(self) -> ClockName:
        """By which clock it lives."""
        return "wall"


AnyPayload = (
    (ZoneReset | LinkDeadEnds | ItemDecays | CombatRound | Mend | Pulse | AreaLives | ModuleTimer | AskEnds)
    | CopyoverPlanned
    | BringHome
)  # fmt: skip


class PendingTimer(Struct, frozen=True):
    """`due` in seconds of the payload's clock."""

    id: str
    due: float
    payload: AnyPayload

    @property
    def number(self) -> int:
        """Timers are numbered as they are set."""
        return int(self.id[1:])


class Timers:
    """All pending timers; undoable through the journal, soonest first."""

    def __init__(self, journal: Journal, pending: list[PendingTimer] | None = None, serial: int = 0) -> None:
        self._journal = journal
        self.pending: dict[str, PendingTimer] = {}
        self.serial = serial
        self.changed = True  # there may be an earlier timer than whoever waits for the earliest knows
        # A heap may hold timers that are no longer pending: they are passed over when they come up.
        self._parked: set[str] = set()
        self._alike: dict[Hashable, dict[str, PendingTimer]] = {}  # by each of `_keys`: those alike, by id
        self._heaps: dict[ClockName, list[tuple[float, int, PendingTimer]]] = {"game": [], "wall": []}
        for timer in pending or []:
            self._add(timer)
            self._push(timer)

    def set(self, due: float, payload: AnyPayload) -> PendingTimer:
        """A new timer, due at `due` seconds of its payload's clock. Raises ValueError when that is no point in time."""
        if not math.isfinite(due):
            raise ValueError(f"a timer can't fall due at {due} seconds")
        self.serial += 1
        timer = PendingTimer(f"t{self.serial}", due, payload)
        self._journal.put(self.pending, timer.id, timer)
        for key in _keys(payload):
            if key not in self._alike:
                self._journal.put(self._alike, key, {})
            self._journal.put(self._alike[key], timer.id, timer)
        self._journal.touch("timers", timer.id)
        self._push(timer)
        return timer

    def cancel(self, timer_id: str) -> None:
        """Forget a timer. One that is not pending is no error: it may just have fired."""
        timer = self.pending.get(timer_id)
        if timer is not None:
            self._journal.drop(self.pending, timer_id)
            for key in _keys(timer.payload):
                self._journal.drop(self._alike[key], timer_id)
                if not self._alike[key]:
                    self._journal.drop(self._alike, key)
            self._journal.touch("timers", timer_id)

    def of(self, module: str, kind: str) -> list[PendingTimer]:
        """A module's pending timers of a kind."""
        return list(self._alike.get((module, kind), {}).values())

    def like(self, payload: AnyPayload) -> list[PendingTimer]:
        """The pending timers with exactly this payload. However many others there are, it takes no longer."""
        return list(self._alike.get(_keys(payload)[-1], {}).values())

    def find(self, payload: AnyPayload) -> PendingTimer | None:
        """The pending timer with exactly this payload, if any; of several, the latest set."""
        return max(self.like(payload), key=lambda timer: timer.number, default=None)

    def take_due(self, clock: Clock) -> PendingTimer | None:
        """The earliest timer that is due by either clock, no longer pending; None when nothing is due.

        To order two clocks against each other, each is asked how long ago its timer fell due. (What the game's clock
        stood still between counts: it fell due before what did in that silence.)
        """
        late = [(clock.ago(name, heap[0][0]), name) for name, now, heap in self._fronts(clock) if heap[0][0] <= now]
        if not late:
            return None
        _, name = max(late)
        timer = heapq.heappop(self._heaps[name])[2]
        del self.pending[timer.id]
        for key in _keys(timer.payload):
            del self._alike[key][timer.id]
            if not self._alike[key]:
                del self._alike[key]
        self._journal.dirty.add(("timers", timer.id))
        return timer

    def park(self, timer: PendingTimer) -> None:
        """Keep a timer that fell due and has nobody to go to now: pending, but not due until `unpark`."""
        self._add(timer)
        self._journal.touch("timers", timer.id)
        self._parked.add(timer.id)

    def unpark(self, module: str) -> None:
        """The module is there again: what fell due meanwhile is due now, in its order."""
        for timer_id in sorted(self._parked, key=lambda i: int(i[1:])):
            timer = self.pending.get(timer_id)
            if timer is None:
                self._parked.discard(timer_id)
            elif getattr(timer.payload, "module", None) == module:
                self._parked.discard(timer_id)
                self._push(timer)

    def overdue(self, wall: float) -> list[float]:
        """By how many seconds each pending timer of the wall clock is late at `wall`; for the report of a copyover."""
        heap = self._heaps["wall"]
        return [wall - due for due, _, timer in heap if due <= wall and self.pending.get(timer.id) is timer]

    def next_in(self, clock: Clock) -> float | None:
        """Seconds until something is due (0 when it is already), or None."""
        waits = [max(0.0, heap[0][0] - now) for _, now, heap in self._fronts(clock)]
        return min(waits, default=None)

    def _fronts(self, clock: Clock) -> list[tuple[ClockName, float, list[tuple[float, int, PendingTimer]]]]:
        """The clocks that have a pending timer at the front of their heap, the stale ones thrown out."""
        fronts: list[tuple[ClockName, float, list[tuple[float, int, PendingTimer]]]] = []
        for name, heap in self._heaps.items():
            while heap and self.pending.get(heap[0][2].id) is not heap[0][2]:
                heapq.heappop(heap)
            if heap:
                fronts.append((name, clock.game if name == "game" else clock.wall, heap))
        return fronts

    def _add(self, timer: PendingTimer) -> None:
        self.pending[timer.id] = timer
        for key in _keys(timer.payload):
            self._alike.setdefault(key, {})[timer.id] = timer

    def _push(self, timer: PendingTimer) -> None:
        self.changed = True
        entry = (timer.due, timer.number, timer)
        heapq.heappush(self._heaps[timer.payload.clock], entry)


def _keys(payload: AnyPayload) -> tuple[Hashable, ...]:
    """Under what a timer is looked up; the last one is for those with exactly this payload."""
    if isinstance(payload, ModuleTimer):
        kind = (payload.module, payload.kind)
        return kind, (*kind, _frozen(payload.data))
    return (payload,)


def _frozen(data: Any) -> Hashable:
    """Plain data as something to look up by: equal for equal data."""
    if isinstance(data, dict):
        return frozenset((key, _frozen(value)) for key, value in data.items())
    return tuple(map(_frozen, data)) if isinstance(data, list | tuple) else data
