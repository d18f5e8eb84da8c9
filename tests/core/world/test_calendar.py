"""The world's calendar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mud.core.world.calendar import CALENDAR, HOURS, Calendar, Month, open_at

SHORT = Calendar(
    seconds_per_hour=10.0,
    days_per_month=2,
    months=(Month("Ice", "winter"), Month("Sun", "summer")),
    began_year=1,
    began_month=1,
    began_hour=0,
)
#: Seconds of the game's clock in a game that has run for a hundred years.
SECONDS = st.floats(0, 3e9)


def test_a_new_world_begins_on_a_morning_in_spring() -> None:
    now = CALENDAR.at(0.0)
    assert (now.year, now.month.name, now.day, now.hour, now.minute) == (301, "the Herring Moon", 1, 8, 0)
    assert now.season == "spring"


def test_an_hour_takes_75_seconds_like_diku() -> None:
    assert CALENDAR.at(37.5).minute == 30 and CALENDAR.at(74.9).hour == 8
    assert (CALENDAR.at(75.0).hour, CALENDAR.at(75.0).minute) == (9, 0)
    assert (CALENDAR.at(75.0 * 16).hour, CALENDAR.at(75.0 * 16).day) == (0, 2)


@pytest.mark.parametrize(
    ("hours", "year", "month", "day", "hour", "season"),
    [
        (0, 1, "Ice", 1, 0, "winter"),
        (23, 1, "Ice", 1, 23, "winter"),
        (24, 1, "Ice", 2, 0, "winter"),
        (48, 1, "Sun", 1, 0, "summer"),
        (95, 1, "Sun", 2, 23, "summer"),
        (96, 2, "Ice", 1, 0, "winter"),
    ],
)
def test_days_months_and_years(hours: int, year: int, month: str, day: int, hour: int, season: str) -> None:
    now = SHORT.at(hours * 10.0)
    assert (now.year, now.month.name, now.day, now.hour, now.season) == (year, month, day, hour, season)


def test_a_timer_that_rings_a_hair_early_rings_in_its_hour() -> None:
    assert CALENDAR.at(75.0 - 1e-6).hour == 9 and CALENDAR.at(75.0 - 1e-6).minute == 0


def test_seconds_until_an_hour() -> None:
    assert CALENDAR.seconds_until(0.0, 9) == 75.0
    assert CALENDAR.seconds_until(70.0, 9) == 5.0
    assert CALENDAR.seconds_until(0.0, 7) == 23 * 75.0
    assert CALENDAR.seconds_until(0.0, 8) == 24 * 75.0


@given(SECONDS, st.integers(0, HOURS - 1))
def test_after_that_wait_it_is_that_hour(game: float, hour: int) -> None:
    wait = CALENDAR.seconds_until(game, hour)
    assert 0 < wait <= HOURS * CALENDAR.seconds_per_hour + 1
    then = CALENDAR.at(game + wait)
    assert (then.hour, then.minute) == (hour, 0)


@given(SECONDS)
def test_the_calendar_only_ever_goes_on(game: float) -> None:
    months = [month.name for month in CALENDAR.months]
    marks = [
        (now.year, months.index(now.month.name), now.day, now.hour, now.minute)
        for now in (CALENDAR.at(game), CALENDAR.at(game + 60), CALENDAR.at(game + 1e7))
    ]
    assert marks == sorted(marks)
    assert all(1 <= mark[2] <= CALENDAR.days_per_month and mark[3] < HOURS and mark[4] < 60 for mark in marks)


@pytest.mark.parametrize(
    ("hours", "is_open"),
    [
        ((), range(24)),
        (((6, 20),), range(6, 20)),
        (((20, 4),), [*range(4), *range(20, 24)]),
        (((7, 12), (13, 18)), [*range(7, 12), *range(13, 18)]),
        (((0, 28), (0, 28)), range(24)),
        (((5, 24),), range(5, 24)),
        (((20, 28), (2, 8)), [*range(2, 8), *range(20, 24)]),
        (((9, 9),), range(24)),
    ],
)
def test_opening_hours(hours: tuple[tuple[int, int], ...], is_open: list[int]) -> None:
    assert [hour for hour in range(24) if open_at(hours, hour)] == list(is_open)
