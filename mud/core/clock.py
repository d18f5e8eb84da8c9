"""The two clocks of the game, as numbers that somebody else reads off a real one.

`game` stands still while the server is down or in a copyover; `wall` never does. Both in seconds.
"""

from __future__ import annotations

from collections.abc import Callable


class Clock:
    """Game time runs on `monotonic` from `game`; wall time is `wall()` as it is."""

    def __init__(self, monotonic: Callable[[], float], wall: Callable[[], float], game: float = 0.0) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._offset = game - monotonic()
        self._stopped: float | None = None

    @property
    def game(self) -> float:
        """Seconds this game has run in all its life."""
        return self._stopped if self._stopped is not None else self._monotonic() + self._offset

    @property
    def wall(self) -> float:
        """Seconds since 1970, as the machine tells them."""
        return self._wall()

    def stop(self) -> None:
        """Game time stands still, until `go`."""
        self._stopped = self.game

    def go(self) -> None:
        """Game time runs on from where it stood."""
        if self._stopped is not None:
            self._offset = self._stopped - self._monotonic()
            self._stopped = None
