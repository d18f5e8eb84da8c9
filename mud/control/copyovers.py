"""What `run.py` may ask of a running server about copyovers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mud.copyover import report_text
from mud.copyover.orders import PlacedOrder
from mud.core import events as e
from mud.play.staff import copyover_command as orders
from mud.play.staff.copyover_syntax import parse

if TYPE_CHECKING:
    from mud.control.control_socket import Actions, Answer
    from mud.server.server import Server


def copyover_actions(server: Server) -> Actions:
    """The table of requests for `server`."""
    copyovers = server.copyovers

    async def order(request: dict[str, Any]) -> Answer:
        """`number`, where there is one, is that of the record which will say what came of it."""
        by, now = request["by"], server.game.clock.wall
        wanted = parse(request["words"], now)
        match wanted.verb:
            case "now" | "force" | "when-clear":
                until = now + wanted.seconds if wanted.verb == "when-clear" else 0.0
                effect = e.StartCopyover(0, by, wanted.reason, wanted.verb == "force", until)
                if until:
                    server.hosting.perform(orders.need_none)
                return {"text": "ordered", "number": copyovers.begin(PlacedOrder(effect))}
            case "rollback":
                back = PlacedOrder(e.StartCopyover(0, by, wanted.reason, rollback=wanted.count))
                return {"text": "ordered", "number": copyovers.begin(back)}
            case "in" | "at":
                server.hosting.perform(lambda ctx: orders.plan(ctx, by, wanted))
                return {"text": await copyovers.do(e.ManageCopyover(0, by, "foresee"))}
            case verb:
                return {"text": await copyovers.do(e.ManageCopyover(0, by, verb, wanted.reason, wanted.count))}

    async def status(request: dict[str, Any]) -> Answer:
        return {"text": copyovers.described(), "status": copyovers.status()}

    async def record(request: dict[str, Any]) -> Answer:
        """What came of an order; with neither a record nor somebody at it, it waits."""
        found = copyovers.book.history.find(request["number"])
        return {"record": report_text.plain(found) if found else None, "status": copyovers.status()}

    return {"copyover": order, "copyover.status": status, "copyover.record": record}
