"""An observer of a server's copyovers: by default it does nothing; with --dev it watches files."""

from __future__ import annotations


class CopyoverObserver:
    """Observes nothing."""

    def begin(self) -> None:
        """The server runs, or runs again."""

    async def pause(self) -> None:
        """A copyover's silence is about to begin. Raises CopyoverError to prevent it."""

    async def end(self) -> None:
        """The server stands still: stop everything, and leave no thread."""

    def warned(self, by: str, warnings: list[str]) -> bool:
        """The rehearsal of a copyover that `by` ordered has found something. Returns whether it is told: else it is."""
        return False

    def failed(self, by: str, error: str) -> bool:
        """A copyover that `by` ordered has failed, and the server runs again. Returns whether it is told."""
        return False
