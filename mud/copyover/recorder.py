"""Records of copyovers: each one's record is begun when it is ordered, and finished by whichever program plays on."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from mud import __version__
from mud.copyover import report_text
from mud.copyover.code import Code
from mud.copyover.generations import Kept
from mud.copyover.handover import Handover
from mud.copyover.history import CopyoverRecord, Draft, History, Outcome, Silence
from mud.copyover.locations import CODE
from mud.copyover.phases import Phase
from mud.copyover.target import Target, look
from mud.core import events as e

if TYPE_CHECKING:
    from mud.copyover.attempt import Order
    from mud.core.session import Session
    from mud.server.server import Server

log = logging.getLogger("mud.copyover")

#: What sessions can be in the middle of, for people; others by their tag.
KINDS = {"play": "in play", "ask_name": "asked for a name", "ask_password": "asked for a password"}


class Recorder:
    """The history, and the page that is being written."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.history = History(server.config.copyovers)
        self.code = Code()  # of this generation
        self.thaws: list[float] = []  # when each connection was last thawed
        self._draft: Draft | None = None  # the page of a copyover that was ordered
        self._arrived: Draft | None = None  # that of the one by which this program has the game, until all are back
        self._to: Kept | None = None  # the older generation that it goes back to
        self._opened = 0.0  # when its page was opened, by CLOCK_MONOTONIC: the wall clock may be set meanwhile
        self._gone: dict[int, str] = {}  # sessions that ended while the page was open, and why
        self._waited: list[float] = []  # dues of wall-clock timers at GO

    def look(self) -> None:
        """Look what code this generation is."""
        self.code = look(self._server.config, CODE, self.code)

    def digest(self) -> str:
        """This generation's code."""
        return self.code.digest

    # The old program

    def begin(self, order: Order) -> int:
        """Open a page; gives its number. One may be ordered before everybody is back from the one before."""
        self.done()
        record = CopyoverRecord(
            number=self.history.next_number(),
            by=order.by,
            reason=order.reason,
            ordered=time.time(),
            generation_from=self._server.generation,
            generation_to=self._server.generation + 1,
            version_from=__version__,
            code_from=self.digest(),
        )
        self._draft, self._gone = Draft(record=record), {}
        self._to, self._opened = order.back_to, time.monotonic()
        return record.number

    def passed(self, passed: list[str]) -> None:
        """All were asked, and these let it pass only because they were forced to. This is also the code it will be."""
        draft = self._draft
        if draft is None:
            return
        for text in passed:
            log.warning("passed: %s", text)
        draft.record.vetoes = passed
        draft.record.warnings = list(self._server.modules.warnings)
        draft.record.doubt = self._server.confirmation.doubt()
        draft.code = Target(self._server.config, self._to).look(self.code)
        draft.record.code_to = draft.code.digest
        draft.record.changed = self.code.changes(draft.code)

    def leave(self, leaving: Handover) -> None:
        """Give the page to the next program."""
        if self._draft is not None:
            self._mark()
            sessions = self._server.game.sessions.by_id
            self._draft.kinds = {wire.session: kind(sessions.get(wire.session)) for wire in leaving.wires}
            leaving.report = self._draft

    def fail(self, outcome: Outcome, error: str) -> None:
        """Close the page: the game plays on with the old program."""
        if self._draft is None:
            return
        self._mark()
        draft, self._draft = self._draft, None
        draft.record.error = error
        self._close(draft, outcome)

    def _mark(self) -> None:
        """Enter the phases as they were, unless this never came to any."""
        draft, times = self._draft, self._server.copyover.machine.times
        if draft is not None:
            draft.marks = [(phase.value, at) for phase, at in times if phase is not Phase.IDLE and at >= self._opened]

    # The new program

    def took_over(self, given: Handover, entered: float) -> None:
        """GO was said."""
        game, draft = self._server.game, given.report
        if draft is None:  # a program before that kept no record
            self.look()
            return
        self.code, self._arrived = draft.code, draft
        draft.marks += [("recovering", entered), ("going_on", time.monotonic())]
        draft.record.version_to = __version__
        lost = set(given.files) - {"world", "sessions"} - self._server.modules.manager.restored
        draft.record.warnings += [f"the module {name} could not take its state" for name in sorted(lost)]
        soon = game.clock.wall + 1  # the moment in which all are back is still to come
        self._waited = [soon - late for late in game.world.timers.overdue(soon)]

    def gone(self, session: int, reason: str) -> None:
        """A connection ended."""
        if self._arrived is not None or self._draft is not None:
            self._gone[session] = reason

    def astray(self, lines: tuple[str, ...]) -> None:
        """Something has lost its place: the report of the copyover says so, or without one the admins are told."""
        for line in lines:
            log.warning("%s", line)
        if self._arrived is not None:
            self._arrived.record.warnings += lines
        else:
            self._server.post(e.Announced("\n".join(lines), "admin"))

    def done(self) -> None:
        """Everybody is back: close the page, and tell the admins. Twice is once."""
        draft, self._arrived = self._arrived, None
        if draft is None:
            return
        sessions = self._server.game.sessions.by_id
        record = draft.record
        for session, before in draft.kinds.items():
            if session in self._server.connections.by_session:
                after = kind(sessions.get(session))
                record.kept[after] = record.kept.get(after, 0) + 1
                if after == KINDS["ask_name"] != before:
                    record.warnings.append(f"session {session} has to log in again")
            else:
                why = self._gone.get(session, "unknown")
                record.dropped[why] = record.dropped.get(why, 0) + 1
        went_on = time.time() - (time.monotonic() - max(self.thaws, default=time.monotonic()))
        record.late = [round(went_on - due, 3) for due in self._waited if due <= went_on]
        self._close(draft, "done")
        self._server.post(e.Announced(report_text.told(record), "admin"))

    def _close(self, draft: Draft, outcome: Outcome) -> None:
        """Reckon up, and write it down."""
        record = draft.record
        record.outcome = outcome
        frozen, now = draft.began(Phase.STATE_TRANSFERRING.value), time.monotonic()
        if frozen is not None:
            thaws = [at for at in self.thaws if at >= frozen]
            record.silence, now = Silence.of([at - frozen for at in thaws]), max(thaws, default=now)
        record.phases = draft.spans(now)
        log.info("%s", report_text.whole(record))
        try:
            self.history.add(record)
        except OSError as error:
            log.warning("the history of copyovers can't be written: %s", error)


def kind(session: Session | None) -> str:
    """What a session is in the middle of, for people."""
    if session is None or not session.stack:
        return "nothing"
    tag = str(session.stack[-1].__struct_config__.tag)
    return KINDS.get(tag, tag.replace("_", " "))
