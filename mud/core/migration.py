"""One step of a state's schema, from one version to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct


class Step(Struct, frozen=True):
    """Migrates a state from the schema before `to` up to `to`, and, if possible, `back` down again.

    Both functions receive the state as a dict of plain values by field, and change that dict.
    """

    to: int
    forward: Callable[[dict[str, Any]], None]
    back: Callable[[dict[str, Any]], None] | None = None
