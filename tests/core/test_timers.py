"""Timers: two clocks, in the order in which they fell due, each once."""

from __future__ import annotations

from typing import Any

from mud.core.clock import Clock
from mud.core.journal import Journal
from mud.core.timers import ItemDecays, ModuleTimer, Timers, ZoneReset


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


def of_module(**data: Any) -> ModuleTimer:
    return ModuleTimer("auction", "Ends", data, "wall")


def test_those_with_exactly_one_payload_are_found_among_all_of_their_kind() -> None:
    timers = Timers(Journal())
    set_ = [timers.set(float(n), of_module(lot=n % 5, at=[1, {"x": n % 5}])) for n in range(20)]
    assert timers.like(of_module(at=(1, {"x": 3.0}), lot=3)) == set_[3::5]
    assert timers.find(of_module(lot=3, at=[1, {"x": 3}])) is set_[18]
    assert timers.like(of_module(lot=3)) == [] and len(timers.of("auction", "Ends")) == 20
    timers.cancel(set_[18].id)
    assert timers.find(of_module(lot=3, at=[1, {"x": 3}])) is set_[13]


def test_what_was_set_and_cancelled_in_an_event_that_failed_is_looked_up_as_before() -> None:
    journal = Journal()
    timers = Timers(journal)
    one = timers.set(1.0, of_module(lot=1))
    journal.commit()
    timers.cancel(one.id)
    two = timers.set(2.0, of_module(lot=1))
    three = timers.set(3.0, of_module(lot=2))
    timers.cancel(two.id)
    journal.rollback()
    assert timers.like(of_module(lot=1)) == [one] == timers.of("auction", "Ends")
    assert timers.find(three.payload) is None
    timers.cancel(one.id)
    journal.commit()
    assert timers._alike == {}


def test_nothing_is_remembered_of_timers_that_fired() -> None:
    hands = Hands()
    timers = Timers(Journal())
    for number in range(10):
        timers.set(0.0, of_module(lot=number))
        timers.set(0.0, ItemDecays(str(number)))
    while timers.take_due(hands.clock()) is not None:
        pass
    assert timers._alike == {} == timers.pending
