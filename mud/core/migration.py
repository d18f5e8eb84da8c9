"""A step of a state's schema, from one version to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct


class Step(Struct, frozen=True):
    """From the state's schema before `to` up to `to`, and if it can be, `back` down again.

    Both are given the state as plain values by field, and change that dict.
    """

    to: int
    forward: Callable[[dict[str, Any]], None]
    back: Callable[[dict[str, Any]], None] | None = None
