"""What the kernel asks of whoever has the modules. The framework answers; a game without modules has NoModules."""

from __future__ import annotations

from typing import Protocol

from mud.core.context import CoreContext
from mud.core.dialogs import ModuleDialog
from mud.core.session import Session
from mud.core.signals import Signal
from mud.core.timers import PendingTimer


class Modules(Protocol):
    """All modules. What they raise is passed on; their state is undone with the event (rule 1)."""

    def due(self, ctx: CoreContext, timer: PendingTimer) -> None:
        """A module's timer fell due."""

    def ask(self, ctx: CoreContext, session: Session, dialog: ModuleDialog) -> str:
        """The prompt of a module's conversation. Never raises."""

    def answer(self, ctx: CoreContext, dialog: ModuleDialog, text: str) -> None:
        """A line for a module's conversation."""

    def active(self, module: str) -> bool:
        """Whether a module is there and in service."""

    def leads(self, dialog: ModuleDialog) -> bool:
        """Whether a conversation's module is in service and knows how to go on with it."""

    def listeners(self, signal: Signal) -> list[str]:
        """The modules that listen to a signal."""

    def hear(self, ctx: CoreContext, module: str, signal: Signal) -> None:
        """A module hears a signal."""

    def companions(self, ctx: CoreContext, character_id: str) -> list[str]:
        """Who shares with a character what it wins: itself first, then those of its group who are in its room.

        Itself alone when no module has groups, or the one that does fails. Ids of characters that exist. Never raises.
        """

    def failed(self, module: str, at: float) -> None:
        """After a failure of one of a module's handlers was undone; `at` is wall-clock seconds."""

    def news(self) -> list[str]:
        """What the admins have to know since the last look."""

    def table(self) -> list[tuple[str, str, str, str]]:
        """Every module's name, version, state, and description or last error."""

    def describe(self, module: str) -> str:
        """All about one module. Raises NotFound."""


class NoModules:
    """A game without modules."""

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
