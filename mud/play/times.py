"""What time it is in the world, and how long the game has been running."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.text.words import duration
from mud.core.world.calendar import CALENDAR


def time(ctx: CoreContext, args: str) -> None:
    """The world's time."""
    now = CALENDAR.at(ctx.clock.game)
    ctx.send(
        f"It is {now.hour}:{now.minute:02} on day {now.day} of {now.month.name}, "
        f"in the {now.season} of year {now.year}.\n"
        f"(An hour here takes {CALENDAR.seconds_per_hour:g} seconds.)"
    )


def uptime(ctx: CoreContext, args: str) -> None:
    """How long the game has run, over all its copyovers."""
    ctx.send(f"This world has been awake for {duration(ctx.clock.game)}, all copyovers included.")
