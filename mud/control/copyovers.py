"""What `run.py` may ask of a running server about copyovers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from mud.control.control_socket import Actions, Answer
from mud.copyover import report_text
from mud.copyover.orders import CopyoverOrders, PlacedOrder
from mud.core import events as e
from mud.core.context import CoreContext
from mud.play.staff import copyover_command
from mud.play.staff.copyover_syntax import parse


class Performer(Protocol):
    """Who lets things happen in the game."""

    def perform(self, do: Callable[[CoreContext], object]) -> object:
        """Have `do` happen as an event of its own. Raises what it raises."""


def copyover_actions(orders: CopyoverOrders, game: Performer, wall: Callable[[], float]) -> Actions:
    """The table of requests. `wall` returns the time by the wall clock."""

    async def order(request: dict[str, Any]) -> Answer:
        """`number`, if there is one, is that of the record which will have the outcome."""
        by, now = request["by"], wall()
        wanted = parse(request["words"], now)
        match wanted.verb:
            case "now" | "force" | "when-clear":
                until = now + wanted.seconds if wanted.verb == "when-clear" else 0.0
                effect = e.StartCopyover(0, by, wanted.reason, wanted.verb == "force", until)
                if until:
                    game.perform(copyover_command.need_none)
                return {"text": "ordered", "number": orders.begin(PlacedOrder(effect))}
            case "rollback":
                back = PlacedOrder(e.StartCopyover(0, by, wanted.reason, rollback=wanted.count))
                return {"text": "ordered", "number": orders.begin(back)}
            case "in" | "at":
                game.perform(lambda ctx: copyover_command.plan(ctx, by, wanted))
                return {"text": await orders.do(e.ManageCopyover(0, by, "foresee"))}
            case verb:
                return {"text": await orders.do(e.ManageCopyover(0, by, verb, wanted.reason, wanted.count))}

    async def status(request: dict[str, Any]) -> Answer:
        return {"text": orders.described(), "status": orders.status()}

    async def record(request: dict[str, Any]) -> Answer:
        """The outcome of an order; without a record and a copyover under way, it waits."""
        found = orders.recorder.history.find(request["number"])
        return {"record": report_text.plain(found) if found else None, "status": orders.status()}

    return {"copyover": order, "copyover.status": status, "copyover.record": record}
