"""Orders of copyovers: from the game, a timer, a signal, the control socket or --dev; one at a time.

`mud.copyover.transaction` and `mud.copyover.steps` carry a copyover out, `mud.copyover.recorder` reports on it. This
file begins one, asks for vetoes and cancels one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from mud.copyover import report_text, transaction, vetoes
from mud.copyover.attempt import Attempt, Order
from mud.copyover.confirmation import Confirmation
from mud.copyover.estimate import LOOKED_AT, Estimate, Lateness, told
from mud.copyover.handover import Handover
from mud.copyover.history import Outcome
from mud.copyover.host import Host
from mud.copyover.observer import CopyoverObserver
from mud.copyover.phases import PROGRESS, Phase
from mud.copyover.recorder import Recorder
from mud.copyover.rehearsal.report import RehearsalReport
from mud.copyover.steps import Rehearse, ServerSteps
from mud.copyover.target import Target, generations
from mud.copyover.vetoes import Vetoed
from mud.core import events as e
from mud.core.copyover_words import CopyoverWords, Verb
from mud.core.errors import CopyoverError, EverwakeError, Rejected
from mud.core.text.markup import tag
from mud.core.text.words import ago, duration
from mud.play.staff import copyover_command as planning

log = logging.getLogger("mud.copyover")

TRIED = "The new code is tried in a rehearsal; the game plays on meanwhile."


class Reply(Struct):
    """The answer to a request, and for an order the number of the record that will have its outcome (0: none)."""

    text: str
    number: int = 0


class Copyovers:
    """Answers every request about copyovers, and holds the attempt that is under way, if any."""

    def __init__(self, host: Host, confirmation: Confirmation, observer: CopyoverObserver, rehearse: Rehearse) -> None:
        self._host = host
        self._confirmation = confirmation
        self._observer = observer
        self.recorder = Recorder(host)
        self._steps = ServerSteps(host, confirmation, observer, self.recorder, rehearse)
        self.attempt: Attempt | None = None

    # Asking

    def signalled(self) -> None:
        """Order a copyover because of SIGUSR1."""
        self._host.start(self.answer(e.CopyoverRequest(0, "SIGUSR1", CopyoverWords("now"), planned=True)))

    async def answer(self, request: e.CopyoverRequest) -> None:
        """Carry out a request and tell its session the outcome."""
        try:
            text = (await self.do(request)).text
        except EverwakeError as error:
            text = self._refused(request, error)
        except Exception:
            log.exception("a request about copyovers failed: %s", request.words.verb)
            self._host.play.answer(e.JobFailed(request.session))
            return
        self._tell(request, text)

    def _refused(self, request: e.CopyoverRequest, error: EverwakeError) -> str:
        """The message about an order or a question that failed."""
        if request.words.verb not in ORDERS:
            return tag("error", str(error))
        told = self._observer.failed(request.by, str(error))
        log.log(logging.INFO if told else logging.WARNING, "no copyover by %s: %s", request.by, error)
        return f"No copyover: {error}"

    def _tell(self, request: e.CopyoverRequest, text: str) -> None:
        if text:
            self._host.play.answer(e.Told(request.session, text, answer=not request.planned))

    async def do(self, request: e.CopyoverRequest) -> Reply:
        """Carry out a request and return the answer. Raises EverwakeError."""
        found = VERBS[request.words.verb](self, request)
        return found if isinstance(found, Reply) else await found

    # Orders

    def _order(self, request: e.CopyoverRequest) -> Reply:
        """`now`, `force`, `when-clear`, and `rollback`."""
        words, until = request.words, request.until
        if words.verb == "when-clear" and not until:
            self._host.play.perform(planning.need_none)
            until = self._host.play.wall + words.seconds
        target = Target(self._host.config)
        if words.verb == "rollback":
            target = self._back_to(words.count)
        order = Order(
            by=request.by,
            since=request.since or time.time(),
            reason=words.reason or (f"back to {target.kept}" if target.kept is not None else ""),
            session=request.session,
            force=words.verb == "force",
            until=until,
            repeated=bool(request.until),
        )
        try:
            attempt = self._only(Attempt(order, target))
        except CopyoverError as error:
            if not request.since:
                raise
            return self._postpone(order, str(error))
        number = self.recorder.open(attempt, self._confirmation.code.digest)
        return Reply(self._begin(attempt), number)

    def _postpone(self, order: Order, why: str) -> Reply:
        """A planned copyover can't begin now: plan it again. Its timer has fired, so it would be lost."""
        self._set_timer(order, vetoes.LOOK_AGAIN, why)
        log.info("the copyover by %s is put off: %s", order.by, why)
        return Reply("" if order.until else f"The copyover is put off: {why}.")

    def _set_timer(self, order: Order, seconds: float, what: str) -> None:
        """Have it ordered again after `seconds`. Raises CopyoverError if another one was planned meanwhile."""
        try:
            self._host.play.perform(
                lambda ctx: planning.wait(ctx, order.by, order.reason, order.since, order.until, seconds, what)
            )
        except Rejected as other:
            raise CopyoverError(f"{what}; and it can't be tried again later: {other}") from other

    def _back_to(self, generation: int) -> Target:
        config = self._host.config
        try:
            return Target(config, generations(config).before(self._confirmation.code.digest, generation))
        except OSError as error:
            raise CopyoverError(f"the kept generations can't be read: {error}") from error

    def _only(self, attempt: Attempt) -> Attempt:
        """Make it the attempt that is under way. Raises CopyoverError if there is one already."""
        self.done()  # a copyover may be ordered before everybody is back from the previous one
        other = self.attempt
        if other is not None:
            since = ago(time.time() - other.order.since)
            raise CopyoverError(f"{other.order.by} has ordered one already, {since} ({other.phases.progress()})")
        self.attempt = attempt
        return attempt

    def _begin(self, attempt: Attempt) -> str:
        """Ask for vetoes, and start the copyover in the background if there are none. Returns the message."""
        order = attempt.order
        log.info("copyover by %s: %s", order.by, order.reason or "no reason given")
        try:
            self._steps.ask(attempt)
        except CopyoverError as error:
            return self._came_to_nothing(attempt, error)
        except Exception as error:  # a machine without resources can't even be asked; a later order may succeed
            log.exception("the copyover failed before it began")
            return self._failed(attempt, "failed", f"{type(error).__name__}: {error}")
        attempt.task = self._host.start(self._run(attempt))
        attempt.task.add_done_callback(lambda task: self._ended(attempt, task))
        doubt = self._confirmation.doubt()
        return f"{doubt}\n{TRIED}" if doubt else TRIED

    async def _run(self, attempt: Attempt) -> None:
        """Carry out the copyover up to the moment before the new program is started."""
        try:
            await transaction.run(attempt, self._steps)
        except asyncio.CancelledError:
            self._was_called_off(attempt)
            if not attempt.cancelled_by:
                raise
        except CopyoverError as error:
            self._inform(attempt, self._came_to_nothing(attempt, error))

    def _ended(self, attempt: Attempt, task: asyncio.Task[None]) -> None:
        """The task has ended. One that is cancelled before its first step never runs, so it can't say so itself."""
        if task.cancelled() and self.attempt is attempt and not attempt.phases.times:
            self._was_called_off(attempt)

    def _was_called_off(self, attempt: Attempt) -> None:
        self._inform(attempt, self._failed(attempt, "cancelled", self._called_off(attempt)))

    @staticmethod
    def _called_off(attempt: Attempt) -> str:
        return f"{attempt.cancelled_by or 'the server'} called it off"

    def _inform(self, attempt: Attempt, text: str) -> None:
        """Tell the session that ordered it."""
        if text:
            self._host.play.answer(e.Told(attempt.order.session, text))

    # Outcomes

    def _came_to_nothing(self, attempt: Attempt, error: CopyoverError) -> str:
        """Handle a failure or a refusal, or wait for vetoes to clear. Returns the message for whoever ordered it."""
        vetoed = error if isinstance(error, Vetoed) else error.__cause__
        if not isinstance(vetoed, Vetoed):
            return self._failed(attempt, "cancelled" if attempt.cancelled_by else "failed", str(error))
        left = attempt.order.until - self._host.play.wall
        if vetoed.hard or left <= 0 or attempt.cancelled_by:
            return self._failed(attempt, "refused", str(error))
        return self._wait(attempt, vetoed, left)

    def _wait(self, attempt: Attempt, vetoed: Vetoed, left: float) -> str:
        """Wait for vetoes to clear: a timer orders it again."""
        order = attempt.order
        what = "; ".join(vetoes.worded(name, veto) for name, veto in vetoed.vetoes)
        try:
            self._set_timer(order, min(left, vetoes.clears_in(vetoed.vetoes)), what)
        except CopyoverError as error:
            return self._failed(attempt, "refused", str(error))
        self.attempt = None
        log.info("the copyover by %s waits: %s", order.by, what)
        if order.repeated:
            return ""
        return f"The copyover waits for this to clear, for at most {duration(round(left))}: {what}."

    def _failed(self, attempt: Attempt, outcome: Outcome, error: str) -> str:
        """Record a failure and tell the admins. Returns the message for whoever ordered it."""
        order, self.attempt = attempt.order, None
        text = f"No copyover{' ' if error.startswith('while ') else ': '}{error}"
        self.recorder.fail(attempt, outcome, error)
        told = self._observer.failed(order.by, error)
        log.log(logging.INFO if told else logging.WARNING, "%s", text)
        text += "\nThe game plays on."
        others = f"{order.by} ordered a copyover. {text}"
        if not told:
            self._host.play.perform(lambda ctx: planning.tell_admins(ctx, others, order.session))
        return text

    async def call_off(self) -> None:
        """Cancel and undo what is under way, because the server goes down."""
        self.done()
        attempt = self.attempt
        if attempt is None:
            return
        interrupts = not attempt.cancelled_by and not attempt.undoing
        if interrupts:
            attempt.cancelled_by = "the server, which goes down,"
        if attempt.task is not None and not attempt.task.done():
            if interrupts:
                attempt.task.cancel()
            await asyncio.wait({attempt.task})
        if self.attempt is attempt:  # its task has ended, or never began
            await self.give_up(attempt, self._called_off(attempt), "cancelled")

    # Leaving

    @property
    def leaving(self) -> Attempt | None:
        """The copyover for which everything is ready, so that the new program can be started."""
        attempt = self.attempt
        return attempt if attempt is not None and attempt.handover is not None else None

    async def give_up(self, attempt: Attempt, error: str, outcome: Outcome = "failed") -> None:
        """Undo a copyover that failed after everything was ready: the old program plays on."""
        await transaction.give_up(attempt, self._steps)
        self._inform(attempt, self._failed(attempt, outcome, error))

    # The other verbs

    def _plan(self, request: e.CopyoverRequest) -> Reply:
        """`in` and `at`: plan a copyover. The answer names what would veto it now."""
        attempt = self.attempt
        if attempt is not None and attempt.order.until:  # it may have to wait, and only one can
            raise CopyoverError(f"{attempt.order.by} has ordered one that may wait ({attempt.phases.progress()}).")
        self._host.play.perform(lambda ctx: planning.plan(ctx, request.by, request.words))
        found = "; ".join(vetoes.worded(name, veto) for name, veto in self.vetoes())
        now = f"These vetoes would stand against it now, and are asked for again at that time: {found}."
        return Reply(now if found else "It is planned.")

    def vetoes(self) -> vetoes.Vetoes:
        """The vetoes against a copyover now."""
        return self._steps.vetoes([])

    async def _check(self, request: e.CopyoverRequest) -> Reply:
        """`check`: rehearse the new code. Meanwhile there can be no copyover."""
        order = Order(by=request.by, since=time.time(), reason=request.words.reason, session=request.session)
        attempt = self._only(Attempt(order, Target(self._host.config)))
        attempt.task = asyncio.current_task()
        attempt.phases.go(Phase.REHEARSING)
        lateness = Lateness()
        watching = asyncio.create_task(lateness.watch())
        try:
            await self._steps.rehearse(attempt)
        except asyncio.CancelledError:
            if not attempt.cancelled_by:
                raise
            raise CopyoverError(f"{self._called_off(attempt)}.") from None
        finally:
            watching.cancel()
            self.attempt = None
        found = "".join(f"\n  {vetoes.worded(name, veto)}" for name, veto in self.vetoes())
        stands = f"This stands against a copyover now:{found}" if found else "Nothing stands against a copyover now."
        return Reply(f"{attempt.report}\n{self._estimate(attempt.report, lateness.longest)}\n{stands}")

    def _estimate(self, report: RehearsalReport, late: float) -> str:
        """How long the silence would be, in words."""
        play = self._host.play
        found = Estimate.of(report, self.recorder.history.last(LOOKED_AT), late)
        things = len(play.world.characters) + len(play.world.items)
        return told(found, report, len(play.sessions.by_id), things, late)

    def _cancel(self, request: e.CopyoverRequest) -> Reply:
        """`cancel`: cancel the copyover under way, otherwise the planned one."""
        self.done()
        attempt = self.attempt
        if attempt is None:
            text = self._host.play.perform(lambda ctx: planning.cancel(ctx, request.by))
            log.info("%s", text)
            return Reply(text)
        if attempt.cancelled_by:  # a second cancellation would interrupt the way back
            raise CopyoverError(f"{attempt.cancelled_by} has called it off already.")
        if attempt.undoing and not attempt.order.until:
            raise CopyoverError("It came to nothing already, and is being undone.")
        if attempt.phases.too_late and not attempt.undoing:
            raise CopyoverError(f"It is too late: {attempt.phases.progress()}.")
        attempt.cancelled_by = request.by  # also read before it is rehearsed or waits for vetoes again
        if attempt.task is not None and not attempt.undoing:
            attempt.task.cancel()
        return Reply(f"{attempt.order.by}'s copyover is called off.")

    def _history(self, request: e.CopyoverRequest) -> Reply:
        found = self.recorder.history.last(request.words.count)
        return Reply("\n".join(map(report_text.line, found)) or "There has been no copyover yet.")

    def _status(self, request: e.CopyoverRequest) -> Reply:
        return Reply(self.described())

    # Status

    def status(self) -> dict[str, Any]:
        """The status, for programs."""
        attempt, play = self.attempt, self._host.play
        found = planning.planned(play.world)
        last = self.recorder.last()
        running = attempt and {
            "by": attempt.order.by,
            "reason": attempt.order.reason,
            "since": attempt.order.since,
            "phase": attempt.phases.phase.value,
            "percent": PROGRESS[attempt.phases.phase],
        }
        planned = found and {
            "by": found[1].by,
            "reason": found[1].reason,
            "since": found[1].since,
            "at": found[1].until or found[1].at,
            "waits_for": found[1].waits_for,
        }
        return {
            "generation": self._host.generation,
            "code": self._confirmation.code.digest,
            "confirmed": self._confirmation.confirmed,
            "now": play.wall,
            "running": running,
            "planned": planned,
            "last": report_text.plain(last[0]) if last else None,
        }

    def described(self) -> str:
        """The status, in words."""
        attempt, play = self.attempt, self._host.play
        lines = self._confirmation.described()
        if attempt is not None:
            order = attempt.order
            why = planning.because(order.reason)
            said = ago(time.time() - order.since)
            lines.append(f"{order.by} ordered a copyover {said}{why}: {attempt.phases.progress()}.")
        found = planning.planned(play.world)
        if found is not None:
            lines.append(planning.described(found[1], play.wall))
        if attempt is None and found is None:
            lines.append("No copyover is under way, and none is planned.")
        lines += [f"The last one: {report_text.line(record)}" for record in self.recorder.last()]
        return "\n".join(lines)

    # The two ends of a program

    def began(self) -> None:
        """Note a start from the database: a copyover planned before it is cancelled."""
        self._confirmation.count()
        forgotten = self._host.play.perform(lambda ctx: planning.forget(ctx.world))
        if forgotten is not None:
            log.warning("the server was restarted, which cancels the copyover that %s had planned", forgotten.by)

    def took_over(self, given: Handover, entered: float, lost: list[str], ended: dict[str, int]) -> None:
        """Note that GO was said. The hand-over arrived at `entered`; the modules `lost` could not take their state."""
        if given.rejected:
            self._confirmation.rolled_back()
        if given.report is not None:  # an older program wrote no records
            self.attempt = Attempt.taken_over(given, given.report, Target(self._host.config), entered)
            given.report.record.ended = ended
            self.recorder.take_over(self.attempt, lost)

    def done(self) -> None:
        """Report the copyover that gave us the game, unless that was done: everybody is back from it."""
        attempt = self.attempt
        if attempt is not None and attempt.has_game:
            self.attempt = None
            self.recorder.done(attempt)

    # Events meanwhile

    def astray(self, lines: tuple[str, ...]) -> None:
        """Warn that things have lost their place: in the copyover's report, or without one by a line to the admins."""
        for line in lines:
            log.warning("%s", line)
        attempt = self.attempt
        if attempt is not None and attempt.has_game and attempt.draft is not None:
            attempt.draft.record.warnings += lines
        else:
            self._host.play.post(e.Announced("\n".join(lines), "admin"))

    def gone(self, session: int, reason: str) -> None:
        """Note that a connection ended."""
        if self.attempt is not None:
            self.attempt.gone[session] = reason

    def thawed(self) -> None:
        """Note that a connection was thawed."""
        if self.attempt is not None:
            self.attempt.thaws.append(time.monotonic())


#: The method for each verb.
VERBS: dict[Verb, Callable[[Copyovers, e.CopyoverRequest], Reply | Awaitable[Reply]]] = {
    "now": Copyovers._order,
    "force": Copyovers._order,
    "when-clear": Copyovers._order,
    "rollback": Copyovers._order,
    "in": Copyovers._plan,
    "at": Copyovers._plan,
    "check": Copyovers._check,
    "cancel": Copyovers._cancel,
    "status": Copyovers._status,
    "history": Copyovers._history,
}
#: The verbs that begin a copyover.
ORDERS = frozenset(verb for verb, does in VERBS.items() if does is Copyovers._order)
