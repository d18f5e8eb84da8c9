"""Timers: two clocks, in the order in which they fell due, each once."""

from __future__ import annotations

from mud.core.clock import Clock
from mud.core.journal import Journal
from mud.core.timers import ItemDecays, Timers, ZoneReset


class Hands:
    """Two clocks whose hands a test moves."""

    def __init__(self) -> None:
        self.monotonic = self.wall = 1000.0

    def clock(self, game: float = 0.0) -> Clock:
        return Clock(lambda: self.monotonic, lambda: self.wall, game)


def test_game_time_stands_still_while_stopped_and_goes_on_from_there() -> None:
    hands = Hands()
    clock = hands.clock(50.0)
    hands.monotonic += 5
    assert clock.game == 55.0
    clock.stop()
    hands.monotonic += 100
    assert clock.game == 55.0
    clock.go()
    hands.monotonic += 1
    assert clock.game == 56.0


def test_due_in_order_and_each_once() -> None:
    hands = Hands()
    clock, timers = hands.clock(), Timers(Journal())
    for due in (30.0, 10.0, 20.0):
        timers.set(due, ZoneReset(str(due)))
    assert timers.next_in(clock) == 10.0
    hands.monotonic += 25
    taken = [timers.take_due(clock) for _ in range(3)]
    assert [t.payload for t in taken if t] == [ZoneReset("10.0"), ZoneReset("20.0")]
    assert taken[2] is None and timers.next_in(clock) == 5.0


def test_same_moment_in_the_order_they_were_set() -> None:
    hands = Hands()
    clock, timers = hands.clock(), Timers(Journal())
    for number in range(20):
        timers.set(5.0, ItemDecays(str(number)))
    hands.monotonic += 6
    taken = [timers.take_due(clock) for _ in range(20)]
    assert [t.payload for t in taken if t] == [ItemDecays(str(n)) for n in range(20)]


def test_a_cancelled_timer_never_fires() -> None:
    hands = Hands()
    clock, timers = hands.clock(), Timers(Journal())
    timer = timers.set(5.0, ZoneReset("x"))
    timers.cancel(timer.id)
    timers.cancel(timer.id)
    hands.monotonic += 10
    assert timers.take_due(clock) is None and timers.next_in(clock) is None


def test_remaining_time_survives_as_data() -> None:
    hands = Hands()
    clock, timers = hands.clock(100.0), Timers(Journal())
    timers.set(112.4, ZoneReset("x"))
    kept, game = list(timers.pending.values()), clock.game
    other = Hands()  # another program, another monotonic clock
    other.monotonic = 3.0
    restored = Timers(Journal(), kept, timers.serial)
    wait = restored.next_in(other.clock(game))
    assert wait is not None and abs(wait - 12.4) < 1e-9
    assert restored.set(1.0, ZoneReset("y")).id not in {t.id for t in kept}
