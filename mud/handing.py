"""A server in a copyover: how it is taken apart by the old program and put together by the new one.

`freeze` and `export` of the one, `adopt` of the other: one pair, whichever way carries them.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from typing import Any

from mud import __version__
from mud.areas.cache import load_cached, load_compiled
from mud.copyover import channel, rehearsal
from mud.copyover.handover import Handover, Jobs
from mud.copyover.transaction import Order
from mud.core import dialogs as d
from mud.core.area import WorldDef
from mud.core.clock import Clock
from mud.core.errors import SnapshotError, StoreError, WorldError
from mud.core.session import Session
from mud.core.world import World, WorldState
from mud.game import Game
from mud.net.connection import Connection
from mud.net.listener import Listener
from mud.ops.config import Config
from mud.play.login import names_in_creation
from mud.server import Server
from mud.snapshot import files, participants
from mud.store import rows
from mud.store.lock import Lock
from mud.store.store import Store, read_sessions

log = logging.getLogger("mud.copyover")

#: Seconds that running workers get before a copyover takes their work along undone.
SETTLE_SECONDS = 5.0


class Handing:
    """The host of a copyover: the old program's side."""

    def __init__(self, server: Server, lock: Lock) -> None:
        self._server = server
        self._lock = lock
        self.channel: socket.socket | None = None

    async def rehearse(self) -> None:
        """Have a child import the new code and load the world."""
        await rehearsal.rehearse(rehearsal.command(), os.environ, self._server.config.copyover.rehearsal_seconds)

    async def settle(self) -> None:
        """Running workers finish, and everything is on the disk, while the game plays on."""
        server = self._server
        server.jobs.pause()
        await server.jobs.settle(SETTLE_SECONDS)
        await server.flusher.flush()
        if server.store is not None:
            await server.store.checkpoint()

    async def freeze(self) -> None:
        """The silence begins. The last changes are written, the store closed."""
        server = self._server
        server.freeze()
        await server.stop_workers()
        if server.store is not None:
            await server.store.relax()
        await server.flusher.flush(last=True)
        await server.close_store()

    def export(self, order: Order) -> Handover:
        """Write the snapshots; gather everything else."""
        server, game = self._server, self._server.game
        now, generation = time.time(), server.generation + 1
        reason = order.reason or "copyover"
        parts = {
            "world": participants.world_parts(game.world.state(game.clock.game)),
            "sessions": {"sessions": list(game.sessions.by_id.values())},
        }
        folder = server.config.snapshots
        sums = {
            name: files.write(folder, participants.snapshot(name, part, generation, now, reason))[-32:]
            for name, part in parts.items()
        }
        ours, theirs = channel.make()
        self.channel = ours
        assert server.listener is not None
        return Handover(
            generation=generation,
            version=__version__,
            by=order.by,
            reason=order.reason,
            session=order.session,
            began=now,
            files=sums,
            listeners=server.listener.fds(),
            wires=[c.export() for c in server.connections.values()],
            jobs=Jobs.of(server.jobs.waiting),
            addresses=server.addresses.export(),
            next_session=server.next_session,
            lock=self._lock.fd,
            channel=theirs.detach(),
        )

    async def go_on(self) -> None:
        """Undo settle and freeze."""
        server = self._server
        if self.channel is not None:
            self.channel.close()
            self.channel = None
        await server.unfreeze()


# The new program's side


def read_state(config: Config, given: Handover) -> tuple[WorldState, list[Session]]:
    """What the snapshots of a hand-over hold. Raises SnapshotError, naming file and reason."""
    world = participants.world_state(_parts(config, given, "world"))
    return world, _parts(config, given, "sessions")["sessions"]


def _parts(config: Config, given: Handover, participant: str) -> dict[str, Any]:
    """A participant's parts, from the very snapshot that the hand-over names."""
    source = str(files.path_of(config.snapshots, participant))
    found = files.read(config.snapshots, participant)
    if found is None:
        raise SnapshotError(f"{source}: the hand-over names it, but it is not there")
    if found.generation != given.generation:
        raise SnapshotError(f"{source}: it is of generation {found.generation}, not {given.generation}")
    return participants.parts(found, source)


async def read_last_flush(config: Config) -> tuple[WorldState, list[Session]]:
    """The same instant out of the database, for when a snapshot is bad: it was written in the silence. Only what
    sessions were in the middle of is not in there. Raises StoreError."""
    store = await Store.open(config.database)
    try:
        return rows.state(await store.load_active())[0], []
    finally:
        await store.close()


def adopt(
    config: Config, loop: asyncio.AbstractEventLoop, given: Handover, state: WorldState, sessions: list[Session]
) -> tuple[Server, Lock]:
    """Build the server that `given` describes: everything, but nothing runs yet.

    Raises StoreError, WorldError or OSError when something does not fit.
    """
    clock = Clock(time.monotonic, time.time, state.game_time)
    clock.stop()
    game = Game(World(_definitions(config), state), clock)
    server = Server(config, loop, game, given.generation)
    server.addresses.restore(given.addresses)
    server.next_session = given.next_session
    server.jobs.waiting = given.jobs.all()
    for wire in given.wires:
        server.connections[wire.session] = Connection.adopt(server.loop, wire, config.limits, server)
    server.listener = Listener(server.loop, [socket.socket(fileno=fd) for fd in given.listeners], server.accepted)
    _adopt_sessions(server, {session.id: session for session in sessions})
    return server, Lock.adopt(given.lock)


def _definitions(config: Config) -> WorldDef:
    """The world's definitions; if somebody broke a file since the rehearsal, as they were then."""
    try:
        return load_cached(config.world, config.cache)
    except WorldError as error:
        log.error("the world's files were broken since the rehearsal, they are taken as they were: %s", error)
        return load_compiled(config.world, config.cache)


def _adopt_sessions(server: Server, sessions: dict[int, Session]) -> None:
    """Give each connection its session back; logged in only if the database says so (rule 7)."""
    try:
        session_rows, account_rows = read_sessions(server.config.database, names_in_creation(sessions.values()))
    except StoreError as error:
        log.error("the database can't confirm who is logged in, all are asked again: %s", error)
        session_rows, account_rows = [], []
    confirmed = {row[0]: tuple(row[1:]) for row in session_rows}
    game = server.game
    for account in map(rows.account, account_rows):
        game.world.accounts[account.name.casefold()] = account
    waiting = {job.session for job in server.jobs.waiting}
    for connection in server.connections.values():
        row = confirmed.get(connection.id)
        session = sessions.get(connection.id) or _bare_session(connection, row)
        claimed = (connection.inode, connection.peer, session.account, session.character)
        if session.character is not None and (row != claimed or session.character not in game.world.characters):
            log.error("session %d is not what the database says; it is asked to log in again", session.id)
            session.account = session.character = None
            session.stack = [d.AskName()]
        elif session.stack and type(session.stack[-1]) is d.Working and session.id not in waiting:
            server.work_lost.append(session.id)
        game.sessions.by_id[session.id] = session
        if session.character is not None:
            game.sessions.by_character[session.character] = session
    game.reopen([])


def _bare_session(connection: Connection, row: tuple[Any, ...] | None) -> Session:
    """A session for a connection whose own is lost: in play if the database has it, else asked for a name."""
    now = time.time()
    return Session(
        id=connection.id,
        address=connection.address,
        stack=[d.Play()] if row is not None else [d.AskName()],
        account=row[2] if row is not None else None,
        character=row[3] if row is not None else None,
        connected_at=now,
        last_input=now,
    )
