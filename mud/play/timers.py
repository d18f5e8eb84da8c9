"""What happens when a timer falls due: this table handles the core's own timers, modules handle theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mud.core import timers as t
from mud.core.context import CoreContext
from mud.core.events import Due
from mud.play import bodies, death, fights, login, mobs, strays, zones
from mud.play.staff import copyover_command

DUE: dict[type[t.Payload], Callable[[CoreContext, Any], None]] = {
    t.ZoneReset: zones.zone_due,
    t.LinkDeadEnds: login.link_death_ends,
    t.ItemDecays: death.item_decays,
    t.CombatRound: fights.round_due,
    t.Mend: bodies.mend_due,
    t.Pulse: mobs.pulse_due,
    t.AreaLives: mobs.area_lives,
    t.BringHome: strays.bring_home,
    t.CopyoverPlanned: copyover_command.due,
}


def due(ctx: CoreContext, event: Due) -> None:
    """Handle a timer that fell due: one of the core's own, or a module's."""
    run = DUE.get(type(event.timer.payload))
    if run is not None:
        run(ctx, event.timer.payload)
    else:
        ctx.modules.due(ctx, event.timer)
