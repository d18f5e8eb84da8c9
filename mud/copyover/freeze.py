"""The old program's side of a copyover: how a server is stopped, its state exported, and how it goes on if that fails.

`freeze` and `export` in here, `adopt` in `mud.copyover.adopt`: one pair, whichever way carries them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time

from mud import __version__
from mud.copyover.attempt import Changed, Order
from mud.copyover.code import Code
from mud.copyover.handover import CarriedJobs, Handover
from mud.copyover.locations import TREE
from mud.copyover.rehearsal.report import RehearsalReport
from mud.copyover.rehearsal.trial import check, snapshots_of
from mud.copyover.target import Target, generations
from mud.core.errors import CopyoverError
from mud.dev import changes
from mud.server.server import Server
from mud.snapshot import files
from mud.snapshot.envelope import Metadata
from mud.store.lock import Lock
from mud.store.threads import in_thread

log = logging.getLogger("mud.copyover")

#: Seconds that running workers get before a copyover takes their work along undone.
SETTLE_SECONDS = 5.0


class Handing:
    """The host of a copyover: the old program's side."""

    def __init__(self, server: Server, lock: Lock) -> None:
        self._server = server
        self._lock = lock
        self.rehearsed = 0.0  # seconds that the start of the new code took in the rehearsal
        self.report = RehearsalReport()
        self.target = Target(server.config)  # the code that is to have the game
        self._code = server.orders.recorder.code  # what was rehearsed last, or runs
        self._written: list[str] = []  # the participants whose snapshots are there
        self._managing: asyncio.Lock | None = None  # held: nobody loads or reloads a module meanwhile

    async def rehearse(self, order: Order) -> None:
        """Have a child run the new code on a copy of the state."""
        self.target = Target(self._server.config, order.back_to)
        self.report = await self._try(self.target)
        if self.report.errors:
            raise CopyoverError("\n".join(self.report.errors))
        for text in self.report.warnings:
            log.warning("the rehearsal warns: %s", text)
        self.rehearsed = self.report.start

    async def check(self) -> str:
        """The same without a copyover; gives what was found. Raises CopyoverError when the code is not fit."""
        report = await self._try(Target(self._server.config))
        if report.errors:
            raise CopyoverError(str(report))
        return str(report)

    async def _try(self, target: Target) -> RehearsalReport:
        """Rehearse code, of which nothing is taken from Python's caches that is not in the game for sure."""
        running = self._server.orders.recorder.code
        code, before = target.look(running), self._code
        if target.kept is None:
            changed = code.other_than(running) | code.other_than(before)
            await in_thread(changes.forget_compiled, [str(TREE / name) for name in changed])
        self._code = code
        return await check(self._server, target)

    def _look(self) -> Code:
        return self.target.look(self._server.orders.recorder.code)

    async def _keep(self) -> None:
        """Keep a copy of the new code, in case it proves to be good; a disk without room is no reason to stay."""
        if self.target.kept is not None:
            return
        try:
            await in_thread(generations(self._server.config).keep, self._code.program, TREE)
        except CopyoverError as error:
            raise Changed(f"after the rehearsal {error}") from error
        except OSError as error:
            log.error("there will be no going back to the new code, it can't be kept: %s", error)

    async def prepare(self) -> None:
        """Have every module prepare itself, once nothing is being done to any of them; nothing is, until `go_on`."""
        managing = self._server.modules.manager.managing
        await managing.acquire()
        self._managing = managing
        self._server.modules.prepare()

    def ask(self, force: bool) -> None:
        """Ask every module whether it may be."""
        self._server.orders.ask(force)

    async def settle(self) -> None:
        """Running workers finish, and everything is on the disk, while the game plays on."""
        server = self._server
        await server.modules.manager.pause_work()  # jobs that are slow to end are so while the game plays on
        server.jobs.pause()
        await server.jobs.settle(SETTLE_SECONDS)
        await server.flusher.flush()
        if server.storage.store is not None:
            await server.storage.store.checkpoint()
        await server.confirmation.end()  # it clears away what nobody needs
        await self._keep()
        await server.observer.pause()

    async def freeze(self) -> None:
        """The silence begins. The last changes are written, the store closed. Raises Changed before that."""
        server = self._server
        if self._look().rehearsed != self._code.rehearsed:
            raise Changed("the code was changed again and again after it was rehearsed; order it once all is saved")
        server.freeze()
        await server.stop_workers()
        if server.storage.store is not None:
            await server.storage.store.relax()
        await server.flusher.flush(last=True)
        await server.storage.close()

    def export(self, order: Order) -> Handover:
        """Write the snapshots; gather everything else."""
        server = self._server
        now, generation = time.time(), server.generation + 1
        why = Metadata(reason="copyover", created_by=order.by, custom={"because": order.reason} if order.reason else {})
        snapshots = snapshots_of(server, generation, now, why, self.target.readers)
        folder = server.config.snapshot_folder
        self._written = [s.participant for s in snapshots]
        sums = {s.participant: files.write(folder, s, server.key)[-32:] for s in snapshots}
        assert server.connections.listener is not None
        return Handover(
            generation=generation,
            version=__version__,
            by=order.by,
            reason=order.reason,
            session=order.session,
            began=now,
            files=sums,
            modules=server.modules.active(),
            contracts=self.report.contracts,
            listeners=server.connections.listener.fds(),
            wires=server.connections.export(),
            partings=server.connections.farewells.export(),
            jobs=CarriedJobs.of(server.jobs.waiting),
            addresses=server.connections.addresses.export(),
            next_session=server.connections.next_session,
            lock=self._lock.fd,
            left=server.orders.recorder.digest() if order.back_to is not None else "",
        )

    async def go_on(self) -> None:
        """Undo settle and freeze."""
        server = self._server
        await server.unfreeze()
        written, self._written = self._written, []
        for participant in written:
            with contextlib.suppress(OSError):
                files.remove(server.config.snapshot_folder, participant)
        server.modules.cleanup()
        if self._managing is not None:
            self._managing.release()
            self._managing = None
