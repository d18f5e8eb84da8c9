"""Exports a module's state to a file, and imports it, so that an operator can move it between servers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from mud.core.context import CoreContext
from mud.core.errors import Conflict, SnapshotError
from mud.server.module_host import ModuleHost
from mud.snapshot import files
from mud.snapshot.envelope import Metadata, unpack
from mud.snapshot.seal import Key
from mud.snapshot.shape import Imported


class ModuleTransfer:
    """Writes and reads such files, each marked with the server's name and generation."""

    def __init__(self, modules: ModuleHost, server: str, generation: Callable[[], int], key: Key | None) -> None:
        self._modules = modules
        self._server = server
        self._generation = generation
        self._key = key

    def export(self, name: str, path: Path, expires_at: float | None) -> int:
        """Write a module's state durably to a file; returns its size in bytes. Raises EverwakeError."""
        why = Metadata(reason="export", created_by=self._server, expires_at=expires_at)
        instance, states = self._modules.registry.get(name), self._modules.manager.states
        if name in states:  # the module could not take its state, so it has none now
            state, source = states[name]
            found = unpack(state, source) if isinstance(state, bytes) else state
            snapshot = msgspec.structs.replace(found, metadata=why)
        elif instance.broken:
            raise Conflict(f"{name} could not be loaded ({instance.figures.last_error}), and there is no state of it")
        else:
            snapshot = self._modules.save(instance, self._generation(), why)
        return len(files.write_to(path, snapshot, self._key, sync=True))

    def import_(self, name: str, path: Path) -> str:
        """Give a module the state from a file. Raises EverwakeError, and then nothing has changed."""
        instance = self._modules.registry.get(name)
        if instance.broken:
            raise Conflict(f"{name} could not be loaded: mend it first ({instance.figures.last_error})")
        try:
            snapshot = unpack(path.read_bytes(), str(path), self._key)
        except OSError as error:
            raise SnapshotError(f"{path}: {error.strerror}") from error

        def take(ctx: CoreContext) -> Imported[Any]:
            ctx.world.mark_module(name)
            return instance.restore_state(ctx, snapshot, str(path))

        found = self._modules.perform(take)
        self._modules.manager.states.pop(name, None)
        warned = f"; {'; '.join(found.warnings)}" if found.warnings else ""
        return f"{name} has the state of {path}: {', '.join(found.imported) or 'no sections'}{warned}"
