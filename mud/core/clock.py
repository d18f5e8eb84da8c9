"""The two clocks of the game, as numbers that somebody else reads off a real one.

`game` stands still while the server is down or in a copyover; `wall` never does. Both in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

ClockName = Literal["game", "wall"]


class Clock:
    """Game time runs on `monotonic` from `game`; wall time is `wall()` as it is."""

    def __init__(self, monotonic: Callable[[], float], wall: Callable[[], float], game: float = 0.0) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._offset = game - monotonic()
        self._stopped: float | None = None
        self._since = 0.0  # when it was stopped, by `monotonic`
        self._stood = (-math.inf, 0.0)  # at which game time it last stood still, and for how long

    @property
    def game(self) -> float:
        """Seconds this game has run in all its life."""
        return self._stopped if self._stopped is not None else self._monotonic() + self._offset

    @property
    def wall(self) -> float:
        """Seconds since 1970, as the machine tells them."""
        return self._wall()

    def ago(self, name: ClockName, due: float) -> float:
        """How many seconds ago a clock showed `due`, by a clock that never stood still; below 0 if it is to come."""
        if name == "wall":
            return self.wall - due
        at, seconds = self._stood
        return self.game - due + (seconds if due <= at else 0.0)

    def stop(self, since: float | None = None) -> None:
        """Game time stands still, until `go`; with `since`, it does since then by `monotonic`."""
        self._stopped = self.game
        self._since = self._monotonic() if since is None else since

    def go(self) -> None:
        """Game time runs on from where it stood."""
        if self._stopped is not None:
            self._offset = self._stopped - self._monotonic()
            self._stood = (self._stopped, self._monotonic() - self._since)
            self._stopped = None
