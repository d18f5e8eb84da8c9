"""An order of a copyover as data: what was written, in the game or on the command line."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Verb = Literal["now", "in", "at", "check", "force", "when-clear", "cancel", "status", "history", "rollback"]


class CopyoverWords(Struct, frozen=True):
    """An order as it was written. `seconds` are from now on: until it begins, or for `when-clear` until it is given up.

    `count` is how many `history` shows, and to which generation `rollback` goes, 0 for the one before.
    """

    verb: Verb
    reason: str = ""
    seconds: float = 0.0
    count: int = 10
