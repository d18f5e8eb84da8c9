"""The form of a participant's state in one program."""

from __future__ import annotations

from msgspec import Struct


class Form(Struct, frozen=True, array_like=True):
    """The version of a participant's code, and the schema of its state."""

    version: str
    schema: int
