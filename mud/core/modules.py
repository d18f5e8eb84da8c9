"""What the kernel needs of the modules, as a Protocol. The framework implements it; a game without modules uses
NoModules (`mud.core.no_modules`)."""

from __future__ import annotations

from typing import Protocol, TypeVar

from mud.core.dialogs import ModuleDialog
from mud.core.session import Session
from mud.core.signals import Signal
from mud.core.timers import PendingTimer

#: The type of an event's context. A context refers to the modules, so it can't be named here.
C_contra = TypeVar("C_contra", contravariant=True)


class Modules(Protocol[C_contra]):
    """All modules. Their exceptions are passed on; their state is undone with the event (rule 1)."""

    def due(self, ctx: C_contra, timer: PendingTimer) -> None:
        """A module's timer fell due."""

    def ask(self, ctx: C_contra, session: Session, dialog: ModuleDialog) -> str:
        """The prompt of a module's dialog. Never raises."""

    def answer(self, ctx: C_contra, dialog: ModuleDialog, text: str) -> None:
        """Hand a line to a module's dialog."""

    def active(self, module: str) -> bool:
        """Whether a module exists and is in service."""

    def leads(self, dialog: ModuleDialog) -> bool:
        """Whether a dialog's module is in service and can continue it."""

    def listeners(self, signal: Signal) -> list[str]:
        """The modules that listen to a signal."""

    def hear(self, ctx: C_contra, module: str, signal: Signal) -> None:
        """Let a module handle a signal."""

    def companions(self, ctx: C_contra, character_id: str) -> list[str]:
        """Who shares a character's winnings: itself first, then the members of its group who are in its room.

        Only itself when no module has groups, or when that module fails. Ids of existing characters. Never raises.
        """

    def blame(self, module: str, error: Exception) -> None:
        """Record an error that a module's handler caused but did not raise itself."""

    def failed(self, module: str, at: float) -> None:
        """Called after a failed handler of a module was undone; `at` is wall-clock seconds."""

    def news(self) -> list[str]:
        """What the admins need to know since the last call."""

    def table(self) -> list[tuple[str, str, str, str]]:
        """Each module's name, version, state, and description or last error."""

    def describe(self, module: str) -> str:
        """All about one module. Raises NotFound."""
