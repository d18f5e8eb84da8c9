"""The steps of a copyover in the old program, and the way back from them.

`freeze` and `export` here and `adopt` in the new program (`mud.copyover.adopt`) are the same for every carrier.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Awaitable, Callable

from mud import __version__
from mud.copyover import vetoes
from mud.copyover.attempt import Attempt
from mud.copyover.code import Code
from mud.copyover.compiled import CompiledCode
from mud.copyover.confirmation import Confirmation
from mud.copyover.handover import Handover
from mud.copyover.host import Host
from mud.copyover.locations import TREE
from mud.copyover.observer import CopyoverObserver
from mud.copyover.recorder import Recorder
from mud.copyover.rehearsal.report import RehearsalReport
from mud.copyover.resources import bounds, figures
from mud.copyover.target import Target, generations
from mud.copyover.transaction import CodeChanged
from mud.copyover.vetoes import Vetoes
from mud.core.errors import CopyoverError
from mud.core.tolerance import tolerated
from mud.snapshot import files
from mud.snapshot.envelope import Metadata
from mud.store.threads import in_thread

log = logging.getLogger("mud.copyover")

#: Seconds that running jobs get before a copyover takes them along unfinished.
SETTLE_SECONDS = 5.0
#: Tries code with a copy of the host's state; what is wrong is in the report's errors.
Rehearse = Callable[[Host, Target], Awaitable[RehearsalReport]]


class ServerSteps:
    """The steps of a copyover, carried out on a server."""

    def __init__(
        self,
        host: Host,
        confirmation: Confirmation,
        observer: CopyoverObserver,
        recorder: Recorder,
        rehearse: Rehearse,
    ) -> None:
        self._host = host
        self._recorder = recorder
        self._rehearse = rehearse
        self._confirmation = confirmation
        self._observer = observer
        self._compiled = CompiledCode(confirmation.code)

    async def rehearse(self, attempt: Attempt) -> None:
        """Let a child run the new code on a copy of the state.

        Python's caches are used only for code that is certainly the running code.
        """
        running, kept = self._confirmation.code, attempt.target.kept
        if kept is not None:
            await self._confirmation.end()  # a confirmation removes old copies; it goes on in `go_on`
            generations(self._host.config).check(kept)
        attempt.code = attempt.target.look(running)
        if kept is None:
            await self._compiled.renew(attempt.code)
        attempt.report = report = await self._rehearse(self._host, attempt.target)
        if attempt.draft is not None:
            attempt.draft.record.start, attempt.draft.record.work = report.start, report.work
        if report.errors:
            raise CopyoverError("\n".join(report.errors) if attempt.draft is not None else str(report))
        told = self._observer.warned(attempt.order.by, report.warnings)
        for text in report.warnings:
            log.log(logging.INFO if told else logging.WARNING, "the rehearsal warns: %s", text)

    async def prepare(self, attempt: Attempt) -> None:
        """Lock the modules until `go_on`, let each prepare itself, let running work finish, and flush everything."""
        managing = self._host.modules.managing
        await managing.acquire()
        attempt.managing = managing
        self._host.modules.prepare(attempt.prepared)
        await self._host.settle(SETTLE_SECONDS)
        await self._confirmation.end()  # it removes copies that are no longer needed
        await self._keep(attempt)
        await self._observer.pause()

    async def _keep(self, attempt: Attempt) -> None:
        """Keep a copy of the new code in case it is confirmed later; a full disk does not stop the copyover."""
        if attempt.target.kept is not None:
            return
        try:
            await in_thread(generations(self._host.config).keep, attempt.code.program, TREE)
        except CopyoverError as error:
            raise CodeChanged(f"after the rehearsal {error}") from error
        except OSError as error:
            log.error("no rollback to the new code will be possible, because it can't be kept: %s", error)

    def ask(self, attempt: Attempt) -> None:
        """Ask modules and core for vetoes. Overridden vetoes, warnings and the new code go into the record."""
        attempt.check_wanted()
        warnings: list[str] = []
        passed = vetoes.sift(self.vetoes(warnings), attempt.order.force)
        for text in passed:
            log.warning("passed: %s", text)
        if attempt.draft is not None:
            running, draft = self._confirmation.code, attempt.draft
            draft.record.vetoes, draft.record.warnings = passed, warnings
            draft.record.doubt = self._confirmation.doubt()
            draft.code = attempt.target.look(running)
            draft.record.code_to = draft.code.digest
            draft.record.changed = running.changes(draft.code)

    def vetoes(self, warnings: list[str]) -> Vetoes:
        """The vetoes against a copyover now. Adds other remarks to `warnings`."""
        found = self._host.modules.vetoes(warnings)
        return [*found, *vetoes.of_core(figures(self._host), bounds(self._host.config))]

    async def freeze(self, attempt: Attempt) -> None:
        """Begin the silence. Raises CodeChanged if the code is not what was rehearsed."""
        if self._look(attempt).rehearsed != attempt.code.rehearsed:
            raise CodeChanged("the code was changed again and again after it was rehearsed; order it once all is saved")
        await self._host.freeze()

    def _look(self, attempt: Attempt) -> Code:
        return attempt.target.look(self._confirmation.code)

    def export(self, attempt: Attempt) -> Handover:
        """Write the snapshots, and gather everything else."""
        host, order, target = self._host, attempt.order, attempt.target
        now, generation = time.time(), host.generation + 1
        why = Metadata(reason="copyover", created_by=order.by, custom={"because": order.reason} if order.reason else {})
        snapshots = host.snapshots(generation, why, target.readers)
        folder, key = host.config.snapshot_folder, host.key
        attempt.written = [s.participant for s in snapshots]
        sums = {s.participant: files.write(folder, s, key)[-32:] for s in snapshots}
        state = host.export()
        return Handover(
            generation=generation,
            version=__version__,
            by=order.by,
            reason=order.reason,
            session=order.session,
            began=now,
            files=sums,
            modules=host.modules.active(),
            contracts=attempt.report.contracts,
            listeners=state.listeners,
            wires=state.wires,
            partings=state.partings,
            jobs=state.jobs,
            addresses=state.addresses,
            next_session=state.next_session,
            lock=state.lock,
            unwritable=state.unwritable,
            rejected=self._confirmation.code.digest if target.kept is not None else "",
        )

    def leave(self, attempt: Attempt, handover: Handover) -> None:
        """Have the new program started. The record goes with the hand-over."""
        self._recorder.hand_on(attempt, handover)
        attempt.handover = handover
        self._host.leave()

    async def go_on(self, attempt: Attempt) -> None:
        """Undo whatever was done. What fails meanwhile keeps nothing else from being undone."""
        try:
            with tolerated(log, "the way back"):
                await self._host.go_on()
        finally:
            self._clean_up(attempt)

    def _clean_up(self, attempt: Attempt) -> None:
        written, attempt.written = attempt.written, []
        for participant in written:
            with contextlib.suppress(OSError):
                files.remove(self._host.config.snapshot_folder, participant)
        prepared, attempt.prepared = attempt.prepared, []
        self._host.modules.clean_up(prepared)
        if attempt.managing is not None:
            attempt.managing.release()
            attempt.managing = None
