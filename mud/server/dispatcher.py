"""Events into the game, and what they ask for to whoever does it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from mud.core import events as e
from mud.core.context import CoreContext
from mud.game import Game
from mud.server.turns import TimerAlarm

log = logging.getLogger("mud.server")

T = TypeVar("T")
#: Effect: who does it.
EffectHandlers = Mapping[type, Callable[[Any], object]]


class Dispatcher:
    """Lets events happen, one after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop, game: Game) -> None:
        self._game = game
        self._handlers: EffectHandlers = {}
        self.alarm = TimerAlarm(loop, game, self.post)

    def connect(self, handlers: EffectHandlers) -> None:
        """From now on effects are done by these, who for their part post events."""
        self._handlers = handlers

    def post(self, event: e.Event) -> None:
        """Let an event happen, and do what it asks for."""
        try:
            effects = self._game.handle(event)
        except Exception:
            log.exception("an event's outputs failed: %s", type(event).__name__)
            return
        self.carry_out(effects)

    def perform(self, do: Callable[[CoreContext], T]) -> T:
        """Have `do` happen as an event of its own, and do what it asks for. Raises what it raises."""
        found, effects = self._game.perform(do)
        self.carry_out(effects)
        return found

    def carry_out(self, effects: list[e.Effect]) -> None:
        """Do what an event asked for."""
        for effect in effects:
            try:
                self._handlers[type(effect)](effect)
            except Exception:
                log.exception("an effect failed: %s", type(effect).__name__)
        self.alarm.watch()
