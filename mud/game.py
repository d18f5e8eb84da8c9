"""The kernel: one event in, state changed, effects out; whole or not at all.

Nothing in here waits. Between two calls of `handle` the whole game is consistent, and that is where a flush is
cut and where a copyover happens.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

from mud.core import events
from mud.core.bypass import Bypass, Watch
from mud.core.clock import Clock
from mud.core.commands import CommandTable
from mud.core.context import CoreContext, Sessions
from mud.core.dialogs import Seeking, Working
from mud.core.errors import Absent, ModuleFault, Rejected, Unopened, Unread
from mud.core.ledger import LedgerError
from mud.core.modules import Modules
from mud.core.no_modules import NoModules
from mud.core.session import Session
from mud.core.signals import Signal
from mud.core.spells import SpellTable
from mud.core.text.markup import tag
from mud.core.timers import BringHome, ModuleTimer
from mud.core.world.area import WorldDef
from mud.core.world.world import World
from mud.play import accounts, dialogs, drafts, login, news, play_dialog, timers, zones
from mud.play.commands import COMMANDS
from mud.play.names import proper
from mud.play.rules import DikuRules
from mud.play.spells import SPELLS
from mud.play.staff import modules, snoop, world_reload

log = logging.getLogger("mud.game")

#: A timer whose handler failed is tried again so much later, by its own clock.
RETRY_SECONDS = 60.0
APOLOGY = "Something went wrong with that. Nothing was changed, and it has been logged for the admins."

#: What each event does. Lines go to the dialog on top of their session's stack.
HANDLERS: dict[type, Callable[[CoreContext, Any], None]] = {
    events.Opened: login.opened,
    events.Line: dialogs.line,
    events.LineTooLong: dialogs.line_too_long,
    events.Lost: login.lost,
    events.TerminalTold: login.terminal_told,
    events.NameChecked: login.name_checked,
    events.LoggedIn: login.logged_in,
    events.Registered: login.registered,
    events.Hashed: login.hashed,
    events.Verified: login.verified,
    events.Ordered: play_dialog.ordered,
    events.PlayerFound: login.player_found,
    events.KindsRead: login.taken_again,
    events.JobFailed: login.work_failed,
    events.Told: news.told,
    events.Announced: news.announced,
    events.AccountSet: accounts.account_set,
    events.Due: timers.due,
    events.Signalled: modules.signalled,
    events.ModuleAnswered: modules.answered,
    events.WorldRead: world_reload.world_read,
    events.Built: world_reload.built,
}

#: Signals that one event may bring about, one after the other: more are a circle of modules that answer each other.
MAX_SIGNALS = 1000

T = TypeVar("T")


class Game:
    """The world, the sessions, and the one way to change them."""

    def __init__(self, world: World, clock: Clock, random: Random | None = None) -> None:
        self.world = world
        self.clock = clock
        self.sessions = Sessions()
        self.commands = CommandTable(COMMANDS)
        self.spells = SpellTable(SPELLS)
        self.rules = DikuRules()
        self.modules: Modules[CoreContext] = NoModules()
        self.watch: Watch = world.handed
        self._failing: list[str] = []  # modules with a failure that nobody has looked into yet
        self.random = random or Random()

    @classmethod
    def begin(cls, defs: WorldDef, clock: Clock) -> Game:
        """A new game in which nothing has happened yet. Call `populate` for mobs and items."""
        return cls(World(defs), clock)

    def populate(self) -> None:
        """Set going every zone that has no reset pending: all of them in a new game, new areas in an old one."""
        ctx = self._begin(None)
        zones.wake(ctx)
        self.world.journal.commit()

    def reopen(self, sessions: list[int]) -> None:
        """After a start: whoever is in the world and has no session is link-dead, and whose room is gone will be moved.

        `sessions` are those that the database still names, and that are no more.
        """
        ctx = self._begin(None)
        for character in self.world.players():
            if not character.link_dead and self.sessions.of(character) is None:
                login.make_link_dead(ctx, character)
        for session in sessions:
            self.world.journal.touch("sessions", str(session))
        if self.world.timers.find(BringHome()) is None:
            ctx.after(0.0, BringHome())
        self.world.journal.commit()

    def handle(self, event: events.Event) -> list[events.Effect]:
        """Let `event` happen. Gives what is to be done about it, outputs first."""
        about = getattr(event, "session", None)
        session = self.sessions.by_id.get(about) if about is not None else None
        if about is not None and session is None:
            return []  # whoever this is for has left meanwhile
        typed = snoop.typed(session, event)
        ctx = self._happen(session, event)
        while ctx.again is not None and session is not None:
            before, event = ctx, events.Line(session.id, ctx.again.text, ctx.again.expanded)
            ctx = self._happen(session, event, ctx.again.names)
            _precede(ctx, before)
        if ctx.signals or self._failing:
            self._aftermath(ctx)
        while session is not None and (text := play_dialog.next_queued(ctx, session)) is not None:
            then = self._happen(session, events.Line(session.id, text, expanded=True))
            self._aftermath(then)
            _merge(ctx, then)
        if type(event) is events.Line and session is not None:
            ctx.outputs.setdefault(session.id, [])  # an answer without words still shows the prompt
        snoop.mirror(ctx, session, typed)
        return self._outputs(ctx, event) + ctx.effects

    def perform(self, do: Callable[[CoreContext], T]) -> tuple[T, list[events.Effect]]:
        """Have `do` happen as an event of its own. Raises what it raises, with all that it did undone."""
        ctx = self._begin(None)
        try:
            found = do(ctx)
            self._check(ctx)
        except BaseException:
            self._undo(ctx)
            self.world.journal.rollback()  # ends the event that tells of it
            raise
        self.world.journal.commit()
        self._aftermath(ctx)
        snoop.mirror(ctx)
        return found, self._outputs(ctx, None) + ctx.effects

    def _happen(self, session: Session | None, event: events.Event, sought: tuple[str, ...] = ()) -> CoreContext:
        """Run one event's handler, whole or not at all. `sought` are players that were looked up for it."""
        ctx = self._begin(session)
        ctx.sought = sought
        ctx.may_wait = type(event) is events.Line and session is not None and not session.stack[-1].secret
        try:
            HANDLERS[type(event)](ctx, event)
            self._check(ctx)
        except Absent as absent:
            ctx = self._undo(ctx)
            self._seek(ctx, event, absent, sought)
        except Unread:
            ctx = self._undo(ctx)
            assert isinstance(event, events.Line)
            ctx.push(Seeking(event.text, sought, event.expanded))
            ctx.push(Working())
            ctx.do(events.ReadKinds(event.session))
        except (Rejected, LedgerError) as refusal:
            ctx = self._undo(ctx)
            self._refuse(ctx, str(refusal), event)
            if isinstance(event, events.Due) and not isinstance(event.timer.payload, ModuleTimer):
                log.error("a timer of the game's was refused, and is tried again: %s: %s", event.timer, refusal)
                ctx.after(RETRY_SECONDS, event.timer.payload)
        except Exception as error:
            ctx = self._undo(ctx)
            self._refuse(ctx, APOLOGY, event)
            self._note(error, event, session)
            if isinstance(event, events.Due):
                ctx.after(RETRY_SECONDS, event.timer.payload)
        if session is not None:
            drafts.remember(self.world, session)
        self.world.journal.commit()
        return ctx

    def _seek(self, ctx: CoreContext, event: events.Event, absent: Absent, sought: tuple[str, ...]) -> None:
        """Have somebody who is not in memory looked up; then the line is taken again."""
        if type(event) is not events.Line or ctx.session.stack[-1].secret:
            self._refuse(ctx, str(absent), event)
            return
        ctx.push(Seeking(event.text, (*sought, absent.name.casefold()), event.expanded))
        ctx.push(Working())
        ctx.do(events.FindPlayer(ctx.session.id, proper(absent.name)))

    def _note(self, error: Exception, event: events.Event, session: Session | None) -> None:
        """Log what failed, under the name of the module whose fault it was."""
        logger, cause = log, error
        if isinstance(error, ModuleFault):
            self._failing.append(error.module)
            logger = logging.getLogger(f"mud.module.{error.module}")
            cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
        logger.error("an event failed and was undone: %s", describe(event, session), exc_info=cause)

    def _aftermath(self, ctx: CoreContext) -> None:
        """Each module that listens hears each signal, and each order is done, in events of their own; then the admins
        hear what failed."""
        waiting = deque(ctx.signals)
        for _ in range(MAX_SIGNALS):
            if not waiting:
                break
            for event in self._follow(waiting.popleft()):
                session = self.sessions.by_id.get(event.session) if isinstance(event, events.Ordered) else None
                then = self._happen(session, event)
                waiting.extend(then.signals)
                _merge(ctx, then)
        if waiting:
            log.error("more than %d signals from one event; the rest is dropped, first %r", MAX_SIGNALS, waiting[0])
        while self._failing:
            self.modules.failed(self._failing.pop(0), self.clock.wall)
        for text in self.modules.news():
            log.error("%s", text)
            _merge(ctx, self._happen(None, events.Announced(text, "admin")))

    def _follow(self, after: Signal | events.Ordered) -> list[events.Signalled | events.Ordered]:
        """The events that a signal or an order brings about: one a listener, or the order if its session is there."""
        if isinstance(after, events.Ordered):
            return [after] if after.session in self.sessions.by_id else []
        return [events.Signalled(module, after) for module in self.modules.listeners(after)]

    def due(self) -> events.Due | None:
        """The earliest timer that is due, taken off the pending ones; hand it to `handle`."""
        timer = self.world.timers.take_due(self.clock)
        return events.Due(timer) if timer is not None else None

    def busy(self, session_id: int) -> bool:
        """Whether a session's lines must wait for the answer to an effect."""
        session = self.sessions.by_id.get(session_id)
        return session is None or (bool(session.stack) and type(session.stack[-1]) is Working)

    def prompt(self, session: Session) -> tuple[str, bool]:
        """A session's prompt, and whether the answer to it is secret."""
        return dialogs.prompt(self._context(session), session)

    def evict(self, pinned: set[str]) -> None:
        """After a flush: drop who is away from memory, unless changed since or their name is `pinned`."""
        pinned = pinned | login.names_in_creation(self.sessions.by_id.values())
        pinned |= login.names_sought(self.sessions.by_id.values())
        for session in self.sessions.by_id.values():
            if session.account is not None:
                pinned.add(session.account.casefold())
        login.evict(self.world, pinned)

    def context(self) -> CoreContext:
        """A context of no event, to look with."""
        return self._context(None)

    def _context(self, session: Session | None) -> CoreContext:
        world, sessions, commands, clock, random = self.world, self.sessions, self.commands, self.clock, self.random
        return CoreContext(world, sessions, commands, clock, random, self.modules, session, self.spells, self.rules)

    def _begin(self, session: Session | None) -> CoreContext:
        """An event begins: from here on only what the journal opens can be changed."""
        self.watch.begin()
        self.world.journal.begin()
        return self._context(session)

    def _check(self, ctx: CoreContext) -> None:
        """Raises for what was changed past the journal, in the name of the module that did it."""
        past = self.watch.past_journal(ctx.acted)
        if past is None:
            return
        error = Unopened(past.text)
        if not past.module:
            raise error
        self.modules.blame(past.module, error)
        raise ModuleFault(past.module, past.text) from error

    def _tell(self, past: Bypass) -> None:
        """Log what was changed past the journal, and count it against its module."""
        log.error("%s", past.text)
        if past.module:
            self.modules.blame(past.module, Unopened(past.text))
            self._failing.append(past.module)

    def _undo(self, ctx: CoreContext) -> CoreContext:
        """The event failed: all is as it was before, also what went past the journal. Another begins, to tell of it."""
        self.world.journal.rollback()
        past = self.watch.past_journal(ctx.acted)
        if past is not None:
            self._tell(past)
        self.world.journal.begin()
        return self._context(ctx._session)

    def _refuse(self, ctx: CoreContext, text: str, event: events.Event) -> None:
        """Tell whose event failed; answers to work are given up, so that the dialog below asks again."""
        session = ctx._session
        if session is None:
            return
        if session.stack and type(session.stack[-1]) is Working and type(event) is not events.Ordered:
            ctx.pop()
            if Seeking in map(type, session.stack[-1:]):
                ctx.pop()
        ctx.send(tag("error", text))

    def _outputs(self, ctx: CoreContext, event: events.Event | None) -> list[events.Effect]:
        """One Output a session: its lines, then its prompt, on a fresh line of the screen."""
        outputs: list[events.Effect] = []
        closing = {effect.session for effect in ctx.effects if isinstance(effect, events.Close)}
        typed = event.session if type(event) is events.Line else None
        for session_id, lines in ctx.outputs.items():
            session = self.sessions.by_id.get(session_id)
            if session is None or not session.stack:
                continue
            text = "".join(f"{line}\n" for line in lines)
            if session.at_prompt and session_id != typed and text:
                text = "\n" + text  # the cursor stands behind a prompt that nobody answered
            prompt, secret = dialogs.prompt(ctx, session) if session_id not in closing else ("", False)
            if not text and not prompt:
                continue
            session.at_prompt = bool(prompt)
            outputs.append(events.Output(session_id, text, prompt, secret))
        return outputs


def _merge(ctx: CoreContext, other: CoreContext) -> None:
    """What came after is told after."""
    for session, lines in other.outputs.items():
        ctx.outputs.setdefault(session, []).extend(lines)
    ctx.effects += other.effects


def _precede(ctx: CoreContext, other: CoreContext) -> None:
    """What came before is told before."""
    _merge(other, ctx)
    ctx.outputs, ctx.effects = other.outputs, other.effects
    ctx.signals[:0] = other.signals


def describe(event: events.Event, session: Session | None) -> str:
    """An event for the log: never what was typed in secret."""
    who = f" of {session.character or session.account or session.address}" if session is not None else ""
    if type(event) is events.Line:
        secret = session is None or session.account is None or type(session.stack[-1]).secret
        return f"Line{who}: {'(secret)' if secret else event.text!r}"
    return f"{type(event).__name__}{who}"
