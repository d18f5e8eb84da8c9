"""For builders: commands for the world's files."""

from __future__ import annotations

from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.targets import split_first
from mud.core.text.markup import tag
from mud.play import login
from mud.play.staff import world_reload


def world(ctx: CoreContext, args: str) -> None:
    """Check or reload the world's files."""
    verb, rest = split_first(args)
    if verb.casefold() not in VERBS:
        raise Rejected("Write: world check [AREA], or world reload [AREA].")
    VERBS[verb.casefold()](ctx, rest.strip())


def check(ctx: CoreContext, area: str) -> None:
    """Request a check of the files; the game goes on meanwhile."""
    if area and area not in ctx.world.defs.areas:
        raise Rejected(
            f"There is no area {area[:40]!r}. This room is of {ctx.world.defs.area_of.get(ctx.player.room)!r}."
        )
    ctx.send(tag("system", "Looking at the files ..."))
    login.work(ctx, e.CheckWorld(ctx.session.id, area))


VERBS = {"check": check, "reload": world_reload.reload}
