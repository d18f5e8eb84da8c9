"""What a copyover carries from one game to the next, as bytes: the world, the sessions, and each module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from mud.core.session import Session
from mud.core.world.world import WorldState
from mud.framework.steps import lowered
from mud.sdk.module import Module
from mud.snapshot import belongings, participants
from mud.snapshot.envelope import Snapshot, pack, unpack
from mud.snapshot.shape import export, import_


class HandOver(Struct):
    """The contents of the `.dat` files. What belongs to a module is in the module's own."""

    world: bytes
    sessions: bytes
    modules: dict[str, bytes]

    @classmethod
    def of(
        cls,
        world: WorldState,
        sessions: Iterable[Session],
        modules: Mapping[str, Snapshot],
        codes: Mapping[str, Module[Any]],
        wall: float,
    ) -> HandOver:
        """The files of a game, in the schemas of the modules' snapshots; `wall` is the time by the wall clock."""
        world, left, theirs = belongings.take_out(world, sessions, modules)
        files = {}
        for name, snapshot in modules.items():
            fitting = lowered(codes[name], theirs[name], snapshot.schema)
            files[name] = pack(belongings.with_belongings(snapshot, fitting))
        return cls(
            pack(export(participants.WORLD, world, taken=wall)),
            pack(export(participants.SESSIONS, participants.SessionsState(left), taken=wall)),
            files,
        )

    def state(self, wall: float) -> tuple[WorldState, list[Session]]:
        """The world and the sessions, with everything that belongs to modules. Raises SnapshotError."""
        world = import_(participants.WORLD, unpack(self.world, "world"), wall, "world").state
        sessions = import_(participants.SESSIONS, unpack(self.sessions, "sessions"), wall, "sessions").state.sessions
        theirs = {name: belongings.read(unpack(data, name), name) for name, data in self.modules.items()}
        belongings.put_in(world, sessions, theirs)
        return world, sessions
