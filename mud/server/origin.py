"""Where a server comes from: the database, or the program before."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mud.copyover.code import Code
from mud.snapshot.envelope import Section
from mud.store.store import Store


class Origin(Struct, frozen=True, kw_only=True):
    """What a server is made of besides its game.

    `rejected` is the code that the game rolled back from, "" for none. `unknown` are sections of the core's snapshots
    that this code does not know, by participant. `store` is open at a start from the database.
    """

    generation: int
    code: Code
    rejected: str = ""
    unknown: Mapping[str, dict[str, Section]] = {}
    store: Store | None = None
