"""Modules in the game: the admins' commands, and events from the framework and workers."""

from __future__ import annotations

from difflib import get_close_matches

from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.errors import NotFound, Rejected
from mud.core.signals import Answered
from mud.core.text.markup import tag
from mud.core.text.table import table
from mud.core.timers import AskEnds
from mud.play import login
from mud.play.staff import admin

#: What can be done to a module, with its help text.
VERBS = {
    "load": "take one into the game that is not there yet",
    "unload": "take it out of the game; its state waits for it",
    "start": "start one that is stopped or could not be started",
    "stop": "stop it; it stays stopped until it is started",
    "restart": "stop it and start it again, with a clean slate",
    "reload": "take its code from the disk; its state goes on, or nothing changes",
    "configure": "read its settings from the configuration again",
    "pause": "take it out of service",
    "resume": "put it back into service",
}


def modules(ctx: CoreContext, args: str) -> None:
    """List all modules."""
    rows = ctx.modules.table()
    ctx.page(table(("MODULE", "VERSION", "STATE", "WHAT IT DOES"), rows) if rows else "This game has no modules.")


def module(ctx: CoreContext, args: str) -> None:
    """Show all about one module, or do something to it."""
    words = args.casefold().split()
    if not words or len(words) > 2:
        raise Rejected(f"Write: module NAME, or module {' | '.join(VERBS)} NAME.")
    name = words[-1]
    if len(words) == 2 and words[0] not in VERBS:
        near = get_close_matches(words[0], VERBS, 1)
        raise Rejected(f"A module can't be told to {words[0]!r}." + (f" Did you mean {near[0]}?" if near else ""))
    try:
        text = ctx.modules.describe(name)
    except NotFound as error:
        if words[0] != "load":
            raise Rejected(str(error)) from error
        text = ""
    if len(words) == 1:
        ctx.page(text)
        return
    admin.log(ctx, f"module {' '.join(words)}")
    ctx.send(tag("system", f"{words[0]} {name} ..."))
    login.work(ctx, e.ManageModule(ctx.session.id, words[0], name))


def signalled(ctx: CoreContext, event: e.Signalled) -> None:
    """Hand a signal to a module."""
    ctx.modules.hear(ctx, event.module, event.signal)


def answered(ctx: CoreContext, event: e.ModuleAnswered) -> None:
    """Hand a module the answer to its question, unless it has already been told that there is none."""
    asked = next(
        (t for t in ctx.world.timers.pending.values() if isinstance(t.payload, AskEnds) and t.payload.id == event.id),
        None,
    )
    if asked is not None and isinstance(asked.payload, AskEnds):
        ctx.world.timers.cancel(asked.id)
        ctx.modules.hear(ctx, event.module, Answered(asked.payload.about, event.value, event.error))
