"""The new program's side of a copyover: what was handed over is read and checked, and a server is built from it."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any, TypeVar

from msgspec import Struct

from mud.areas.cache import load_cached, load_compiled
from mud.config import Config
from mud.copyover.handover import Handover
from mud.core import dialogs as d
from mud.core.clock import Clock
from mud.core.errors import SnapshotError, WorldError
from mud.core.session import Session
from mud.core.world.area import WorldDef
from mud.core.world.world import World, WorldState
from mud.game import Game
from mud.net.connection import Connection
from mud.play.login import names_in_creation
from mud.server.server import Server
from mud.snapshot import files, participants
from mud.snapshot.envelope import Section, Snapshot
from mud.snapshot.seal import Key
from mud.snapshot.shape import Imported, Shape, import_
from mud.store import rows
from mud.store.lock import Lock
from mud.store.store import read_modules, read_sessions

log = logging.getLogger("mud.copyover")

S = TypeVar("S", bound=Struct)
#: Each module's state, packed or not, and where it was.
States = dict[str, tuple[Snapshot | bytes, str]]


class Carried(Struct):
    """The state of a game, as it goes from one program to the next.

    `kept` are sections of the core's that we do not know; `schemas` those of modules' own tables.
    """

    world: WorldState
    sessions: list[Session]
    kept: dict[str, dict[str, Section]] = {}
    modules: States = {}
    schemas: dict[str, int] = {}


def read_state(config: Config, given: Handover) -> Carried:
    """What the snapshots of a hand-over hold. Raises SnapshotError, naming file and reason; a bad file is set aside.

    Raises StoreError when the database can't be read.

    An optional module's bad one costs nothing: the database has the same state, written in the silence.
    """
    key = config.key()
    world = _imported(participants.WORLD, config, given, key)
    sessions = _imported(participants.SESSIONS, config, given, key)
    modules, schemas = modules_of(*read_modules(config.database))
    for name in set(given.files) - {"world", "sessions"}:
        try:
            modules[name] = (_snapshot(config, given, name, key), str(files.path_of(config.snapshot_folder, name)))
        except SnapshotError as error:
            if name not in config.modules.optional:
                raise
            log.error("a module's state is taken from the database, which has the same: %s", error)
    kept = {"world": world.kept, "sessions": sessions.kept}
    return Carried(world.state, sessions.state.sessions, kept, modules, schemas)


def _imported(shape: Shape[S], config: Config, given: Handover, key: Key | None) -> Imported[S]:
    """One of the core's own participants."""
    snapshot = _snapshot(config, given, shape.participant, key)
    return import_(shape, snapshot, time.time(), str(files.path_of(config.snapshot_folder, shape.participant)))


def _snapshot(config: Config, given: Handover, participant: str, key: Key | None) -> Snapshot:
    """A participant's snapshot, the very one that the hand-over names."""
    source = str(files.path_of(config.snapshot_folder, participant))
    try:
        found = files.read(config.snapshot_folder, participant, key)
    except SnapshotError:
        files.set_aside(config.snapshot_folder, participant, "corrupt")
        raise
    if found is None:
        raise SnapshotError(f"{source}: the hand-over names it, but it is not there")
    if found.checksum != given.files[participant]:
        raise SnapshotError(f"{source}: it is of generation {found.generation}, and not the one that was handed over")
    return found


def modules_of(states: list[rows.Row], schemas: list[rows.Row]) -> tuple[States, dict[str, int]]:
    """Modules' states and the schemas of their tables, from their rows."""
    return {name: (state, f"the database's state of {name}") for name, _, state in states}, dict(schemas)


def adopt(config: Config, loop: asyncio.AbstractEventLoop, given: Handover, carried: Carried) -> tuple[Server, Lock]:
    """Build the server that `given` describes: everything, but nothing runs yet.

    Raises StoreError, WorldError, Failed or OSError when something does not fit.
    """
    clock = Clock(time.monotonic, time.time, carried.world.game_time)
    clock.stop(given.frozen)
    game = Game(World(_definitions(config), carried.world), clock)
    server = Server(config, loop, game, given.generation)
    server.kept = carried.kept
    server.jobs.waiting = given.jobs.all()
    server.connections.adopt(given.listeners, given.wires, given.partings, given.addresses, given.next_session)
    _adopt_sessions(server, {session.id: session for session in carried.sessions})
    manager = server.modules.manager
    manager.loader.rehearsed = frozenset(given.contracts)  # the old program saw to it that nothing was changed since
    manager.load(carried.modules, carried.schemas)
    manager.loader.rehearsed = frozenset()
    server.modules.all_there(given.modules, config.modules.optional)
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
    session_rows, account_rows = read_sessions(server.config.database, names_in_creation(sessions.values()))
    confirmed = {row[0]: tuple(row[1:]) for row in session_rows}
    game = server.game
    for account in map(rows.account, account_rows):
        game.world.accounts[account.name.casefold()] = account
    waiting = {job.session for job in server.jobs.waiting}
    for connection in server.connections.by_session.values():
        row = confirmed.get(connection.id)
        session = sessions.get(connection.id) or _bare_session(connection, row)
        claimed = (connection.inode, connection.peer, session.account, session.character)
        if session.character is not None and (row != claimed or session.character not in game.world.characters):
            log.error("session %d is not what the database says; it is asked to log in again", session.id)
            session.account = session.character = None
            session.stack = [d.AskName()]
        elif session.stack and type(session.stack[-1]) is d.Working and session.id not in waiting:
            server.requests.lost.append(session.id)
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
