"""The form in which a program has a participant's state."""

from __future__ import annotations

from msgspec import Struct


class Form(Struct, frozen=True, array_like=True):
    """Which version of a participant's code, with which schema of its state."""

    version: str
    schema: int
