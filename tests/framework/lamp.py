"""A small module with a state, a timer and a command that fails, for tests of what is done to modules."""

from __future__ import annotations

import time
from typing import Any

from mud.api import Command, Context, Module, On, State, Timer


class Lamp(State):
    lit: int = 0


class Burn(Timer):
    pass


def light(ctx: Context[Lamp], args: str) -> None:
    """light -- light the lamp"""
    ctx.state.lit += 1
    ctx.set_timer(10, Burn())
    ctx.send(f"Lit {ctx.state.lit}.")


def break_(ctx: Context[Lamp], args: str) -> None:
    """break -- break the lamp"""
    time.sleep(0.02)  # its handler is slow enough to be seen in the figures
    raise OSError("broken")


def burnt(ctx: Context[Lamp], timer: Burn) -> None:
    ctx.state.lit += 100


def lamp(**more: Any) -> Module[Lamp]:
    """The module, with more of what modules have."""
    commands = [Command("light", light), Command("break", break_)]
    return Module(name="lamp", version="1.0.0", state=Lamp, commands=commands, on=[On(Burn, burnt)], **more)
