"""Timers as data: what falls due, when, and by which clock.

A deadline is stored and belongs to the game; the event loop's handle is derived from the earliest one and is
disposable (rule 2). A payload is a small tagged Struct, never a function, so a timer outlives the program that set it.
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
    """What a timer is for."""

    @property
    def clock(self) -> ClockName:
        """The clock that it goes by."""
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
    """Everybody who fights in a room strikes. There is one such timer for each room, while there is a fight in it."""

    room: str


class Mend(Payload, frozen=True, tag="mend"):
    """A body regenerates a little. There is one such timer for each character that is not at its best."""

    character: str


class Pulse(Payload, frozen=True, tag="pulse"):
    """The areas with players in them become active for a while. There is always exactly one such timer."""


class AreaLives(Payload, frozen=True, tag="area_lives"):
    """The mobs of an area act by themselves."""

    area: str


class BringHome(Payload, frozen=True, tag="bring_home"):
    """Whatever is in a room that no longer exists is moved to one that does. Due at once after each start."""


class ModuleTimer(Payload, frozen=True, tag="module", omit_defaults=True):
    """A module's own timer: its `kind`, and the fields of its Struct as plain data, in a schema of its module's.

    As plain data it outlives the code that knows what it means.
    """

    module: str
    kind: str
    data: dict[str, Any]
    by: ClockName
    schema: int = 1

    @property
    def clock(self) -> ClockName:
        """The clock that it goes by."""
        return self.by


class AskEnds(Payload, frozen=True, tag="ask_ends"):
    """The time limit of a module's question `id`: if it is still unanswered, its module is told so, exactly once."""

    module: str
    id: str
    about: str


class CopyoverPlanned(Payload, frozen=True, tag="copyover_planned"):
    """A copyover begins `at`, or is announced at a mark before that. All times are wall clock.

    With `until` it waits up to then for soft vetoes to clear, then gives up; `waits_for` names them.
    """

    at: float
    by: str
    reason: str
    since: float
    until: float = 0.0
    waits_for: str = ""

    @property
    def clock(self) -> ClockName:
        """The clock that it goes by."""
        return "wall"


AnyPayload = (
    (ZoneReset | LinkDeadEnds | ItemDecays | CombatRound | Mend | Pulse | AreaLives | ModuleTimer | AskEnds)
    | CopyoverPlanned
    | BringHome
)  # fmt: skip


class PendingTimer(Struct, frozen=True):
    """A timer that has not fired yet. `due` is in seconds of its payload's clock."""

    id: str
    due: float
    payload: AnyPayload

    @property
    def number(self) -> int:
        """The number in its id: timers are numbered in the order in which they are set."""
        return int(self.id[1:])


#: When a timer is due, its number, how many were pushed before it (an id may come again, in another form), itself.
_Entry = tuple[float, int, int, PendingTimer]


