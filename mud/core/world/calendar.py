"""The world's calendar: what the game's clock means to those who live in it.

All of it follows from the game's clock, which stands still while the server is down. So there is nothing to save.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

Season = Literal["winter", "spring", "summer", "autumn"]
HOURS = 24  # of a day
#: Seconds of the clock that are the same moment: a timer that was set for an hour may ring a hair before it.
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
    """A moment as people say it. Hours and minutes count from 0; day and year from 1."""

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
    """How long the world's hours, months and years are, and when the game's clock began in it."""

    seconds_per_hour: float = 75.0  # of the game's clock
    days_per_month: int = 30
    months: tuple[Month, ...] = MONTHS
    began_year: int = 301
    began_month: int = 3  # from 1
    began_hour: int = 8  # of its first day: a new world is not found with its shops closed

    def at(self, game: float) -> Moment:
        """What the calendar says at `game` seconds of the game's clock."""
        whole = self.hours(game)
        minute = int((game + GRAIN) / self.seconds_per_hour % 1 * 60)
        days, hour = divmod(whole + self.began_hour, HOURS)
        months, day = divmod(days, self.days_per_month)
        years, month = divmod(months + self.began_month - 1, len(self.months))
        return Moment(self.began_year + years, self.months[month], day + 1, hour, minute)

    def hours(self, game: float) -> int:
        """How many hours have ended in all at `game` seconds."""
        return math.floor((game + GRAIN) / self.seconds_per_hour)

    def begins(self, number: int) -> float:
        """At how many seconds of the game's clock hour `number` of `hours` begins."""
        return number * self.seconds_per_hour

    def seconds_until(self, game: float, hour: int) -> float:
        """Seconds from `game` until it next turns `hour`; a whole day at that very moment."""
        now = self.hours(game)
        wait = (hour - now - self.began_hour) % HOURS or HOURS
        return self.begins(now + wait) - game


def open_at(hours: Iterable[tuple[int, int]], hour: int) -> bool:
    """Whether something with these opening hours is open at `hour`. Without any it always is.

    (6, 20) is from six until it turns twenty; (20, 4) is over midnight; a closing hour from 24 on is the day's end.
    """
    hours = tuple(hours)
    return not hours or any(_within(opens, closes, hour) for opens, closes in hours)


def _within(opens: int, closes: int, hour: int) -> bool:
    return opens <= hour < closes if opens < closes else hour >= opens or hour < closes


CALENDAR = Calendar()
