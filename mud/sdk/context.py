"""What a module's handler is given: all that the core's own get, and the module's state, timers, tables and friends.

One context serves a whole event. Which module is acting in it changes as calls go from one to another.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec
from msgspec import Struct

from mud.core import dialogs as d
from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.errors import Refused, Rejected
from mud.core.escrow import PREFIX, Escrow, occupied, refusal
from mud.core.signals import Request, Signal
from mud.core.text.editor_help import as_lines
from mud.core.timers import AskEnds, ModuleTimer
from mud.core.timers import PendingTimer as Pending
from mud.core.world.model import Account, Character, Item
from mud.core.world.senses import has
from mud.sdk.bases import Dialog, Permission, S, Settings, Timer

C = TypeVar("C", bound=Settings)
N = TypeVar("N", bound=Struct)
encode = msgspec.msgpack.Encoder().encode
#: Seconds that a timer waits at least.
MIN_SECONDS = 0.01
#: Seconds that a question may go unanswered.
ASK_SECONDS = 60.0


class Acting(Protocol):
    """The module that is acting, as its context needs it."""

    name: str
    settings: Settings
    state: Any
    granted: frozenset[Permission]

    def call(self, ctx: Context[Any], request: Request) -> Any:
        """Have another module do something."""


class Context(CoreContext, Generic[S]):
    """One event's view of the game, for a module. What is done through it happens whole, or not at all (rule 1)."""

    acting: Acting = cast(Acting, None)  # set for as long as a module's handler runs

    # The module's own

    @property
    def state(self) -> S:
        """The module's state, free to be changed until the event ends."""
        acting = self.acting
        self.world.journal.touch("modules", acting.name)
        state: S = self.world.journal.edit(acting.state)
        return state

    def peek(self) -> S:
        """The module's state only to be read: a change made in it is neither undone nor written. Spares the next flush
        a look at a large state that many events read and few change.
        """
        state: S = self.acting.state
        return state

    def settings(self, kind: type[C]) -> C:
        """The module's settings. Raises TypeError when it declared others."""
        found = self.acting.settings
        if not isinstance(found, kind):
            raise TypeError(f"{self.acting.name} declares {type(found).__name__} as its settings, not {kind.__name__}")
        return found

    @property
    def log(self) -> logging.LoggerAdapter[Any]:
        """The module's log. What is written to it stays, whether the event succeeds or not."""
        return logging.LoggerAdapter(logging.getLogger(f"mud.module.{self.acting.name}"))

    def need(self, permission: Permission) -> None:
        """Raises Refused, naming module and permission, when it was not granted (S2.6)."""
        need(self.acting.name, self.acting.granted, permission)

    # Time

    def set_timer(self, seconds: float, timer: Timer) -> Pending:
        """`timer` falls due in so many seconds of its clock: On(KIND, handler) is told.

        At the soonest in a hundredth of a second: timers that set each other at once leave time for everybody else.
        """
        now = self.clock.game if timer.clock == "game" else self.clock.wall
        return self.world.timers.set(now + max(seconds, MIN_SECONDS), self._payload(timer))

    def set_timer_at(self, at: float, timer: Timer) -> Pending:
        """`timer` falls due at `at` seconds of its clock."""
        return self.world.timers.set(at, self._payload(timer))

    def pending(self, kind: type[Timer] | Timer) -> list[Pending]:
        """The module's timers of a kind, or exactly like one, soonest first."""
        timers = self.world.timers
        mine = timers.of(self.acting.name, tag_of(kind)) if isinstance(kind, type) else timers.like(self._payload(kind))
        return sorted(mine, key=lambda t: (t.due, t.number))

    def time_left(self, kind: type[Timer] | Timer) -> float | None:
        """Seconds until the soonest timer of a kind falls due (0 when it is late); None when there is none."""
        found = self.pending(kind)
        if not found:
            return None
        now = self.clock.game if found[0].payload.clock == "game" else self.clock.wall
        return max(0.0, found[0].due - now)

    def cancel(self, kind: type[Timer] | Timer) -> None:
        """Forget all timers of a kind, or those exactly like one."""
        for timer in self.pending(kind):
            self.world.timers.cancel(timer.id)

    def _payload(self, timer: Timer) -> ModuleTimer:
        return ModuleTimer(self.acting.name, tag_of(timer), plain(timer, "timer"), timer.clock)

    # Escrow

    def escrow(self, whose: str, about: str = "") -> str:
        """The key of a place of this module's own where items and gold of the character `whose` can lie.

        It is an owner and an account: `ctx.world.held(key)`, `ctx.pay(key, ...)`. Keep in it nothing of anybody else.
        """
        return Escrow(self.acting.name, whose, about).key

    def escrows(self, whose: str = "") -> list[Escrow]:
        """Every place of this module's escrow that something lies in, for one character or for all."""
        return occupied(self.world, self.acting.name, whose)

    def hold(self, item: Item, whose: str, about: str = "") -> None:
        """Take an item, with all that is in it, into this module's escrow, or from one place of that to another.

        Raises Rejected, in words for its owner, for what nobody may let go of or would fall to dust in there;
        Refused for what another module holds.
        """
        if item.owner.startswith(PREFIX):
            self._need_mine(item.owner)
        else:
            why = refusal(self.world, item)
            if why is not None:
                raise Rejected(why)
        self.world.move_item(item, self.escrow(whose, about))

    def release(self, item: Item, to: Character) -> None:
        """Give an item out of this module's escrow into somebody's hands.

        Raises Rejected for a character that is not in memory (who is away gets it on PlayerEntered), Refused for an
        item that does not lie in this module's escrow.
        """
        self._need_mine(item.owner)
        if self.world.characters.get(to.id) is not to:
            raise Rejected(f"{to.name} is not here.")
        self.world.edit(to)  # marked, so that somebody who has just left is not forgotten before the item is written
        self.world.move_item(item, to.owner_key)

    def pay(self, debit: str, credit: str, amount: int, reason: str) -> None:
        """Move gold. Raises LedgerError; Refused when an account is another module's escrow."""
        for account in (debit, credit):
            if self.acting is not None and account.startswith(PREFIX):
                self._need_mine(account)
        super().pay(debit, credit, amount, reason)

    def _need_mine(self, key: str) -> None:
        if not key.startswith(f"{PREFIX}{self.acting.name}:"):
            raise Refused(
                f"{self.acting.name} may not touch {key}: that is no escrow of its own", module=self.acting.name
            )

    # Conversation

    def begin(self, dialog: Dialog) -> None:
        """Begin a conversation of the module's own on top of what the session is in: Talk(KIND, ...) leads it."""
        self.push(self._dialog(dialog))

    def go_on(self, dialog: Dialog) -> None:
        """Go on with another one in place of the top one."""
        self.replace(self._dialog(dialog))

    def edit_text(self, dialog: Dialog, text: str = "") -> None:
        """Open the line editor on `text`. Saved, all of the text is given to the Talk of `dialog`.

        If that raises Rejected, the text is still in the editor.
        """
        self.edit(d.Editor(self.acting.name, as_lines(text), self._dialog(dialog)))

    def _dialog(self, dialog: Dialog) -> d.ModuleDialog:
        return d.ModuleDialog(self.acting.name, tag_of(dialog), plain(dialog, "dialog"))

    # Bodies

    def affect(self, character: Character, by: Mapping[str, int]) -> None:
        """What this module does to somebody's figures ("strength", "armour", "hitroll", "hp" ...) and states ("blind",
        "invisible", "sanctuary", "haste" ... with 1) from now on, in place of what it did before.

        It stays with the character until this is called again, over copyovers, log-outs, and the module's absence.
        """
        asleep = has(self.world, character, "sleep")
        self.world.edit(character)
        kept = {name: effects for name, effects in character.effects.items() if name != self.acting.name}
        by = {name: amount for name, amount in by.items() if amount}
        character.effects = {**kept, self.acting.name: by} if by else kept
        self.rules.affected(self, character, asleep)

    def noted(self, character: Character, kind: type[N]) -> N | None:
        """What this module has written down about a character with `note`; None for nothing.

        Raises msgspec.ValidationError when that does not fit into `kind`.
        """
        found = character.notes.get(self.acting.name)
        return decoder(kind).decode(found) if found is not None else None

    def note(self, character: Character, what: Struct | None) -> None:
        """Write something down about a character, in place of what was; None for nothing more.

        It is written with the character, and as often as that: it goes where they go, is there again when a player
        comes back, and is gone with a mob. So a state with much about many need not be copied and written whole.
        """
        self.world.edit(character)
        if what is not None:
            character.notes[self.acting.name] = encode(what)
        else:
            character.notes.pop(self.acting.name, None)

    # Other modules

    def emit(self, signal: Signal) -> None:
        """Tell the modules that listen; each hears it in an event of its own, right after this one."""
        if not isinstance(signal, Signal) or signal.__struct_config__.tag is None:
            raise TypeError(f'{signal!r} is no signal: class {type(signal).__name__}(Signal, tag="MODULE.WHAT")')
        super().emit(signal)

    def call(self, request: Request) -> Any:
        """Have another module do something, within this event. Raises NotFound, or what that module raises."""
        return self.acting.call(self, request)

    def ask(self, request: Request, about: str) -> None:
        """Have an asynchronous method do something. On(Answered, ...) is told what came of it, once."""
        data = {"request": tag_of(request), "data": plain(request, "request")}
        self.do(e.AskModule(self.acting.name, self._asked(about), data))

    # The database

    @contextmanager
    def database(self, name: str) -> Iterator[DatabaseSession]:
        """A named block of writes to the module's own tables: whole in the next flush, or not at all.

        Needs "database". One that SQLite refuses later is told to On(WriteFailed, ...).
        """
        self.need("database")
        session = DatabaseSession()
        yield session
        if session.statements:
            self.world.writes.add(self.acting.name, name, tuple(session.statements))

    def query(self, about: str, sql: str, *parameters: Any) -> None:
        """Ask the module's own tables. On(Answered, ...) is told the rows, once. Needs "database"."""
        self.need("database")
        self.do(e.QueryModule(self.acting.name, self._asked(about), sql, parameters))

    def _asked(self, about: str) -> str:
        number = self.world.new_id("q")
        self.after(ASK_SECONDS, AskEnds(self.acting.name, number, about))
        return number

    # People

    def announce(self, text: str) -> None:
        """A line to everybody in play. Needs "admin"."""
        self.need("admin")
        for character in self.world.players():
            self.tell(character, text)

    def account(self, character: Character) -> Account | None:
        """A player's account, without the password's hash; None for a mob, or who is away. Needs "user_data"."""
        self.need("user_data")
        found = self.world.accounts.get((character.account or "").casefold())
        return msgspec.structs.replace(found, password="") if found is not None else None


