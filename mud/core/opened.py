"""What may be changed at this moment: what the running event has opened, and between two events nothing."""

from __future__ import annotations

from collections.abc import Container


class Running:
    """The event that runs in this process. There is at most one at a time, however many games there are."""

    __slots__ = ("opened",)

    def __init__(self) -> None:
        self.opened: Container[int] = frozenset()  # the ids of the objects that may be changed


RUNNING = Running()
