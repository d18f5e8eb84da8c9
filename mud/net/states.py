"""The states of a connection: one table, by which mud/net/connection.py acts and docs/states.md is made.

A copyover freezes every connection: in FROZEN all of it can be carried into another program, where it begins as FROZEN.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class ConnectionState(Enum):
    """What a connection does."""

    FROZEN = "frozen"
    OPEN = "open"
    SLOWED = "slowed"
    ENDED = "ended"
    CLOSED = "closed"


C = ConnectionState


class ConnectionRow(Struct, frozen=True):
    """What there is to know of a state: where it may go, and whether the loop reads and writes the socket in it."""

    state: ConnectionState
    to: tuple[ConnectionState, ...]
    does: str
    reads: bool = False
    writes: bool = False


TABLE: tuple[ConnectionRow, ...] = (
    ConnectionRow(
        C.FROZEN,
        (C.OPEN, C.ENDED, C.CLOSED),
        "it is new, or a copyover is under way: it is not in the loop, and what is written waits",
    ),
    ConnectionRow(
        C.OPEN,
        (C.FROZEN, C.SLOWED, C.ENDED, C.CLOSED),
        "it reads and writes; while too many lines wait to be executed it reads no further",
        reads=True,
        writes=True,
    ),
    ConnectionRow(
        C.SLOWED,
        (C.FROZEN, C.OPEN, C.ENDED, C.CLOSED),
        "it sent more than its budget: it reads no further for as long as the budget takes to fill",
        writes=True,
    ),
    ConnectionRow(
        C.ENDED,
        (C.FROZEN, C.SLOWED, C.CLOSED),
        "the client sent its end, and its last lines are executed; it may still read",
        writes=True,
    ),
    ConnectionRow(C.CLOSED, (), "it is over for the game; what was written to it before has two seconds to leave"),
)

ROWS: dict[ConnectionState, ConnectionRow] = {row.state: row for row in TABLE}