@lru_cache(64)
def decoder(kind: type[N]) -> msgspec.msgpack.Decoder[N]:
    """What reads notes of a kind."""
    return msgspec.msgpack.Decoder(kind)


class DatabaseSession:
    """A database session: the writes of one `with ctx.database(...)` block, in their order."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, tuple[Any, ...]]] = []

    def execute(self, sql: str, *parameters: Any) -> None:
        """An INSERT, UPDATE, DELETE or REPLACE on a table of the module's own."""
        self.statements.append((sql, parameters))


def need(module: str, granted: frozenset[Permission], permission: Permission) -> None:
    """Raises Refused, naming module and permission and the line to add, when it was not granted."""
    if permission not in granted:
        raise Refused(
            f"{module} may not use {permission!r}: it has to declare it, and the operator has to grant it "
            f'([permissions] {module} = ["{permission}"])',
            module=module,
            permission=permission,
        )


def tag_of(kind: Any) -> str:
    """What a kind of timer, dialog, signal or request is known by."""
    return str(kind.__struct_config__.tag)


def plain(thing: Any, tag_field: str) -> dict[str, Any]:
    """A Struct's fields as plain data, without the tag."""
    data: dict[str, Any] = msgspec.to_builtins(thing, builtin_types=(bytes,))
    del data[tag_field]
    return data
