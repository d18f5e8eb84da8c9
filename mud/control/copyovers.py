"""What `run.py` may ask of a running server about copyovers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mud.copyover import report_text
from mud.core import events as e
from mud.play.staff.copyover_syntax import parse

if TYPE_CHECKING:
    from mud.control.control_socket import Actions, Answer
    from mud.server.server import Server


def copyover_actions(server: Server) -> Actions:
    """The table of requests for `server`."""
    copyovers = server.copyovers

    async def order(request: dict[str, Any]) -> Answer:
        """`number`, where there is one, is that of the record which will say what came of it."""
        words = parse(request["words"], server.game.clock.wall)
        reply = await copyovers.do(e.CopyoverRequest(0, request["by"], words))
        return {"text": reply.text, **({"number": reply.number} if reply.number else {})}

    async def status(request: dict[str, Any]) -> Answer:
        return {"text": copyovers.described(), "status": copyovers.status()}

    async def record(request: dict[str, Any]) -> Answer:
        """What came of an order; with neither a record nor somebody at it, it waits."""
        found = copyovers.recorder.history.find(request["number"])
        return {"record": report_text.plain(found) if found else None, "status": copyovers.status()}

    return {"copyover": order, "copyover.status": status, "copyover.record": record}
