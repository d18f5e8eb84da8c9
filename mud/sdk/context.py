"""What a module's handler is given: the game, and the module's own state, timers, conversations, escrow and tables."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

import msgspec
from msgspec import Struct, structs

from mud.core import dialogs as d
from mud.core import events as e
from mud.core.errors import Invalid, Refused, Rejected
from mud.core.escrow import PREFIX, Escrow, occupied, refusal
from mud.core.signals import Request, Signal
from mud.core.text.editor_help import as_lines
from mud.core.timers import AskEnds, ModuleTimer
from mud.core.timers import PendingTimer as Pending
from mud.core.world.model import Account, Character, Item
from mud.core.world.senses import has
from mud.sdk.bases import Dialog, Permission, S, Settings, Timer
from mud.sdk.game_context import GameContext

C = TypeVar("C", bound=Settings)
N = TypeVar("N", bound=Struct)
encode = msgspec.msgpack.Encoder().encode
#: How many seconds a timer waits at least.
MIN_SECONDS = 0.01
#: How many seconds a question may stay unanswered.
ASK_SECONDS = 60.0


class Context(GameContext, Generic[S]):
    """One event's view of the game, for one module. What is done through it happens whole, or not at all (rule 1)."""

    __slots__ = ()

    # The module's own

    @property
    def state(self) -> S:
        """The module's state, free to be read or changed until the event ends. It is written if it was changed."""
        state: S = self._core.world.module_state(self._acting.name, self._acting.state)
        return state

    def peek(self) -> S:
        """The module's state for reading only: changes in it are refused.

        It spares the event the copy of a large state that an undo would need.
        """
        state: S = self._acting.state
        return state

    def settings(self, kind: type[C]) -> C:
        """The module's settings. Raises TypeError if it declared another kind."""
        found = self._acting.settings
        if not isinstance(found, kind):
            raise TypeError(f"{self._acting.name} declares {type(found).__name__} as its settings, not {kind.__name__}")
        return found

    @property
    def log(self) -> logging.LoggerAdapter[Any]:
        """The module's log. What is written to it stays, whether the event succeeds or not."""
        return logging.LoggerAdapter(logging.getLogger(f"mud.module.{self._acting.name}"))

    def need(self, permission: Permission) -> None:
        """Raises Refused, naming module and permission, when it was not granted (S2.6)."""
        need(self._acting.name, self._acting.granted, permission)

    # Time

    def set_timer(self, seconds: float, timer: Timer) -> Pending:
        """`timer` falls due in so many seconds of its clock, and On(KIND, handler) is called.

        At least a hundredth of a second: so timers that set each other at once leave time for everything else.
        """
        now = self.clock.game if timer.clock == "game" else self.clock.wall
        return self.set_timer_at(now + max(seconds, MIN_SECONDS), timer)

    def set_timer_at(self, at: float, timer: Timer) -> Pending:
        """`timer` falls due at `at` seconds of its clock. Raises Invalid if the module has no On for it."""
        if tag_of(timer) not in self._acting.hears:
            name = type(timer).__name__
            raise Invalid(f"nothing would handle the timer {name}: add On({name}, handler) to on=[...] of MODULE")
        need_fit(timer)
        return shown(self._core.world.timers.set(at, self._payload(timer)))

    def pending(self, kind: type[Timer] | Timer) -> list[Pending]:
        """The module's timers of a kind, or exactly like one, soonest first."""
        name, timers = self._acting.name, self._core.world.timers
        mine = timers.of(name, tag_of(kind)) if isinstance(kind, type) else timers.like(self._payload(kind))
        return [shown(timer) for timer in sorted(mine, key=lambda t: (t.due, t.number))]

    def time_left(self, kind: type[Timer] | Timer) -> float | None:
        """Seconds until the soonest timer of a kind falls due (0 when it is late); None when there is none."""
        found = self.pending(kind)
        if not found:
            return None
        now = self.clock.game if found[0].payload.clock == "game" else self.clock.wall
        return max(0.0, found[0].due - now)

    def cancel(self, which: type[Timer] | Timer | Pending | str) -> None:
        """Forget all timers of a kind, those exactly like one, or the one that `set_timer` gave (or its id)."""
        if isinstance(which, Pending | str):
            self._cancel_id(which if isinstance(which, str) else which.id)
            return
        for timer in self.pending(which):
            self._core.world.timers.cancel(timer.id)

    def _cancel_id(self, timer_id: str) -> None:
        found = self._core.world.timers.pending.get(timer_id)
        if found is None:
            return  # it may just have fired
        owner = getattr(found.payload, "module", "the game")
        if owner != self._acting.name:
            raise Refused(f"{self._acting.name} may not cancel {timer_id}: it is a timer of {owner}")
        self._core.world.timers.cancel(timer_id)

    def _payload(self, timer: Timer) -> ModuleTimer:
        acting = self._acting
        return ModuleTimer(acting.name, tag_of(timer), plain(timer, "timer"), timer.clock, acting.schema)

    # Escrow

    def escrow(self, whose: str, about: str = "") -> str:
        """The key of this module's escrow for items and gold of the character `whose`.

        It is an owner and an account: `ctx.world.held(key)`, `ctx.pay(key, ...)`. Keep nothing of anybody else in it.
        """
        return Escrow(self._acting.name, whose, about).key

    def escrows(self, whose: str = "") -> list[Escrow]:
        """This module's escrows that hold something, of one character or of all."""
        return occupied(self._core.world, self._acting.name, whose)

    def hold(self, item: Item, whose: str, about: str = "") -> None:
        """Take an item, with its contents, into this module's escrow, or from one of its escrows to another.

        Raises Rejected, in words for its owner, if the item can't be let go of or would decay there; Refused if another
        module holds it.
        """
        if item.owner.startswith(PREFIX):
            self._need_mine(item.owner)
        else:
            why = refusal(self._core.world, item)
            if why is not None:
                raise Rejected(why)
        self._core.world.move_item(item, self.escrow(whose, about))

    def release(self, item: Item, to: Character) -> None:
        """Give an item from this module's escrow into somebody's hands.

        Raises Rejected for a character that is not in memory (who is away gets it on PlayerEntered), Refused for an
        item that does not lie in this module's escrow.
        """
        self._need_mine(item.owner)
        self._need_here(to)
        self._core.world.edit(to)  # so that somebody who has just left is not forgotten before the item is written
        self._core.world.move_item(item, to.owner_key)

    # Conversation

    def pop(self) -> None:
        """End the top conversation."""
        self._core.pop()

    def begin(self, dialog: Dialog) -> None:
        """Begin a conversation of the module on top of the session's stack; Talk(KIND, ...) leads it.

        Raises Invalid if there is none.
        """
        self._core.push(self._dialog(dialog))

    def go_on(self, dialog: Dialog) -> None:
        """Replace the conversation on top by another one."""
        self._core.replace(self._dialog(dialog))

    def edit_text(self, dialog: Dialog, text: str = "") -> None:
        """Open the line editor on `text`. When it is saved, the whole text goes to the Talk of `dialog`.

        If that raises Rejected, the text stays in the editor.
        """
        self._core.edit(d.Editor(self._acting.name, as_lines(text), self._dialog(dialog)))

    def _dialog(self, dialog: Dialog) -> d.ModuleDialog:
        if tag_of(dialog) not in self._acting.leads:
            name = type(dialog).__name__
            raise Invalid(f"nothing would lead the conversation {name}: add Talk({name}, ask, answer) to talks=[...]")
        need_fit(dialog)
        return d.ModuleDialog(self._acting.name, tag_of(dialog), plain(dialog, "dialog"), self._acting.schema)

    # Bodies

    def affect(self, character: Character, by: Mapping[str, int]) -> None:
        """What this module does to somebody's figures ("strength", "armour", "hitroll", "hp" ...) and states ("blind",
        "invisible", "sanctuary", "haste" ... with 1) from now on, in place of what it did before.

        It stays with the character until this is called again: over copyovers, log-outs and the module's absence.
        """
        asleep = has(self.world, character, "sleep")
        self._need_here(character)
        self._core.world.edit(character)
        kept = {name: effects for name, effects in character.effects.items() if name != self._acting.name}
        by = {name: amount for name, amount in by.items() if amount}
        character.effects = {**kept, self._acting.name: by} if by else kept
        self._core.rules.affected(self._core, character, asleep)

    def noted(self, character: Character, kind: type[N]) -> N | None:
        """What this module has written down about a character with `note`; None for nothing.

        Raises msgspec.ValidationError when that does not fit into `kind`; Invalid when it is of another schema, and no
        steps lead from there.
        """
        acting = self._acting
        found = character.notes.get(acting.name)
        if found is None:
            return None
        schema = character.noted.get(acting.name, 1)
        if schema != acting.schema:
            return cast(N | None, acting.read_note(found, schema, kind))
        note: N = decoder(kind).decode(found)
        return note

    def note(self, character: Character, what: Struct | None) -> None:
        """Store this module's note about a character, in place of the one before; None removes it.

        It is written with the character, and as often. It comes back with a player and disappears with a mob. So a
        state with much about many characters need not be copied and written as a whole. Raises TypeError for another
        kind than the module declares as its `notes`.
        """
        acting = self._acting
        if what is not None and acting.notes is not None and not isinstance(what, acting.notes):
            raise TypeError(f"{acting.name} declares notes={acting.notes.__name__}, not {type(what).__name__}")
        self._need_here(character)
        self._core.world.edit(character)
        character.noted.pop(acting.name, None)
        if what is None:
            character.notes.pop(acting.name, None)
            return
        character.notes[acting.name] = encode(what)
        if acting.schema != 1:
            character.noted[acting.name] = acting.schema

    # Other modules

    def emit(self, signal: Signal) -> None:
        """Emit a signal. Each listening module hears it in an event of its own, right after this one."""
        if not isinstance(signal, Signal) or signal.__struct_config__.tag is None:
            raise TypeError(f'{signal!r} is no signal: class {type(signal).__name__}(Signal, tag="MODULE.WHAT")')
        self._core.emit(signal)

    def call(self, request: Request) -> Any:
        """Send a request to another module, within this event. Raises NotFound, or what that module raises."""
        return self._acting.call(self._core, request)

    def call_method(self, name: str, data: dict[str, Any] | None = None) -> Any:
        """Call a method by its name ("auction.price"), within this event, with the fields of its request as plain data.

        Returns its reply as plain data. Raises NotFound, Conflict for another version of the API than `requires` says,
        Invalid if the data do not fit, or what that module raises.
        """
        return self._acting.call_method(self._core, name, data)

    def ask(self, request: Request, about: str) -> None:
        """Send a request to an asynchronous method. On(Answered, ...) receives the outcome, once."""
        data = {"request": tag_of(request), "data": plain(request, "request")}
        self._core.do(e.AskModule(self._acting.name, self._asked(about), data))

    # The database

    @contextmanager
    def database(self, name: str) -> Iterator[DatabaseSession]:
        """A named block of writes to the module's own tables: in the next flush as a whole, or not at all.

        Needs "database". If SQLite refuses the block later, On(WriteFailed, ...) is called.
        """
        self.need("database")
        session = DatabaseSession()
        yield session
        if session.statements:
            self._core.world.writes.add(self._acting.name, name, tuple(session.statements))

    def query(self, about: str, sql: str, *parameters: Any) -> None:
        """Query the module's own tables. On(Answered, ...) receives the rows, once. Needs "database"."""
        self.need("database")
        self._core.do(e.QueryModule(self._acting.name, self._asked(about), sql, parameters))

    def _asked(self, about: str) -> str:
        number = self._core.world.new_id("q")
        self._core.after(ASK_SECONDS, AskEnds(self._acting.name, number, about))
        return number

    # People

    def announce(self, text: str) -> None:
        """A line to everybody in play. Needs "admin"."""
        self.need("admin")
        for character in self.world.players():
            self.tell(character, text)

    def account(self, character: Character) -> Account | None:
        """A player's account without the password's hash; None for mobs and players who are away. Needs "user_data"."""
        self.need("user_data")
        found = self._core.world.accounts.get((character.account or "").casefold())
        return msgspec.structs.replace(found, password="") if found is not None else None


def shown(timer: Pending) -> Pending:
    """A pending timer for a module's hands: what is in it is a copy."""
    payload = timer.payload
    assert isinstance(payload, ModuleTimer)
    data = msgspec.to_builtins(payload.data, builtin_types=(bytes,))
    return structs.replace(timer, payload=structs.replace(payload, data=data))


@lru_cache(64)
def decoder(kind: type[N]) -> msgspec.msgpack.Decoder[N]:
    """The decoder for notes of a kind."""
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
    """The tag of a kind of timer, dialog, signal or request."""
    return str(kind.__struct_config__.tag)


def plain(thing: Any, tag_field: str) -> dict[str, Any]:
    """A Struct's fields as plain data, without the tag."""
    data: dict[str, Any] = msgspec.to_builtins(thing, builtin_types=(bytes,))
    del data[tag_field]
    return data


def need_fit(thing: Struct) -> None:
    """Raises Invalid when a timer or a conversation could not be made again from what it holds."""
    try:
        msgspec.convert(msgspec.to_builtins(thing, builtin_types=(bytes,)), type(thing), builtin_types=(bytes,))
    except (msgspec.ValidationError, TypeError) as error:
        raise Invalid(f"{thing!r:.80} could not be read again when its time comes: {error}") from error
