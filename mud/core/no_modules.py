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
        """Kept for when its module is there."""
        ctx.world.timers.park(timer)

    def ask(self, ctx: CoreContext, session: Session, dialog: ModuleDialog) -> str:
        """There is nobody to talk to."""
        return "(press Enter) "

    def answer(self, ctx: CoreContext, dialog: ModuleDialog, text: str) -> None:
        """There is nobody to talk to."""
        ctx.pop()

    def active(self, module: str) -> bool:
        """None is."""
        return False

    def leads(self, dialog: ModuleDialog) -> bool:
        """None does."""
        return False

    def listeners(self, signal: Signal) -> list[str]:
        """Nobody."""
        return []

    def hear(self, ctx: CoreContext, module: str, signal: Signal) -> None:
        """Nobody."""

    def companions(self, ctx: CoreContext, character_id: str) -> list[str]:
        """Each for themselves."""
        return [character_id]

    def blame(self, module: str, error: Exception) -> None:
        """Nobody."""

    def failed(self, module: str, at: float) -> None:
        """Nobody."""

    def news(self) -> list[str]:
        """Nothing."""
        return []

    def table(self) -> list[tuple[str, str, str, str]]:
        """Nothing."""
        return []

    def describe(self, module: str) -> str:
        """Nothing."""
        return "This game has no modules."
