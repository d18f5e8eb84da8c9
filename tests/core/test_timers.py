"""Timers: two clocks, in the order in which they fell due, each once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mud.api import Command, Context, Module, On, State, WallTimer
from mud.core.clock import Clock
from mud.core.journal import Journal
from mud.core.timers import ItemDecays, ModuleTimer, PendingTimer, Timers, ZoneReset
from mud.testing import Kit


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


@pytest.mark.parametrize("due", [float("inf"), float("-inf"), float("nan")])
def test_a_timer_at_no_time_is_refused(due: float) -> None:
    timers = Timers(Journal())
    with pytest.raises(ValueError, match="can't fall due"):
        timers.set(due, ItemDecays("i1"))
    assert timers.pending == {} and timers.serial == 0


def test_who_waits_is_told_that_there_is_another_and_the_flush_that_one_fired() -> None:
    hands, journal = Hands(), Journal()
    timers = Timers(journal)
    timers.changed = False
    timer = timers.set(0.0, ItemDecays("i1"))
    journal.commit()
    assert timers.changed and journal.dirty == {("timers", timer.id)}
    journal.dirty.clear()
    assert timers.take_due(hands.clock(1.0)) is timer
    assert journal.dirty == {("timers", timer.id)}


def test_only_the_timers_of_a_module_that_is_back_are_due_again() -> None:
    hands = Hands()
    timers = Timers(Journal())
    for module in ("auction", "bank"):
        timers.set(0.0, ModuleTimer(module, "Ends", {}, "game"))
    clock = hands.clock(1.0)
    while (timer := timers.take_due(clock)) is not None:
        timers.park(timer)
    timers.unpark("bank")
    due = timers.take_due(clock)
    assert due is not None and isinstance(due.payload, ModuleTimer) and due.payload.module == "bank"
    assert timers.take_due(clock) is None and len(timers.pending) == 1


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


@pytest.mark.parametrize("known", [True, False])
def test_what_fell_due_before_a_silence_comes_before_what_fell_due_in_it(known: bool) -> None:  # S0.15
    hands = Hands()
    clock, timers = hands.clock(10.0), Timers(Journal())
    timers.set(11.95, ZoneReset("fifty milliseconds before"))
    timers.set(12.01, ZoneReset("after it"))
    timers.set(1002.1, of_module(when="a tenth of a second into it"))
    timers.set(1001.9, of_module(when="a tenth of a second before"))
    hands.monotonic = hands.wall = 1002.0
    clock.stop()
    kept, frozen, game = list(timers.pending.values()), hands.monotonic, clock.game
    hands.monotonic = hands.wall = 1002.2
    if not known:  # it is the old program that goes on
        clock.go()
    else:
        timers, clock = Timers(Journal(), kept, timers.serial), hands.clock(game)
        clock.stop(frozen)
        clock.go()
    hands.monotonic += 0.02
    hands.wall += 0.02
    assert [timer.due for timer in drained(timers, clock)] == [1001.9, 11.95, 1002.1, 12.01]


def drained(timers: Timers, clock: Clock) -> list[PendingTimer]:
    """All that is due, as it comes."""
    return list(iter(lambda: timers.take_due(clock), None))


TENTHS = st.integers(0, 600).map(lambda n: n / 10)
#: What may happen: a timer is set so far ahead on one of the clocks, time goes by, somebody sets the wall clock, a
#: copyover takes so long, the server is killed at once after a flush and started again so much later.
HAPPENS = st.one_of(
    st.tuples(st.sampled_from(("game", "wall")), TENTHS),
    st.tuples(st.just("wait"), TENTHS),
    st.tuples(st.just("set"), st.integers(-72000, 72000).map(lambda n: n / 10)),
    st.tuples(st.just("copyover"), TENTHS),
    st.tuples(st.just("restart"), TENTHS),
)


@given(st.lists(HAPPENS, max_size=60))
def test_each_timer_comes_once_and_in_its_order_wherever_the_wall_clock_is_set(steps: list[tuple[str, float]]) -> None:
    # S0.15
    hands, journal = Hands(), Journal()
    clock, timers = hands.clock(), Timers(journal)
    pending: list[PendingTimer] = []
    played = 0.0
    for what, seconds in steps:
        if what == "game":
            pending.append(timers.set(clock.game + seconds, ZoneReset("x")))
        elif what == "wall":
            pending.append(timers.set(clock.wall + seconds, of_module(lot=1)))
        elif what == "set":
            hands.wall += seconds
        else:
            frozen, game = hands.monotonic, clock.game
            hands.monotonic += seconds
            hands.wall += seconds
            played += seconds if what == "wait" else 0.0
            if what != "wait":
                timers = Timers(journal, list(timers.pending.values()), timers.serial)
                hands.monotonic = 5.0 if what == "restart" else hands.monotonic  # the machine, too
                clock = hands.clock(game)
                clock.stop(frozen if what == "copyover" else None)
                clock.go()
        assert abs(clock.game - played) < 1e-6
        came = drained(timers, clock)
        due = [timer for timer in pending if clock.ago(timer.payload.clock, timer.due) >= 0]
        assert sorted(came, key=number) == due
        for name in ("game", "wall"):
            ours = [timer for timer in came if timer.payload.clock == name]
            assert ours == sorted(ours, key=lambda timer: (timer.due, timer.number))
        ago = [clock.ago(timer.payload.clock, timer.due) for timer in came]
        assert ago == sorted(ago, reverse=True)
        pending = [timer for timer in pending if timer not in due]
    assert sorted(timers.pending.values(), key=number) == pending


def number(timer: PendingTimer) -> int:
    """Timers are numbered as they are set."""
    return timer.number


class Noon(WallTimer):
    pass


class Tried(State):
    pass


def test_a_timer_that_fails_hours_late_is_tried_again_in_a_minute_and_not_hundreds_of_times() -> None:
    came: list[float] = []

    def plan(ctx: Context[Tried], args: str) -> None:
        """plan -- set one"""
        ctx.set_timer(10, Noon())

    def boom(ctx: Context[Tried], timer: Noon) -> None:
        came.append(ctx.clock.wall)
        raise RuntimeError("boom")

    module = Module(
        name="noon",
        version="1.0.0",
        description="comes at noon",
        author="the tests",
        state=Tried,
        commands=[Command("plan", plan)],
        on=[On(Noon, boom)],
    )
    kit = Kit(module)
    kit.player("Ada").do("plan")
    began = kit.wall
    kit.sleep(3 * 3600)
    kit.wait(59)
    assert came == [began + 3 * 3600]
    kit.wait(2)
    assert len(came) == 2 and came[1] - came[0] == pytest.approx(60)
