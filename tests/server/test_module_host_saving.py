"""The host of modules saves their states, and nothing else happens by it."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import MagicMock

from mud.api import Context, Module, State
from mud.config import Config
from mud.server.module_host import ModuleHost
from mud.server.tasks import Tasks
from mud.snapshot.envelope import Metadata
from mud.testing import Kit


class Count(State):
    saved: int = 0


def save(ctx: Context[Count]) -> Count:
    """It ought to change nothing."""
    ctx.state.saved += 1
    return ctx.state


MODULE = Module(name="count", version="1.0.0", state=Count, state_version=1, save_state=save)


def test_what_a_hook_changes_while_it_saves_is_undone_and_nothing_is_left_to_write() -> None:
    kit = Kit(MODULE)
    instance = kit.registry.instances["count"]
    loop = asyncio.new_event_loop()
    events: Any = MagicMock(perform=kit.act)
    host = ModuleHost(kit.game, Config(), events, Tasks(loop), lambda: False)
    kit.game.world.take_unwritten()
    host.save(instance, 2, Metadata(reason="copyover"))
    assert kit.game.world.flushed() and instance.state == Count()
    loop.close()
