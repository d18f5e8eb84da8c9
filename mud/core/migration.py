"""One step of a state's schema, from one version to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mud.core.declaration import Declaration, uncallable


class Step(Declaration, frozen=True):
    """Migrates a state from the schema before `to` up to `to`, and, if possible, `back` down again.

    Both functions receive the state as a dict of plain values by field, and change that dict.
    """

    to: int
    forward: Callable[[dict[str, Any]], None]
    back: Callable[[dict[str, Any]], None] | None = None

    def wrong(self) -> Iterator[str]:
        """The schema that it leads to, and its functions."""
        if self.to < 2:
            yield "the first step leads to schema 2: a state's first schema is 1"
        yield uncallable(self.forward, 1)
        if self.back is not None:
            yield uncallable(self.back, 1)
