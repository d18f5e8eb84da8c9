"""Builds the server of a new program from what the old one handed over, with all its sockets. Nothing runs yet."""

from __future__ import annotations

import asyncio

from mud.config import Config
from mud.copyover.adopt import GameState, rejoin, stopped_game
from mud.copyover.handover import Handover
from mud.copyover.locations import CODE
from mud.copyover.target import look
from mud.server.origin import Origin
from mud.server.server import Server
from mud.store.lock import Lock


def adopt(config: Config, loop: asyncio.AbstractEventLoop, given: Handover, carried: GameState) -> Server:
    """Build the server that `given` describes.

    Raises StoreError, WorldError, Failed or OSError if something does not fit.
    """
    game = stopped_game(config, given, carried)
    code = given.report.code if given.report is not None else look(config, CODE)
    origin = Origin(generation=given.generation, code=code, rejected=given.rejected, unknown=carried.kept)
    server = Server(config, loop, game, Lock.adopt(given.lock), origin)
    server.jobs.waiting = given.jobs.all()
    server.connections.adopt(given.listeners, given.wires, given.partings, given.addresses, given.next_session)
    waiting = {job.session for job in server.jobs.waiting}
    server.tasks.lost += rejoin(game, carried.sessions, given.wires, waiting, config.database)
    manager = server.modules.manager
    manager.loader.rehearsed = frozenset(given.contracts)  # the old program checked that nothing has changed since
    manager.load(carried.modules, carried.schemas)
    manager.loader.rehearsed = frozenset()
    return server
