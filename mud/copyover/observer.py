"""Who goes along with a server through its copyovers: nobody, or with --dev who watches files."""

from __future__ import annotations


class CopyoverObserver:
    """Nobody."""

    def begin(self) -> None:
        """The server runs, from now or again."""

    async def pause(self) -> None:
        """A copyover's silence is about to begin. Raises CopyoverError when it had better not."""

    async def end(self) -> None:
        """The server stands still: nothing may run any more, and no thread be left."""

    def failed(self, by: str, error: str) -> None:
        """A copyover, ordered by `by`, came to nothing, and the server runs again."""
