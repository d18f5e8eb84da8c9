"""A game without modules, as the kernel sees it."""

from __future__ import annotations

from mud.core.context import CoreContext
from mud.core.dialogs import ModuleDialog
from mud.core.session import Session
from mud.core.signals import Signal
from mud.core.timers import PendingTimer


class NoModules:
    """`mud.core.modules.Modules` where there are none."""

    def due(self, ctx: CoreContext, timer: PendingTimer) -> None:
        """Keep the timer for when its module is there."""
        ctx.world.timers.park(timer)

    def ask(self, ctx: CoreContext, session: Session, dialog: ModuleDialog) -> str:
        """There is nobody to talk to."""
        return "(press Enter) "

    def answer(self, ctx: CoreContext, dialog: ModuleDialog, text: str) -> None:
        """There is nobody to talk to."""
        ctx.pop()

    def active(self, module: str) -> bool:
        """No module is."""
        return False

    def leads(self, dialog: ModuleDialog) -> bool:
        """No module does."""
        return False

    def listeners(self, signal: Signal) -> list[str]:
        """No module listens."""
        return []

    def hear(self, ctx: CoreContext, module: str, signal: Signal) -> None:
        """There is no module to hear it."""

    def companions(self, ctx: CoreContext, character_id: str) -> list[str]:
        """The character alone."""
        return [character_id]

    def blame(self, module: str, error: Exception) -> None:
        """There is no module to blame."""

    def failed(self, module: str, at: float) -> None:
        """There is no module that could fail."""

    def news(self) -> list[str]:
        """There is none."""
        return []

    def table(self) -> list[tuple[str, str, str, str]]:
        """There are no modules."""
        return []

    def describe(self, module: str) -> str:
        """There is no module to describe."""
        return "This game has no modules."
