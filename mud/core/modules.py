"""What the kernel asks of whoever has the modules. The framework answers; a game without modules has
NoModules (`mud.core.no_modules`)."""

from __future__ import annotations

from typing import Protocol, TypeVar

from mud.core.dialogs import ModuleDialog
from mud.core.session import Session
from mud.core.signals import Signal
from mud.core.timers import PendingTimer

#: The context of an event, which brings the modules along and so can't be known here.
C_contra = TypeVar("C_contra", contravariant=True)


class Modules(Protocol[C_contra]):
    """All modules. What they raise is passed on; their state is undone with the event (rule 1)."""

    def due(self, ctx: C_contra, timer: PendingTimer) -> None:
        """A module's timer fell due."""

    def ask(self, ctx: C_contra, session: Session, dialog: ModuleDialog) -> str:
        """The prompt of a module's conversation. Never raises."""

    def answer(self, ctx: C_contra, dialog: ModuleDialog, text: str) -> None:
        """A line for a module's conversation."""

    def active(self, module: str) -> bool:
        """Whether a module is there and in service."""

    def leads(self, dialog: ModuleDialog) -> bool:
        """Whether a conversation's module is in service and knows how to go on with it."""

    def listeners(self, signal: Signal) -> list[str]:
        """The modules that listen to a signal."""

    def hear(self, ctx: C_contra, module: str, signal: Signal) -> None:
        """A module hears a signal."""

    def companions(self, ctx: C_contra, character_id: str) -> list[str]:
        """Who shares with a character what it wins: itself first, then those of its group who are in its room.

        Itself alone when no module has groups, or the one that does fails. Ids of characters that exist. Never raises.
        """

    def blame(self, module: str, error: Exception) -> None:
        """Something is found wrong that a module's handler did, and did not raise itself."""

    def failed(self, module: str, at: float) -> None:
        """After a failure of one of a module's handlers was undone; `at` is wall-clock seconds."""

    def news(self) -> list[str]:
        """What the admins have to know since the last look."""

    def table(self) -> list[tuple[str, str, str, str]]:
        """Every module's name, version, state, and description or last error."""

    def describe(self, module: str) -> str:
        """All about one module. Raises NotFound."""
