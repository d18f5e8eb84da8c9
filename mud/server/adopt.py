"""A server that takes over: built from what another one handed over, with all of its sockets. Nothing runs yet."""

from __future__ import annotations

import asyncio
import socket

from mud.config import Config
from mud.copyover.adopt import GameState, rejoin, stopped_game
from mud.copyover.handover import Handover
from mud.copyover.locations import CODE
from mud.copyover.target import look
from mud.net.connection import Connection
from mud.net.listener import Listener
from mud.server.server import Server
from mud.store.lock import Lock


def adopt(config: Config, loop: asyncio.AbstractEventLoop, given: Handover, carried: GameState) -> Server:
    """Build the server that `given` describes.

    Raises StoreError, WorldError, Failed or OSError when something does not fit.
    """
    game = stopped_game(config, given, carried)
    code = given.report.code if given.report is not None else look(config, CODE)
    server = Server(config, loop, game, given.generation, Lock.adopt(given.lock), code, carried.kept)
    server.addresses.restore(given.addresses)
    server.next_session = given.next_session
    server.jobs.waiting = given.jobs.all()
    for wire in given.wires:
        server.connections[wire.session] = Connection.adopt(loop, wire, config.limits, server)
    server.listener = Listener(loop, [socket.socket(fileno=fd) for fd in given.listeners], server.accepted)
    waiting = {job.session for job in server.jobs.waiting}
    server.work_lost += rejoin(game, carried.sessions, given.wires, waiting, config.database)
    master = server.hosting.master
    master.loader.rehearsed = frozenset(given.contracts)  # the old program saw to it that nothing was changed since
    master.load(carried.modules, carried.schemas)
    master.loader.rehearsed = frozenset()
    server.hosting.all_there(given.modules, config.modules.optional)
    return server
