"""The new program's side of a copyover: reads and checks what was handed over, and builds the game from it.

`mud.server.adopt` builds the server around the game.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Container, Iterable
from pathlib import Path
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
from mud.net.wire import Wire
from mud.play.login import names_in_creation
from mud.snapshot import belongings, files, participants
from mud.snapshot.belongings import Belongings
from mud.snapshot.envelope import Section, Snapshot
from mud.snapshot.seal import Key
from mud.snapshot.shape import Imported, Shape, import_
from mud.store import rows
from mud.store.store import read_modules, read_sessions, read_waiting

log = logging.getLogger("mud.copyover")

S = TypeVar("S", bound=Struct)
#: Each module's state, packed or not, with a description of where it comes from.
States = dict[str, tuple[Snapshot | bytes, str]]


class GameState(Struct):
    """The state of a game, as one program passes it to the next.

    `kept` holds the core's sections that we do not know; `schemas` the schema versions of modules' own tables.
    """

    world: WorldState
    sessions: list[Session]
    kept: dict[str, dict[str, Section]] = {}
    modules: States = {}
    schemas: dict[str, int] = {}


def read_state(config: Config, given: Handover) -> GameState:
    """Read the snapshots that a hand-over names. Raises SnapshotError, naming file and reason; a bad file is set aside.

    Raises StoreError if the database can't be read. A bad snapshot of an optional module costs nothing: the database
    has the same state, written in the silence.
    """
    key = config.key()
    world = _imported(participants.WORLD, config, given, key)
    sessions = _imported(participants.SESSIONS, config, given, key)
    modules, schemas = modules_of(*read_modules(config.database))
    theirs: dict[str, Belongings] = {}
    for name in sorted(set(given.files) - {"world", "sessions"}):
        source = str(files.path_of(config.snapshot_folder, name))
        try:
            snapshot = _snapshot(config, given, name, key)
            theirs[name] = belongings.read(snapshot, source)
        except SnapshotError as error:
            if name not in config.modules.optional:
                raise
            log.error("a module's snapshot can't be used; the database has the same state: %s", error)
            theirs[name] = stored_belongings(config, name)
        else:
            modules[name] = (snapshot, source)
    belongings.put_in(world.state, sessions.state.sessions, theirs)
    kept = {"world": world.kept, "sessions": sessions.kept}
    return GameState(world.state, sessions.state.sessions, kept, modules, schemas)


def stored_belongings(config: Config, module: str) -> Belongings:
    """What the last flush wrote of a module's timers and notes; its conversations are in no database."""
    return belongings.take_out(rows.waiting(*read_waiting(config.database)), [], (module,))[2][module]


def _imported(shape: Shape[S], config: Config, given: Handover, key: Key | None) -> Imported[S]:
    """The state of one of the core's own participants."""
    snapshot = _snapshot(config, given, shape.participant, key)
    return import_(shape, snapshot, time.time(), str(files.path_of(config.snapshot_folder, shape.participant)))


def _snapshot(config: Config, given: Handover, participant: str, key: Key | None) -> Snapshot:
    """A participant's snapshot, checked to be the one that the hand-over names."""
    source = str(files.path_of(config.snapshot_folder, participant))
    try:
        found = files.read(config.snapshot_folder, participant, key)
    except SnapshotError:
        files.set_aside(config.snapshot_folder, participant, "corrupt")
        raise
    if found is None:
        raise SnapshotError(f"{source}: the hand-over names this file, but it does not exist")
    if found.checksum != given.files[participant]:
        raise SnapshotError(f"{source}: it is of generation {found.generation}, not the one that was handed over")
    return found


def modules_of(states: list[rows.Row], schemas: list[rows.Row]) -> tuple[States, dict[str, int]]:
    """Modules' states and the schema versions of their tables, from their rows in the database."""
    return {name: (state, f"the database's state of {name}") for name, _, state in states}, dict(schemas)


def stopped_game(config: Config, given: Handover, carried: GameState) -> Game:
    """The game as it was when the silence began, with its clock stopped.

    Raises WorldError if the world's definitions can't be loaded at all.
    """
    clock = Clock(time.monotonic, time.time, carried.world.game_time)
    clock.stop(given.frozen)
    return Game(World(_definitions(config), carried.world), clock)


def _definitions(config: Config) -> WorldDef:
    """The world's definitions; as they were in the rehearsal, if somebody has broken a file since."""
    try:
        return load_cached(config.world, config.cache)
    except WorldError as error:
        log.error("the world's files were broken after the rehearsal; the world is used as it was then: %s", error)
        return load_compiled(config.world, config.cache)


def rejoin(
    game: Game, sessions: list[Session], wires: Iterable[Wire], waiting: Container[int], database: Path
) -> list[int]:
    """Give each connection its session back, logged in only if the database says so (rule 7).

    The work that sessions in `waiting` wait for goes on. Returns the sessions whose work nobody does any more.
    """
    session_rows, account_rows = read_sessions(database, names_in_creation(sessions))
    confirmed = {row[0]: tuple(row[1:]) for row in session_rows}
    known = {session.id: session for session in sessions}
    lost: list[int] = []
    for account in map(rows.account, account_rows):
        game.world.accounts[account.name.casefold()] = account
    for wire in wires:
        row = confirmed.get(wire.session)
        session = known.get(wire.session) or _bare_session(wire, row)
        claimed = (wire.inode, wire.peer, session.account, session.character)
        if session.character is not None and (row != claimed or session.character not in game.world.characters):
            log.error("session %d does not match the database; it has to log in again", session.id)
            session.account = session.character = None
            session.stack = [d.AskName()]
        elif session.stack and type(session.stack[-1]) is d.Working and session.id not in waiting:
            lost.append(session.id)
        game.sessions.by_id[session.id] = session
        if session.character is not None:
            game.sessions.by_character[session.character] = session
    game.reopen([])
    return lost


def _bare_session(wire: Wire, row: tuple[Any, ...] | None) -> Session:
    """A session for a connection whose own is lost: in play if the database has a row for it, else asked for a name."""
    now = time.time()
    return Session(
        id=wire.session,
        address=wire.address,
        stack=[d.Play()] if row is not None else [d.AskName()],
        account=row[2] if row is not None else None,
        character=row[3] if row is not None else None,
        connected_at=now,
        last_input=now,
    )
