"""Exports a module's state to a file, and imports it, so that an operator can move it between servers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from mud.core.context import CoreContext
from mud.core.errors import Conflict, SnapshotError
from mud.core.events import Signalled
from mud.core.signals import InService
from mud.core.text.words import count
from mud.framework.lifecycle import ModuleState
from mud.framework.settle import moved_here, settle
from mud.framework.steps import raised
from mud.server.backups import make, snapshot_in
from mud.server.module_host import ModuleHost
from mud.snapshot import belongings, files
from mud.snapshot.belongings import Belongings, counted
from mud.snapshot.envelope import Metadata, unpack
from mud.snapshot.seal import Key
from mud.snapshot.shape import Imported
from mud.store.store import Store


class ModuleTransfer:
    """Writes and reads such files, each marked with the server's name and generation."""

    def __init__(self, modules: ModuleHost, server: str, generation: Callable[[], int], key: Key | None) -> None:
        self._modules = modules
        self._server = server
        self._generation = generation
        self._key = key

    def export(self, name: str, path: Path, why: Metadata) -> int:
        """Write a module's state durably to a file; returns its size in bytes. Raises EverwakeError."""
        why = msgspec.structs.replace(why, custom={"server": self._server, **why.custom})
        instance, states = self._modules.registry.get(name), self._modules.manager.states
        if name in states:  # the module could not take its state, so it has none now
            state, source = states[name]
            found = unpack(state, source) if isinstance(state, bytes) else state
            snapshot = msgspec.structs.replace(found, metadata=why)
        elif instance.broken:
            raise Conflict(f"{name} could not be loaded ({instance.figures.last_error}), and there is no state of it")
        else:
            snapshot = self._modules.whole(instance, self._generation(), why)
        return len(files.write_to(path, snapshot, self._key, sync=True))

    async def backup(self, store: Store, path: Path, why: Metadata) -> list[str]:
        """Make a backup of an open database. Returns the modules in it. Raises StoreError or SnapshotError."""
        return await make(store, path, why, self._key)

    def import_(self, name: str, path: Path) -> str:
        """Give a module the state from a file. Raises EverwakeError, and then nothing has changed."""
        instance = self._modules.registry.get(name)
        if instance.broken:
            raise Conflict(f"{name} could not be loaded: mend it first ({instance.figures.last_error})")
        try:
            path = snapshot_in(path, name)
            snapshot = unpack(path.read_bytes(), str(path), self._key)
        except OSError as error:
            raise SnapshotError(f"{path}: {error.strerror}") from error

        theirs = belongings.read(snapshot, str(path))
        if wrong := self._modules.registry.misfits(instance, theirs):
            raise SnapshotError(f"{path}: {'; '.join(wrong)}")

        def take(ctx: CoreContext) -> tuple[Imported[Any], list[str]]:
            ctx.world.mark_module(name)
            found = instance.restore_state(ctx, snapshot, str(path))
            if belongings.CLOCK not in snapshot.sections:  # of an older version: it is the state alone
                return found, found.warnings
            here, warnings = moved_here(ctx, name, raised(instance.module, theirs), str(path))
            settle(ctx, name, here)
            return found, [*found.warnings, *warnings]

        found, warnings = self._modules.perform(take)
        self._modules.manager.states.pop(name, None)
        if instance.life.state is ModuleState.ACTIVE:
            self._tell(name, theirs)
        told = ", ".join([*found.imported, *(count(number, what) for what, number in counted(theirs).items())])
        return f"{name} has the state of {path}: {'; '.join([told or 'no sections', *warnings])}"

    def _tell(self, name: str, theirs: Belongings) -> None:
        """The module looks at what it has now, and moves its times by what the two clocks differ."""
        ahead = self._modules.registry.context().clock.game - theirs.game_time
        self._modules.post(Signalled(name, InService(ahead if theirs else 0.0)))
