"""Passes events to the game, and the effects that they ask for to their handlers."""

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
#: The handler of each type of effect.
EffectHandlers = Mapping[type, Callable[[Any], object]]


class Dispatcher:
    """Handles events, one after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop, game: Game) -> None:
        self._game = game
        self._handlers: EffectHandlers = {}
        self.alarm = TimerAlarm(loop, game, self.post)

    def connect(self, handlers: EffectHandlers) -> None:
        """Set the handlers of effects, which in turn may post events."""
        self._handlers = handlers

    def post(self, event: e.Event) -> None:
        """Handle an event, and carry out its effects."""
        try:
            effects = self._game.handle(event)
        except Exception:
            log.exception("an event's outputs failed: %s", type(event).__name__)
            return
        self.carry_out(effects)

    def perform(self, do: Callable[[CoreContext], T]) -> T:
        """Run `do` as an event of its own, and carry out its effects. Raises what it raises."""
        found, effects = self._game.perform(do)
        self.carry_out(effects)
        return found

    def carry_out(self, effects: list[e.Effect]) -> None:
        """Carry out an event's effects."""
        for effect in effects:
            try:
                self._handlers[type(effect)](effect)
            except Exception:
                log.exception("an effect failed: %s", type(effect).__name__)
        self.alarm.watch()
