"""Writes the records of copyovers: each is begun at the order, and finished by the program that plays on."""

from __future__ import annotations

import logging
import time

from mud import __version__
from mud.copyover import report_text
from mud.copyover.attempt import Attempt
from mud.copyover.handover import Handover
from mud.copyover.history import CopyoverRecord, Draft, History, Outcome, Silence
from mud.copyover.host import Host
from mud.copyover.phases import Phase
from mud.core import events as e
from mud.core.session import Session

log = logging.getLogger("mud.copyover")

#: What a session can be in the middle of, in words, by the tag of its dialog; other dialogs are named by their tag.
KINDS = {"play": "in play", "ask_name": "asked for a name", "ask_password": "asked for a password"}


class Recorder:
    """Writes records of attempts into the history."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.history = History(host.config.copyovers)
        self._closed: list[CopyoverRecord] = []  # the last one, which may be missing in the history

    def find(self, number: int) -> CopyoverRecord | None:
        """A record by its number, also when the history can't be written."""
        return next((r for r in self._closed if r.number == number), None) or self.history.find(number)

    def last(self) -> list[CopyoverRecord]:
        """The last record, if there is one."""
        return self._closed or self.history.last(1)

    # The old program

    def open(self, attempt: Attempt, code: str) -> int:
        """Begin a record and return its number. `code` is the hash of the running code."""
        order, generation = attempt.order, self._host.generation
        record = CopyoverRecord(
            number=max([self.history.next_number(), *(1 + r.number for r in self._closed)]),
            by=order.by,
            reason=order.reason,
            ordered=time.time(),
            generation_from=generation,
            generation_to=generation + 1,
            version_from=__version__,
            code_from=code,
        )
        attempt.draft = Draft(record=record)
        return record.number

    def hand_on(self, attempt: Attempt, handover: Handover) -> None:
        """Put the record into the hand-over."""
        draft, sessions = attempt.draft, self._host.play.sessions.by_id
        if draft is not None:
            draft.marks = attempt.phases.marks()
            draft.kinds = {wire.session: kind(sessions.get(wire.session)) for wire in handover.wires}
            handover.report = draft

    def fail(self, attempt: Attempt, outcome: Outcome, error: str) -> None:
        """Close the record: the game plays on with the old program."""
        if attempt.draft is not None:
            attempt.draft.marks = attempt.phases.marks()
            attempt.draft.record.error = error
            self._close(attempt, attempt.draft, outcome)

    # The new program

    def take_over(self, attempt: Attempt, lost: list[str]) -> None:
        """Continue the record after GO. The modules `lost` could not take their state."""
        draft, play = attempt.draft, self._host.play
        if draft is not None:
            draft.marks += attempt.phases.marks()
            draft.record.version_to = __version__
            draft.record.warnings += [f"the module {name} could not take its state" for name in lost]
        soon = play.wall + 1  # everybody will be back by then
        attempt.overdue = [soon - late for late in play.world.timers.overdue(soon)]

    def done(self, attempt: Attempt) -> None:
        """Close the record once everybody is back, and tell the admins."""
        draft = attempt.draft
        if draft is None:
            return
        record = draft.record
        self._count(attempt, draft)
        went_on = time.time() - (time.monotonic() - max(attempt.thaws, default=time.monotonic()))
        record.late = [round(went_on - due, 3) for due in attempt.overdue if due <= went_on]
        self._close(attempt, draft, "done")
        self._host.play.post(e.Announced(report_text.told(record), "admin"))

    def _count(self, attempt: Attempt, draft: Draft) -> None:
        """Count the sessions that were kept and those that were dropped."""
        play, record = self._host.play, draft.record
        for session, before in draft.kinds.items():
            if play.connected(session):
                after = kind(play.sessions.by_id.get(session))
                record.kept[after] = record.kept.get(after, 0) + 1
                if after == KINDS["ask_name"] != before:
                    record.warnings.append(f"session {session} has to log in again")
            else:
                why = attempt.gone.get(session, "unknown")
                record.dropped[why] = record.dropped.get(why, 0) + 1

    def _close(self, attempt: Attempt, draft: Draft, outcome: Outcome) -> None:
        """Complete the record and add it to the history."""
        record = draft.record
        record.outcome = outcome
        frozen, now = draft.began(Phase.STATE_TRANSFERRING.value), time.monotonic()
        if frozen is not None:
            thaws = [at for at in attempt.thaws if at >= frozen]
            record.silence, now = Silence.of([at - frozen for at in thaws]), max(thaws, default=now)
        record.phases = draft.spans(now)
        self._closed = [record]
        log.info("%s", report_text.whole(record))
        try:
            self.history.add(record)
        except OSError as error:
            log.warning("the history of copyovers can't be written: %s", error)


def kind(session: Session | None) -> str:
    """What a session is in the middle of, in words."""
    if session is None or not session.stack:
        return "nothing"
    tag = str(session.stack[-1].__struct_config__.tag)
    return KINDS.get(tag, tag.replace("_", " "))
