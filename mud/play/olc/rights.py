"""Who may build where: looked up at every step, never stored (rule 7)."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.dialogs import AnyEdit, EditArea
from mud.core.errors import Rejected
from mud.core.world.area import AreaDef


def may_build(ctx: CoreContext, area: AreaDef) -> bool:
    """Whether the player may change an area: its builders, while they have that role, and admins may."""
    named = ctx.player.name.casefold() in map(str.casefold, area.builders)
    return ctx.may("admin") or (named and ctx.may("builder"))


def need_area(ctx: CoreContext, area_id: str) -> AreaDef:
    """An area that the player may change. Raises Rejected."""
    area = ctx.world.defs.areas.get(area_id)
    if area is None:
        raise Rejected(f"There is no area {area_id[:40]!r}.")
    if not may_build(ctx, area):
        who = f"its builders are {', '.join(area.builders)}" if area.builders else "it names no builders"
        raise Rejected(f"{area.name} is not yours to build: {who}.")
    return area


def need_form(ctx: CoreContext, dialog: AnyEdit) -> None:
    """Raises Rejected when the player may not change what a form edits. Only admins may begin a new area."""
    if not isinstance(dialog, EditArea) or dialog.base is not None:
        need_area(ctx, dialog.area)
    elif not ctx.may("admin"):
        raise Rejected("Only an admin begins a new area.")


def need_room(ctx: CoreContext, room: str) -> str:
    """A room of an area that the player may change: resets must not reach into other builders' areas."""
    need_area(ctx, ctx.world.defs.area_of.get(room, ""))
    return room