class Timers:
    """All pending timers, soonest first; changes are undoable through the journal."""

    def __init__(self, journal: Journal, pending: list[PendingTimer] | None = None, serial: int = 0) -> None:
        self._journal = journal
        self.pending: dict[str, PendingTimer] = {}
        self.serial = serial
        self.changed = True  # whoever waits for the earliest timer must look again
        # A heap may hold timers that are no longer pending: they are skipped when they reach the front.
        self._parked: set[str] = set()
        self._alike: dict[Hashable, dict[str, PendingTimer]] = {}  # by each key of `_keys`: timers by id
        self._heaps: dict[ClockName, list[_Entry]] = {"game": [], "wall": []}
        self._pushes = 0
        for timer in pending or []:
            self._add(timer)
            self._push(timer)

    def set(self, due: float, payload: AnyPayload) -> PendingTimer:
        """Set a new timer, due at `due` seconds of its payload's clock. Raises ValueError if `due` is not finite."""
        if not math.isfinite(due):
            raise ValueError(f"a timer can't fall due at {due} seconds")
        return self.put(PendingTimer(self.new_id(), due, payload))

    def new_id(self) -> str:
        """An id for a timer, that none has had."""
        self.serial += 1
        return f"t{self.serial}"

    def put(self, timer: PendingTimer) -> PendingTimer:
        """Add a timer with an id that no pending one has."""
        payload = timer.payload
        self._journal.put(self.pending, timer.id, timer)
        for key in _keys(payload):
            if key not in self._alike:
                self._journal.put(self._alike, key, {})
            self._journal.put(self._alike[key], timer.id, timer)
        self._journal.touch("timers", timer.id)
        self._push(timer)
        return timer

    def cancel(self, timer_id: str) -> None:
        """Cancel a timer. It is no error if it is not pending: it may just have fired."""
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
        """The pending timers with exactly this payload. The number of other timers does not matter to its speed."""
        return list(self._alike.get(_keys(payload)[-1], {}).values())

    def find(self, payload: AnyPayload) -> PendingTimer | None:
        """The pending timer with exactly this payload, if any; of several, the one set last."""
        return max(self.like(payload), key=lambda timer: timer.number, default=None)

    def take_due(self, clock: Clock) -> PendingTimer | None:
        """Remove and return the earliest timer that is due by either clock; None when nothing is due.

        To compare timers of two clocks, each clock is asked how long ago its timer fell due. (Time in which the game's
        clock stood still counts: a game timer due before a stop precedes a wall timer that fell due during it.)
        """
        late = [(clock.ago(name, heap[0][0]), name) for name, now, heap in self._fronts(clock) if heap[0][0] <= now]
        if not late:
            return None
        _, name = max(late)
        timer = heapq.heappop(self._heaps[name])[-1]
        del self.pending[timer.id]
        for key in _keys(timer.payload):
            del self._alike[key][timer.id]
            if not self._alike[key]:
                del self._alike[key]
        self._journal.took("timers", timer.id)
        return timer

    def park(self, timer: PendingTimer) -> None:
        """Keep a timer that fell due but whose module is out of service: pending, but not due until `unpark`."""
        self._add(timer)
        self._journal.touch("timers", timer.id)
        self._parked.add(timer.id)

    def unpark(self, module: str) -> None:
        """The module is back: timers that fell due meanwhile are due now, in their order."""
        for timer_id in sorted(self._parked, key=lambda i: int(i[1:])):
            timer = self.pending.get(timer_id)
            if timer is None:
                self._parked.discard(timer_id)
            elif getattr(timer.payload, "module", None) == module:
                self._parked.discard(timer_id)
                self._push(timer)

    def overdue(self, wall: float) -> list[float]:
        """How many seconds late each pending wall-clock timer is at `wall`; for the report of a copyover."""
        heap = self._heaps["wall"]
        return [wall - due for due, _, _, timer in heap if due <= wall and self.pending.get(timer.id) is timer]

    def next_in(self, clock: Clock) -> float | None:
        """Seconds until something is due (0 when it is already), or None."""
        waits = [max(0.0, heap[0][0] - now) for _, now, heap in self._fronts(clock)]
        return min(waits, default=None)

    def _fronts(self, clock: Clock) -> list[tuple[ClockName, float, list[_Entry]]]:
        """Each clock that has a pending timer, with its heap, after removing stale timers from its front."""
        fronts: list[tuple[ClockName, float, list[_Entry]]] = []
        for name, heap in self._heaps.items():
            while heap and self.pending.get(heap[0][-1].id) is not heap[0][-1]:
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
        self._pushes += 1
        entry = (timer.due, timer.number, self._pushes, timer)
        heapq.heappush(self._heaps[timer.payload.clock], entry)


def _keys(payload: AnyPayload) -> tuple[Hashable, ...]:
    """The keys under which a timer is found; the last one is for exactly equal payloads."""
    if isinstance(payload, ModuleTimer):
        kind = (payload.module, payload.kind)
        return kind, (*kind, _frozen(payload.data))
    return (payload,)


def _frozen(data: Any) -> Hashable:
    """Plain data in a hashable form: equal for equal data."""
    if isinstance(data, dict):
        return frozenset((key, _frozen(value)) for key, value in data.items())
    return tuple(map(_frozen, data)) if isinstance(data, list | tuple) else data
