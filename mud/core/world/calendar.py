"""The world's calendar: what time it is in the world, at a time of the game's clock.

It is computed from the game's clock, which stands still while the server is down. So there is nothing to save.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

Season = Literal["winter", "spring", "summer", "autumn"]
HOURS = 24  # in a day
#: Tolerance in seconds of the clock: a timer that was set for an hour may fire very slightly early.
GRAIN = 1e-3


class Month(Struct, frozen=True):
    """A month, and the season that it lies in."""

    name: str
    season: Season


MONTHS = (
    Month("the Long Dark", "winter"),
    Month("the Ice Tide", "winter"),
    Month("the Herring Moon", "spring"),
    Month("the Nesting", "spring"),
    Month("the Green Flood", "spring"),
    Month("the White Nights", "summer"),
    Month("the Low Water", "summer"),
    Month("the Hay Moon", "summer"),
    Month("the Turf Fires", "autumn"),
    Month("the Grey Geese", "autumn"),
    Month("the Great Gales", "autumn"),
    Month("the Lamp Feast", "winter"),
)


class Moment(Struct, frozen=True):
    """A date and time of the calendar. Hours and minutes count from 0; day and year from 1."""

    year: int
    month: Month
    day: int
    hour: int
    minute: int

    @property
    def season(self) -> Season:
        """The season it lies in."""
        return self.month.season


class Calendar(Struct, frozen=True, kw_only=True):
    """The length of the world's hours, months and years, and the calendar's date at game time 0."""

    seconds_per_hour: float = 75.0  # of the game's clock
    days_per_month: int = 30
    months: tuple[Month, ...] = MONTHS
    began_year: int = 301
    began_month: int = 3  # from 1
    began_hour: int = 8  # of its first day: in the morning, so that the shops of a new world are open

    def at(self, game: float) -> Moment:
        """The calendar's date and time at `game` seconds of the game's clock."""
        whole = self.hours(game)
        minute = int((game + GRAIN) / self.seconds_per_hour % 1 * 60)
        days, hour = divmod(whole + self.began_hour, HOURS)
        months, day = divmod(days, self.days_per_month)
        years, month = divmod(months + self.began_month - 1, len(self.months))
        return Moment(self.began_year + years, self.months[month], day + 1, hour, minute)

    def hours(self, game: float) -> int:
        """How many hours have passed in all at `game` seconds."""
        return math.floor((game + GRAIN) / self.seconds_per_hour)

    def begins(self, number: int) -> float:
        """The time of the game's clock at which hour `number` (as `hours` counts) begins."""
        return number * self.seconds_per_hour

    def seconds_until(self, game: float, hour: int) -> float:
        """Seconds from `game` until the next `hour` o'clock; a whole day if it is exactly that now."""
        now = self.hours(game)
        wait = (hour - now - self.began_hour) % HOURS or HOURS
        return self.begins(now + wait) - game


def open_at(hours: Iterable[tuple[int, int]], hour: int) -> bool:
    """Whether something with these opening hours is open at `hour`. Without opening hours it always is.

    (6, 20) is from 6 to 20 o'clock; (20, 4) is overnight; a closing hour of 24 or more means the end of the day.
    """
    hours = tuple(hours)
    return not hours or any(_within(opens, closes, hour) for opens, closes in hours)


def _within(opens: int, closes: int, hour: int) -> bool:
    return opens <= hour < closes if opens < closes else hour >= opens or hour < closes


CALENDAR = Calendar()
