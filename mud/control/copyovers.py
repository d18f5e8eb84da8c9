"""The control socket's requests about copyovers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mud.control.control_socket import Actions, Answer
from mud.copyover import report_text
from mud.copyover.orders import Copyovers
from mud.core import events as e
from mud.play.staff.copyover_syntax import parse


def copyover_actions(copyovers: Copyovers, wall: Callable[[], float]) -> Actions:
    """The table of requests. `wall` returns the time by the wall clock."""

    async def order(request: dict[str, Any]) -> Answer:
        """Order a copyover. `number`, if present, is the number of the record that will have the outcome."""
        words = parse(request["words"], wall())
        reply = await copyovers.do(e.CopyoverRequest(0, request["by"], words))
        return {"text": reply.text, **({"number": reply.number} if reply.number else {})}

    async def status(request: dict[str, Any]) -> Answer:
        return {"text": copyovers.described(), "status": copyovers.status()}

    async def record(request: dict[str, Any]) -> Answer:
        """The outcome of an order; `None` while it is under way or waits, and if nothing is known of it."""
        found = copyovers.recorder.find(request["number"])
        return {"record": report_text.plain(found) if found else None, "status": copyovers.status()}

    return {"copyover": order, "copyover.status": status, "copyover.record": record}
