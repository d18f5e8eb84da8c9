"""What a copyover needs of the server, as protocols: nothing in this package knows the server itself."""

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


class RunningGame(Protocol):
    """The running game and its players."""

    @property
    def world(self) -> World:
        """The world."""

    @property
    def sessions(self) -> Sessions:
        """All sessions."""

    @property
    def wall(self) -> float:
        """The game's wall clock, in seconds."""

    def state(self) -> WorldState:
        """The world's state at this instant."""

    def connected(self, session: int) -> bool:
        """Whether a session has a connection."""

    def post(self, event: e.Event) -> None:
        """Queue an event for the game."""

    def answer(self, told: e.Told | e.JobFailed) -> None:
        """Tell a session something; the lines that it sent while it waited are then handled."""

    def perform(self, do: Callable[[CoreContext], T]) -> T:
        """Run `do` as an event of its own. Raises what it raises."""


class RunningModules(Protocol):
    """The modules of the game."""

    @property
    def managing(self) -> asyncio.Lock:
        """The lock that is held while a module is loaded, reloaded or unloaded."""

    def active(self) -> list[str]:
        """The names of the modules in service."""

    def in_state(self, *states: ModuleState) -> dict[str, str]:
        """The modules in one of these states, with their last errors."""

    def forms(self) -> dict[str, Form]:
        """The form of each module's state."""

    def prepare(self, prepared: list[str]) -> None:
        """Call each module's prepare hook, noting it in `prepared` first. Raises CopyoverError, naming the module."""

    def clean_up(self, prepared: list[str]) -> None:
        """Call the cleanup hook of these modules."""

    def vetoes(self, warnings: list[str]) -> Vetoes:
        """The modules' vetoes against a copyover now. Adds other remarks to `warnings`."""


class ServerState(Struct, kw_only=True):
    """What a server leaves to the next apart from participants' states: above all its sockets. See `Handover`."""

    listeners: list[int]
    wires: list[Wire]
    partings: list[Parting]
    jobs: CarriedJobs
    addresses: dict[str, Address]
    next_session: int
    lock: int
    unwritable: list[tuple[str, str]] = []


class Host(Protocol):
    """The running server."""

    @property
    def config(self) -> Config:
        """Its configuration."""

    @property
    def generation(self) -> int:
        """Its generation."""

    @property
    def key(self) -> Key | None:
        """The key that encrypts its snapshots, if any."""

    @property
    def play(self) -> RunningGame:
        """Its game."""

    @property
    def modules(self) -> RunningModules:
        """Its modules."""

    @property
    def unopened(self) -> str:
        """Why the database can't be opened; "" where it is open, or nobody has failed to open it yet."""

    @property
    def refused(self) -> bool:
        """Whether the database refuses changes."""

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a background task, which ends at the latest at a copyover's freeze or the server's end."""

    def snapshots(self, generation: int, why: Metadata, readers: Mapping[str, Form]) -> list[Snapshot]:
        """The state of every participant at this instant, in the forms that `readers` names, otherwise in our own.

        Raises CopyoverError, naming a participant that can't save; SnapshotError if a state can't be converted to an
        older form.
        """

    async def backup(self, path: Path) -> None:
        """Copy the database, if it is open."""

    async def settle(self, seconds: float) -> None:
        """Let running work finish, for at most `seconds`, and write everything, while the game plays on.

        Raises StoreError if it can't be written.
        """

    async def freeze(self) -> None:
        """Stop between two events: no socket is read or written, no timer fires, no thread remains.

        Writes the last changes and closes the database. Raises StoreError if that fails.
        """

    def export(self) -> ServerState:
        """What a frozen server leaves to the next program. Raises StoreError if a change is not written."""

    def leave(self) -> None:
        """End the event loop: everything is ready for the next program."""

    async def go_on(self) -> None:
        """Undo whatever part of settle and freeze was done. Never raises."""
