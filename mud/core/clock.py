"""The game's two clocks. They hold numbers only: the caller passes in the functions that read a real clock.

`game` stands still while the server is down or in a copyover; `wall` never does. Both count seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

ClockName = Literal["game", "wall"]


class ClockView:
    """What a clock shows, and no way to set it."""

    __slots__ = ("_clock",)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @property
    def game(self) -> float:
        """Seconds that the game has run, over its whole life."""
        return self._clock.game

    @property
    def wall(self) -> float:
        """Seconds since 1970, by the machine's clock."""
        return self._clock.wall

    def ago(self, name: ClockName, due: float) -> float:
        """How many seconds ago a clock showed `due`, counting the time it stood still; negative if `due` is to come."""
        return self._clock.ago(name, due)


class Clock:
    """Game time advances with `monotonic`, starting from `game`; wall time is whatever `wall()` returns."""

    def __init__(self, monotonic: Callable[[], float], wall: Callable[[], float], game: float = 0.0) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._offset = game - monotonic()
        self._stopped: float | None = None
        self._since = 0.0  # the reading of `monotonic` at which game time stopped
        self._stood = (-math.inf, 0.0)  # the game time of the last stop, and how many seconds that stop lasted
        self.view = ClockView(self)

    @property
    def game(self) -> float:
        """Seconds that the game has run, over its whole life."""
        return self._stopped if self._stopped is not None else self._monotonic() + self._offset

    @property
    def wall(self) -> float:
        """Seconds since 1970, by the machine's clock."""
        return self._wall()

    def ago(self, name: ClockName, due: float) -> float:
        """How many seconds ago a clock showed `due`, counting the time it stood still; negative if `due` is to come."""
        if name == "wall":
            return self.wall - due
        at, seconds = self._stood
        return self.game - due + (seconds if due <= at else 0.0)

    def stop(self, since: float | None = None) -> None:
        """Stop game time until `go`; with `since` (a reading of `monotonic`), the stop counts from then."""
        self._stopped = self.game
        self._since = self._monotonic() if since is None else since

    def go(self) -> None:
        """Let game time run on from where it stopped."""
        if self._stopped is not None:
            self._offset = self._stopped - self._monotonic()
            self._stood = (self._stopped, self._monotonic() - self._since)
            self._stopped = None
