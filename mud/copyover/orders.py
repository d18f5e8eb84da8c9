"""Copyovers as they are ordered: in the game, by a timer, a signal or the command line; one at a time.

What happens in one is in `mud.copyover.attempt`, what is told of it in `mud.copyover.recorder`; here is who may begin
one, what stands against it, and who calls it off.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from mud.copyover import report_text, vetoes
from mud.copyover.attempt import Order
from mud.copyover.generations import Kept
from mud.copyover.handover import Handover
from mud.copyover.history import Outcome
from mud.copyover.phases import PROGRESS, Phase
from mud.copyover.recorder import Recorder
from mud.copyover.resources import bounds, figures
from mud.copyover.target import generations
from mud.copyover.vetoes import Vetoed
from mud.core import events as e
from mud.core.errors import CopyoverError
from mud.core.text.words import ago, duration
from mud.play.staff import copyover_command as orders

if TYPE_CHECKING:
    from mud.server.server import Server

log = logging.getLogger("mud.copyover")

TRIED = "The new code is tried in a rehearsal; the game plays on meanwhile."
#: Once it is here, a copyover is over in a moment, one way or the other.
TOO_LATE = frozenset((Phase.STATE_TRANSFERRING, Phase.HANDING_OVER, Phase.RECOVERING))


class Trials(Protocol):
    """What can be done with code that does not run."""

    async def check(self) -> str:
        """Try the new code, and do no more; gives what there is to say. Raises CopyoverError when it is not fit."""


class PlacedOrder(Order):
    """An order on its way. A session that `asked` waits for the first thing that it is told."""

    def __init__(self, effect: e.StartCopyover) -> None:
        super().__init__(effect.by, effect.reason, effect.session, effect.force)
        self.until = effect.until
        self.asked = not effect.planned
        self.first = not effect.planned or not effect.until  # not one that has waited before
        self.since = effect.since or time.time()
        self.rollback = effect.rollback


class CopyoverOrders:
    """The one copyover there can be, as whoever orders it sees it."""

    trials: Trials  # what the main program can try

    def __init__(self, server: Server, start: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._server = server
        self._start = start
        self.recorder = Recorder(server)
        self._order: PlacedOrder | None = None  # whoever is at it
        self._task: asyncio.Task[Any] | None = None
        self._cancelled_by = ""

    # Orders

    def start(self, effect: e.StartCopyover) -> None:
        """Begin one; the session is told what comes of it."""
        order = PlacedOrder(effect)
        try:
            self.begin(order)
        except CopyoverError as error:
            log.warning("no copyover by %s: %s", order.by, error)
            self._server.loop.call_soon(self._tell, order, f"No copyover: {error}")
            self._server.observer.failed(order.by, str(error))

    def signalled(self) -> None:
        """SIGUSR1."""
        self.start(e.StartCopyover(0, "SIGUSR1", "", planned=True))

    def begin(self, order: PlacedOrder) -> int:
        """Begin one; gives the number that its record will have.

        Raises CopyoverError when somebody is at it, or there is nothing to go back to.
        """
        if order.rollback is not None:
            order.back_to = self._kept(order.rollback)
            order.reason = order.reason or f"back to {order.back_to}"
        self._be_at_it(order)
        number = self.recorder.begin(order)
        self._start(self._run(order))
        return number

    def _kept(self, generation: int) -> Kept:
        try:
            return generations(self._server.config).before(self.recorder.digest(), generation)
        except OSError as error:
            raise CopyoverError(f"what is kept of older generations can't be read: {error}") from error

    def _be_at_it(self, order: PlacedOrder) -> None:
        if self._order is not None:
            since = ago(time.time() - self._order.since)
            raise CopyoverError(f"{self._order.by} is at it already, ordered {since} ({self.progress()})")
        self._order, self._cancelled_by = order, ""

    async def _run(self, order: PlacedOrder) -> None:
        """All of it, up to the moment before exec."""
        server, self._task = self._server, asyncio.current_task()
        log.info("copyover by %s: %s", order.by, order.reason or "no reason given")
        try:
            self.ask(order.force)
            doubt = self._server.confirmation.doubt()
            self._tell(order, f"{doubt}\n{TRIED}" if doubt else TRIED)
            leaving = await server.copyover.run(order)
        except CopyoverError as error:
            if not self._wait(order, error):
                vetoed = isinstance(error, Vetoed) or isinstance(error.__cause__, Vetoed)
                outcome: Outcome = "cancelled" if self._cancelled_by else "refused" if vetoed else "failed"
                self._over(outcome, str(error) if order.begun else f": {error}")
        except asyncio.CancelledError:
            self._over("cancelled", f": {self._cancelled_by or 'the server'} called it off")
            if not self._cancelled_by:
                raise
        except Exception as error:  # a machine with nothing left can't even be asked: it is tried again another time
            log.exception("the copyover failed before it began")
            self._over("failed", f": {type(error).__name__}: {error}")
        else:
            self.recorder.leave(leaving)
            server.leaving = leaving
            server.stop()

    def ask(self, force: bool) -> None:
        """Ask modules and core, now. Raises Vetoed with what stands against it, and CopyoverError when called off."""
        if self._cancelled_by:
            raise CopyoverError(f"{self._cancelled_by} called it off")
        self.recorder.passed(vetoes.sift(self.vetoes(), force))

    def vetoes(self) -> vetoes.Vetoes:
        """What stands against a copyover at this moment."""
        found = self._server.modules.vetoes()
        return [*found, *vetoes.of_core(figures(self._server), bounds(self._server.config))]

    def _wait(self, order: PlacedOrder, error: CopyoverError) -> bool:
        """Whether it waits for what stands against it to clear: a timer orders it again."""
        vetoed = error if isinstance(error, Vetoed) else error.__cause__
        left = order.until - self._server.game.clock.wall
        if not isinstance(vetoed, Vetoed) or vetoed.hard or left <= 0:
            return False
        what = "; ".join(vetoes.worded(name, veto) for name, veto in vetoed.vetoes)
        seconds = vetoes.clears_in(vetoed.vetoes)
        self._order = self._task = None
        self._server.modules.perform(
            lambda ctx: orders.wait(ctx, order.by, order.reason, order.since, order.until, seconds, what)
        )
        if order.first:
            self._tell(order, f"The copyover waits for this to clear, {duration(round(left))} at the most: {what}.")
        log.info("the copyover by %s waits: %s", order.by, what)
        return True

    def failed(self, error: str) -> None:
        """It came to nothing after it had left: the old program plays on."""
        self._over("failed", f": {error}")

    def _over(self, outcome: Outcome, error: str) -> None:
        """It came to nothing; everyone who should know does."""
        order, self._order, self._task = self._order, None, None
        if order is None:
            return
        text = f"No copyover {error}" if not error.startswith(":") else f"No copyover{error}"
        log.warning("%s", text)
        self.recorder.fail(outcome, error.removeprefix(": "))
        text += "\nThe game plays on."
        self._tell(order, text)
        others = f"{order.by} ordered a copyover. {text}"
        self._server.modules.perform(lambda ctx: orders.tell_admins(ctx, others, order.session))
        self._server.observer.failed(order.by, error.removeprefix(": "))

    def _tell(self, order: PlacedOrder, text: str) -> None:
        asked, order.asked = order.asked, False
        self._server.answer(e.Told(order.session, text, answer=asked))

    # Everything else

    async def do(self, effect: e.ManageCopyover) -> str:
        """Do it; gives what to say. Raises EverwakeError."""
        match effect.do:
            case "foresee":
                return self._foreseen()
            case "status":
                return self.described()
            case "history":
                found = self.recorder.history.last(effect.count)
                return "\n".join(map(report_text.line, found)) or "There has been no copyover yet."
            case "cancel":
                return self.cancel(effect.by)
            case "check":
                return await self._check(effect)

    def _foreseen(self) -> str:
        found = "; ".join(vetoes.worded(name, veto) for name, veto in self.vetoes())
        return f"Now this would stand against it, and it is asked again then: {found}." if found else "It is planned."

    async def _check(self, effect: e.ManageCopyover) -> str:
        """A trial is at it as a copyover is: nothing else is meanwhile."""
        self._be_at_it(PlacedOrder(e.StartCopyover(effect.session, effect.by, effect.reason, planned=True)))
        self._task = asyncio.current_task()
        try:
            return f"{await self.trials.check()}\n{self._standing()}"
        except asyncio.CancelledError:
            if not self._cancelled_by:
                raise
            raise CopyoverError(f"{self._cancelled_by} called it off.") from None
        finally:
            self._order = self._task = None

    def _standing(self) -> str:
        found = "".join(f"\n  {vetoes.worded(name, veto)}" for name, veto in self.vetoes())
        return f"This stands against a copyover now:{found}" if found else "Nothing stands against a copyover now."

    def cancel(self, by: str) -> str:
        """Call off the one that is under way, or else the planned one. Raises EverwakeError when there is none."""
        if self._order is None or self._task is None:
            text = self._server.modules.perform(lambda ctx: orders.cancel(ctx, by))
            log.info("%s", text)
            return text
        if self._server.copyover.machine.phase in TOO_LATE:
            raise CopyoverError(f"It is too late: {self.progress()}.")
        self._cancelled_by = by
        self._task.cancel()
        return f"{self._order.by}'s copyover is called off."

    async def call_off(self) -> None:
        """The server goes down: what is under way is undone first."""
        if self._order is None:
            return
        self._cancelled_by = "the server, which goes down,"
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})
        elif self._server.leaving is not None:
            self._server.leaving = None
            await self._server.copyover.give_up()
            self._over("cancelled", f": {self._cancelled_by} called it off")

    # Seeing it

    def progress(self) -> str:
        """How far the one that is under way is."""
        machine = self._server.copyover.machine
        return "trying the new code" if machine.phase is Phase.IDLE else machine.progress()

    def status(self) -> dict[str, Any]:
        """How things are, for programs."""
        now, order, machine = self._server.game.clock.wall, self._order, self._server.copyover.machine
        found = orders.planned(self._server.game.world)
        last = self.recorder.history.last(1)
        running = order and {
            "by": order.by,
            "reason": order.reason,
            "since": order.since,
            "phase": machine.phase.value,
            "percent": PROGRESS[machine.phase],
        }
        planned = found and {
            "by": found[1].by,
            "reason": found[1].reason,
            "since": found[1].since,
            "at": found[1].until or found[1].at,
            "waits_for": found[1].waits_for,
        }
        return {
            "generation": self._server.generation,
            "code": self.recorder.digest(),
            "confirmed": self._server.confirmation.confirmed,
            "now": now,
            "running": running,
            "planned": planned,
            "last": report_text.plain(last[0]) if last else None,
        }

    def described(self) -> str:
        """How things are, for people."""
        now = self._server.game.clock.wall
        lines = self._server.confirmation.described()
        if self._order is not None:
            order = self._order
            why = orders.because(order.reason)
            lines.append(f"{order.by} is at it{why}, ordered {ago(time.time() - order.since)}: {self.progress()}.")
        found = orders.planned(self._server.game.world)
        if found is not None:
            lines.append(orders.described(found[1], now))
        if self._order is None and found is None:
            lines.append("No copyover is under way, and none is planned.")
        lines += [f"The last one: {report_text.line(record)}" for record in self.recorder.history.last(1)]
        return "\n".join(lines)

    # The two ends of a program

    def began(self) -> None:
        """A start from the database: what was planned before is not done any more."""
        self.recorder.look()
        self._server.confirmation.count()
        forgotten = self._server.modules.perform(lambda ctx: orders.forget(ctx.world))
        if forgotten is not None:
            log.warning("the server was restarted: the copyover that %s planned is called off", forgotten.by)

    def took_over(self, given: Handover, entered: float) -> None:
        """A start from a hand-over, which the new program had in its hands at `entered`."""
        self.recorder.took_over(given, entered)
