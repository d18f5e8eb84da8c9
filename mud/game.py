"""The kernel: one event in, state changed, effects out; whole or not at all.

Nothing in here waits. Between two calls of `handle` the whole game is consistent, and that is where a flush is
cut and where a copyover happens.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from mud.core import events
from mud.core.area import WorldDef
from mud.core.clock import Clock
from mud.core.commands import CommandTable
from mud.core.context import Context, Sessions
from mud.core.dialogs import Working
from mud.core.errors import Rejected
from mud.core.ledger import LedgerError
from mud.core.markup import tag
from mud.core.session import Session
from mud.core.world import World
from mud.play import dialogs, login, lookup, zones
from mud.play.commands import COMMANDS

log = logging.getLogger("mud.game")

#: A timer whose handler failed is tried again so much later, by its own clock.
RETRY_SECONDS = 60.0
APOLOGY = "Something went wrong with that. Nothing was changed, and it has been logged for the admins."

#: What each event does. Lines go to the dialog on top of their session's stack.
HANDLERS: dict[type, Callable[[Context, Any], None]] = {
    events.Opened: login.opened,
    events.Line: dialogs.line,
    events.Lost: login.lost,
    events.TerminalTold: login.terminal_told,
    events.NameChecked: login.name_checked,
    events.LoggedIn: login.logged_in,
    events.Registered: login.registered,
    events.Hashed: login.hashed,
    events.Verified: login.verified,
    events.Failed: login.work_failed,
    events.Told: lookup.told,
    events.Announced: lookup.announced,
    events.AccountSet: lookup.account_set,
    events.Due: zones.due,
}


class Game:
    """The world, the sessions, and the one way to change them."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.sessions = Sessions()
        self.commands = CommandTable(COMMANDS)

    @classmethod
    def begin(cls, defs: WorldDef, clock: Clock) -> Game:
        """A new game in which nothing has happened yet. Call `populate` for mobs and items."""
        return cls(World(defs), clock)

    def populate(self) -> None:
        """Set going every zone that has no reset pending: all of them in a new game, new areas in an old one."""
        ctx = self._context(None)
        zones.wake(ctx)
        self.world.journal.commit()

    def reopen(self, sessions: list[int]) -> None:
        """After a start: whoever is in the world and has no session is link-dead.

        `sessions` are those that the database still names, and that are no more.
        """
        ctx = self._context(None)
        for character in self.world.players():
            if not character.link_dead and self.sessions.of(character) is None:
                login.make_link_dead(ctx, character)
        for session in sessions:
            self.world.journal.touch("sessions", str(session))
        self.world.journal.commit()

    def handle(self, event: events.Event) -> list[events.Effect]:
        """Let `event` happen. Gives what is to be done about it, outputs first."""
        about = getattr(event, "session", None)
        session = self.sessions.by_id.get(about) if about is not None else None
        if about is not None and session is None:
            return []  # whoever this is for has left meanwhile
        ctx = self._context(session)
        try:
            HANDLERS[type(event)](ctx, event)
        except (Rejected, LedgerError) as refusal:
            ctx = self._undo(session)
            self._refuse(ctx, str(refusal))
        except Exception:
            ctx = self._undo(session)
            self._refuse(ctx, APOLOGY)
            log.exception("an event failed and was undone: %s", describe(event, session))
            if isinstance(event, events.Due):
                self.world.timers.set(event.timer.due + RETRY_SECONDS, event.timer.payload)
        self.world.journal.commit()
        if type(event) is events.Line and session is not None:
            ctx.outputs.setdefault(session.id, [])  # an answer without words still shows the prompt
        return self._outputs(ctx, event) + ctx.effects

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
        for session in self.sessions.by_id.values():
            if session.account is not None:
                pinned.add(session.account.casefold())
        login.evict(self.world, pinned)

    def _context(self, session: Session | None) -> Context:
        return Context(self.world, self.sessions, self.commands, self.clock, session)

    def _undo(self, session: Session | None) -> Context:
        self.world.journal.rollback()
        return self._context(session)

    def _refuse(self, ctx: Context, text: str) -> None:
        """Tell whose event failed; answers to work are given up, so that the dialog below asks again."""
        session = ctx._session
        if session is None:
            return
        if session.stack and type(session.stack[-1]) is Working:
            ctx.pop()
        ctx.send(tag("error", text))

    def _outputs(self, ctx: Context, event: events.Event) -> list[events.Effect]:
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


def describe(event: events.Event, session: Session | None) -> str:
    """An event for the log: never what was typed in secret."""
    who = f" of {session.character or session.account or session.address}" if session is not None else ""
    if type(event) is events.Line:
        secret = session is None or session.account is None or type(session.stack[-1]).secret
        return f"Line{who}: {'(secret)' if secret else event.text!r}"
    return f"{type(event).__name__}{who}"
