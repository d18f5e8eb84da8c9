"""The carriers by name. What is particular to one of them is in its own file; a new one is a row here."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from mud.copyover.carriers.carrier import Carrier, Delivery
from mud.copyover.carriers.exec import NAME as EXEC
from mud.copyover.carriers.exec import ExecCarrier, ExecDelivery
from mud.copyover.carriers.system import real
from mud.copyover.environment import HandedOver
from mud.core.errors import SnapshotError


class CarrierRow(Struct, frozen=True):
    """How to make both ends of a carrier. The new program's end is made from what its environment says."""

    carrier: Callable[[], Carrier]
    delivery: Callable[[str], Delivery]


CARRIERS: dict[str, CarrierRow] = {
    EXEC: CarrierRow(lambda: ExecCarrier(real()), ExecDelivery),
}
#: The one that is used.
USED = EXEC


def carrier() -> Carrier:
    """The old program's end."""
    return CARRIERS[USED].carrier()


def delivery(given: HandedOver) -> Delivery:
    """The new program's end of whichever carrier the old program used. Raises SnapshotError if it is unknown."""
    if given.carrier not in CARRIERS:
        raise SnapshotError(f"the hand-over is carried by {given.carrier!r}; this program knows {', '.join(CARRIERS)}")
    return CARRIERS[given.carrier].delivery(given.where)
