"""What the old program does in each phase of a copyover, and how it goes on if one fails.

`freeze` and `export` in here, `adopt` in the new program (`mud.copyover.adopt`): one pair, whichever way carries them.
"""

from __future__ import annotations

import contextlib
import logging
import time

from mud import __version__
from mud.copyover import compiled, vetoes
from mud.copyover.attempt import Attempt
from mud.copyover.code import Code
from mud.copyover.confirmation import Confirmation
from mud.copyover.handover import Handover
from mud.copyover.host import Host
from mud.copyover.locations import TREE
from mud.copyover.observer import CopyoverObserver
from mud.copyover.rehearsal import rehearsal
from mud.copyover.resources import bounds, figures
from mud.copyover.target import generations
from mud.copyover.transaction import Changed
from mud.copyover.vetoes import Vetoes
from mud.core.errors import CopyoverError
from mud.snapshot import files
from mud.snapshot.envelope import Metadata
from mud.store.threads import in_thread

log = logging.getLogger("mud.copyover")

#: Seconds that running workers get before a copyover takes their work along undone.
SETTLE_SECONDS = 5.0


class ServerSteps:
    """The steps of a copyover, done with a server."""

    def __init__(self, host: Host, confirmation: Confirmation, observer: CopyoverObserver) -> None:
        self._host = host
        self._confirmation = confirmation
        self._observer = observer
        self._compiled = confirmation.code  # what was rehearsed last, and so is in Python's caches

    async def rehearse(self, attempt: Attempt) -> None:
        """Have a child run the new code on a copy of the state.

        Nothing is taken from Python's caches that is not in the game for sure.
        """
        running = self._confirmation.code
        code, before = attempt.target.look(running), self._compiled
        if attempt.target.kept is None:
            changed = code.other_than(running) | code.other_than(before)
            await in_thread(compiled.forget, [str(TREE / name) for name in changed])
        attempt.code = self._compiled = code
        attempt.report = report = await rehearsal.check(self._host, attempt.target)
        if report.errors:
            raise CopyoverError("\n".join(report.errors) if attempt.draft is not None else str(report))
        for text in report.warnings:
            log.warning("the rehearsal warns: %s", text)

    async def prepare(self, attempt: Attempt) -> None:
        """Once nothing is being done to any module, and nothing is until `go_on`, have each prepare itself.

        Running work finishes, and everything is on the disk.
        """
        managing = self._host.modules.managing
        await managing.acquire()
        attempt.managing = managing
        self._host.modules.prepare(attempt.prepared)
        await self._host.settle(SETTLE_SECONDS)
        await self._confirmation.end()  # it clears away what nobody needs
        await self._keep(attempt)
        await self._observer.pause()

    async def _keep(self, attempt: Attempt) -> None:
        """Keep a copy of the new code, in case it proves to be good; a disk without room is no reason to stay."""
        if attempt.target.kept is not None:
            return
        try:
            await in_thread(generations(self._host.config).keep, attempt.code.program, TREE)
        except CopyoverError as error:
            raise Changed(f"after the rehearsal {error}") from error
        except OSError as error:
            log.error("there will be no going back to the new code, it can't be kept: %s", error)

    def ask(self, attempt: Attempt) -> None:
        """Ask modules and core. What passes, and the code that it will be, goes into the record."""
        if attempt.cancelled_by:  # also when that did not reach what was waited for
            raise CopyoverError(f"{attempt.cancelled_by} called it off")
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
        """What stands against a copyover at this moment; what else there is to know is added to `warnings`."""
        found = self._host.modules.vetoes(warnings)
        return [*found, *vetoes.of_core(figures(self._host), bounds(self._host.config))]

    async def freeze(self, attempt: Attempt) -> None:
        """The silence begins."""
        if self._look(attempt).rehearsed != attempt.code.rehearsed:
            raise Changed("the code was changed again and again after it was rehearsed; order it once all is saved")
        await self._host.freeze()

    def _look(self, attempt: Attempt) -> Code:
        return attempt.target.look(self._confirmation.code)

    def export(self, attempt: Attempt) -> Handover:
        """Write the snapshots; gather everything else."""
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
            left=self._confirmation.code.digest if target.kept is not None else "",
        )

    async def go_on(self, attempt: Attempt) -> None:
        """Undo what was done."""
        await self._host.go_on()
        written, attempt.written = attempt.written, []
        for participant in written:
            with contextlib.suppress(OSError):
                files.remove(self._host.config.snapshot_folder, participant)
        prepared, attempt.prepared = attempt.prepared, []
        self._host.modules.clean_up(prepared)
        if attempt.managing is not None:
            attempt.managing.release()
            attempt.managing = None
