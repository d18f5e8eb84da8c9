"""The old program's side of a copyover: how a server is stopped, its state exported, and how it goes on if that fails.

`freeze` and `export` in here, `adopt` in `mud.adopting`: one pair, whichever way carries them.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from typing import Any

from mud import __version__
from mud.copyover import channel, rehearsal
from mud.copyover.handover import Handover, Jobs
from mud.copyover.transaction import Order
from mud.server import Server
from mud.snapshot import files, participants
from mud.snapshot.envelope import Metadata
from mud.snapshot.shape import Shape, export
from mud.store.lock import Lock

log = logging.getLogger("mud.copyover")

#: Seconds that running workers get before a copyover takes their work along undone.
SETTLE_SECONDS = 5.0


class Handing:
    """The host of a copyover: the old program's side."""

    def __init__(self, server: Server, lock: Lock) -> None:
        self._server = server
        self._lock = lock
        self.channel: socket.socket | None = None
        self._managing: asyncio.Lock | None = None  # held: nobody loads or reloads a module meanwhile

    async def rehearse(self) -> None:
        """Have a child import the new code and load the world."""
        seconds, modules = self._server.config.copyover.rehearsal_seconds, self._server.hosting.active()
        await rehearsal.rehearse(rehearsal.command(), os.environ, seconds, modules)

    async def prepare(self) -> None:
        """Have every module prepare itself, once nothing is being done to any of them; nothing is, until `go_on`."""
        managing = self._server.hosting.master.managing
        await managing.acquire()
        self._managing = managing
        self._server.hosting.prepare()

    def ask(self, force: bool) -> None:
        """Ask every module whether it may be."""
        self._server.hosting.ask(force)

    async def settle(self) -> None:
        """Running workers finish, and everything is on the disk, while the game plays on."""
        server = self._server
        await server.hosting.master.pause_work()  # jobs that are slow to end are so while the game plays on
        server.jobs.pause()
        await server.jobs.settle(SETTLE_SECONDS)
        await server.flusher.flush()
        if server.store is not None:
            await server.store.checkpoint()
        await server.onlooker.pause()

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
        why = Metadata(reason="copyover", created_by=order.by, custom={"because": order.reason} if order.reason else {})
        world: tuple[Shape[Any], Any] = (participants.WORLD, game.world.state(game.clock.game))
        sessions = (participants.SESSIONS, participants.SessionsState(list(game.sessions.by_id.values())))
        snapshots = [
            export(of, state, taken=now, generation=generation, metadata=why, kept=server.kept.get(of.participant))
            for of, state in (world, sessions)
        ]
        snapshots += server.hosting.snapshots(generation, why)
        folder = server.config.snapshot_folder
        sums = {s.participant: files.write(folder, s, server.key)[-32:] for s in snapshots}
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
        server.hosting.cleanup()
        if self._managing is not None:
            self._managing.release()
            self._managing = None
