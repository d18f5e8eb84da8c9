"""What a copyover needs of the server, stated here: nobody in this package knows the server itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from mud.config import Config
from mud.copyover.handover import CarriedJobs
from mud.copyover.vetoes import Vetoes
from mud.core import events as e
from mud.core.context import CoreContext, Sessions
from mud.core.world.world import World, WorldState
from mud.framework.lifecycle import ModuleState
from mud.net.budget import Address
from mud.net.farewell import Parting
from mud.net.wire import Wire
from mud.snapshot.envelope import Metadata, Snapshot
from mud.snapshot.form import Form
from mud.snapshot.seal import Key

T = TypeVar("T")


class Play(Protocol):
    """The game that is played, and those who play it."""

    @property
    def world(self) -> World:
        """The world."""

    @property
    def sessions(self) -> Sessions:
        """Everybody's session."""

    @property
    def wall(self) -> float:
        """Seconds by the game's wall clock."""

    def state(self) -> WorldState:
        """The world's state at this instant."""

    def connected(self, session: int) -> bool:
        """Whether somebody is there."""

    def post(self, event: e.Event) -> None:
        """Let an event happen."""

    def answer(self, told: e.Told | e.JobFailed) -> None:
        """Tell a session something; what it sent while it waited for that goes on."""

    def perform(self, do: Callable[[CoreContext], T]) -> T:
        """Have `do` happen as an event of its own. Raises what it raises."""


class Modules(Protocol):
    """The modules of the game."""

    @property
    def managing(self) -> asyncio.Lock:
        """Held by who loads, reloads or unloads one."""

    def active(self) -> list[str]:
        """Those in service."""

    def in_state(self, *states: ModuleState) -> dict[str, str]:
        """Those in one of these states, and their last error."""

    def forms(self) -> dict[str, Form]:
        """What the state of each is like."""

    def prepare(self, prepared: list[str]) -> None:
        """Have each prepare itself, and note it in `prepared` before. Raises CopyoverError, naming who could not."""

    def clean_up(self, prepared: list[str]) -> None:
        """Undo that for these."""

    def vetoes(self, warnings: list[str]) -> Vetoes:
        """What each has against a copyover now. What else there is to know is added to `warnings`."""


class ServerState(Struct, kw_only=True):
    """What a server leaves to the next that is no participant's state: sockets above all. See `Handover`."""

    listeners: list[int]
    wires: list[Wire]
    partings: list[Parting]
    jobs: CarriedJobs
    addresses: dict[str, Address]
    next_session: int
    lock: int


class Host(Protocol):
    """The server that runs."""

    @property
    def config(self) -> Config:
        """Its configuration."""

    @property
    def generation(self) -> int:
        """Its generation."""

    @property
    def key(self) -> Key | None:
        """What its snapshots are encrypted with."""

    @property
    def play(self) -> Play:
        """Its game."""

    @property
    def modules(self) -> Modules:
        """Its modules."""

    @property
    def refused(self) -> bool:
        """Whether changes do not reach the database."""

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside the game, until a copyover or the end."""

    def snapshots(self, generation: int, why: Metadata, readers: Mapping[str, Form]) -> list[Snapshot]:
        """The state of every participant, at this instant, for code that has them as `readers` says, or as we do.

        Raises CopyoverError, naming who can't save, and SnapshotError where there is no way back to what is older.
        """

    async def backup(self, path: Path) -> None:
        """Copy the database, if it is open."""

    async def settle(self, seconds: float) -> None:
        """Have work that runs finish, `seconds` at the most, and everything written, while the game plays on."""

    async def freeze(self) -> None:
        """Stop between two events: no socket is read or written, no timer fires, no thread is left.

        The last changes are written, and the database closed.
        """

    def export(self) -> ServerState:
        """What a frozen server leaves to the next."""

    def leave(self) -> None:
        """End the loop: all is ready for the next program."""

    async def go_on(self) -> None:
        """Undo whatever of settle and freeze was done. Does not raise."""
