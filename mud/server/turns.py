"""Turns and the timer alarm: whose line is run next, and when the next timer fires.

Both are the event loop's side of the game's data, from which they can be rebuilt at any time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from mud.core import events as e
from mud.game import Game
from mud.net.connection import TOO_LONG, Connection

#: The longest time, in seconds, between two looks at the timers: somebody may set the wall clock.
MAX_WAIT = 1.0


class Turns:
    """Runs one line of each connection that has lines; a connection with more lines gets another turn."""

    def __init__(self, loop: asyncio.AbstractEventLoop, game: Game, post: Callable[[e.Event], None]) -> None:
        self._loop = loop
        self._game = game
        self._post = post
        self._queue: deque[Connection] = deque()
        self._next: asyncio.Handle | None = None
        self._frozen = True

    def add(self, connection: Connection) -> None:
        """Add a connection that has new lines. It gets its turn at once if no other connection is waiting."""
        self._queue.append(connection)
        if self._next is None and not self._frozen:
            self._take()

    def wake(self, connection: Connection) -> None:
        """Continue with a connection whose lines waited for an answer, which has come."""
        if connection.lines_waiting and connection not in self._queue:
            self.add(connection)

    @property
    def waiting(self) -> list[Connection]:
        """The connections whose lines wait, in the order of their turns."""
        return list(self._queue)

    def freeze(self) -> None:
        """Run nothing until `go`."""
        self._frozen = True
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def go(self, connections: list[Connection]) -> None:
        """Continue with those of `connections` that have lines."""
        self._frozen = False
        for connection in connections:
            if connection.lines_waiting and connection not in self._queue:
                self._queue.append(connection)
        self._arrange()

    def _arrange(self) -> None:
        if self._queue and self._next is None and not self._frozen:
            self._next = self._loop.call_soon(self._take)

    def _take(self) -> None:
        self._next = None
        for _ in range(len(self._queue)):
            if self._frozen:
                break
            connection = self._queue.popleft()
            if self._game.busy(connection.id):
                continue  # the answer that it waits for will add it again
            line = connection.next_line()
            if line is None:
                continue
            if line == TOO_LONG:
                self._post(e.LineTooLong(connection.id, connection.longest_line))
            else:
                self._post(e.Line(connection.id, line))
            if connection.lines_waiting:
                self._queue.append(connection)
        self._arrange()


class TimerAlarm:
    """Posts due timers. The loop's handle is derived from the earliest timer and thrown away (rule 2)."""

    def __init__(self, loop: asyncio.AbstractEventLoop, game: Game, post: Callable[[e.Event], None]) -> None:
        self._loop = loop
        self._game = game
        self._post = post
        self._handle: asyncio.TimerHandle | None = None
        self._frozen = True

    def watch(self) -> None:
        """After an event: set the alarm anew, because there may be an earlier timer than before."""
        timers = self._game.world.timers
        if timers.changed and not self._frozen:
            timers.changed = False
            self._wind()

    def freeze(self) -> None:
        """Post nothing until `go`."""
        self._frozen = True
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def go(self) -> None:
        """Continue, first with the timers that fell due meanwhile."""
        self._frozen = False
        self._ring()

    def _wind(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        wait = self._game.world.timers.next_in(self._game.clock)
        self._handle = self._loop.call_later(MAX_WAIT if wait is None else min(MAX_WAIT, wait), self._ring)

    def _ring(self) -> None:
        last = self._game.world.timers.serial
        while not self._frozen and (due := self._game.due()) is not None:
            self._post(due)
            if due.timer.number > last:
                break  # set since this began: timers that set each other must not block the loop for ever
        if not self._frozen:
            self._wind()
