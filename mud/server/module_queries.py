"""Modules' queries of their own tables, answered beside the game."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from mud.core import events as e
from mud.core.errors import EverwakeError
from mud.server.flusher import Flusher
from mud.server.storage import Storage

log = logging.getLogger("mud.modules")


class ModuleQueries:
    """Runs queries and posts the answers."""

    def __init__(self, storage: Storage, flusher: Flusher, post: Callable[[e.Event], None]) -> None:
        self._storage = storage
        self._flusher = flusher
        self._post = post

    async def answer(self, asked: e.QueryModule) -> None:
        """Query a module's tables, after writing its pending changes, and send it the rows."""
        rows: list[Any] = []
        error = ""
        try:
            store = await self._storage.opened()
            await self._flusher.flush()
            rows = [list(row) for row in await store.query(asked.module, asked.sql, asked.parameters)]
        except EverwakeError as failure:
            error = str(failure)
            log.warning("%s asked its tables: %s", asked.module, error)
        self._post(e.ModuleAnswered(asked.module, asked.id, rows, error))
