"""Holds the store of a running server: opened beside the game, however long that takes, and closed for a copyover."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from mud.core.errors import StoreError
from mud.store.store import Store

#: Seconds between two attempts to open a database that can't be opened after a copyover.
REOPEN_SECONDS = 2.0


class Storage:
    """The store, or None while it is not open."""

    def __init__(self, path: Path, store: Store | None = None) -> None:
        self._path = path
        self._open = asyncio.Event()
        self.store = store
        self.failure = ""  # why it could not be opened, the last time

    async def open(self) -> None:
        """Open the store, unless it is open. Raises StoreError."""
        if self.store is None:
            try:
                self.store = await Store.open(self._path)
            except StoreError as error:
                self.failure = str(error)
                raise
        self.failure = ""
        self._open.set()

    async def open_at_last(self, failed: Callable[[StoreError], None]) -> None:
        """Open the store, however long that takes; `failed` is called for each failure."""
        while not self._open.is_set():
            try:
                await self.open()
            except StoreError as error:
                failed(error)
                await asyncio.sleep(REOPEN_SECONDS)

    async def opened(self) -> Store:
        """Wait until the store is open, and return it."""
        await self._open.wait()
        return self.need()

    async def opened_within(self, seconds: float) -> Store:
        """The store, once it is open. Raises StoreError when that takes too long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._open.wait()
        return self.need()

    def need(self) -> Store:
        """The open store. Raises StoreError while it is not open."""
        if self.store is None:
            raise StoreError("the database is not open just now; try again in a moment")
        return self.store

    async def close(self) -> None:
        """Close the database, and leave no thread."""
        self._open.clear()
        if self.store is not None:
            store, self.store = self.store, None
            await store.close()
