"""The game's half of a module's context: who acts, the world to look at, and the ways to say and to change something.

Every change goes through the journal: it is undone if the event fails, and written if it succeeds. What is not in here
is the kernel's, and no promise.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from difflib import get_close_matches
from functools import lru_cache
from random import Random
from typing import Any, NoReturn, Protocol

import msgspec
from msgspec import Struct, structs

from mud.core.clock import ClockView
from mud.core.context import CoreContext
from mud.core.errors import Invalid, Refused, Rejected
from mud.core.escrow import PREFIX
from mud.core.guard import called
from mud.core.session import Session, SessionView
from mud.core.signals import Died, Request
from mud.core.world.area import DoorState
from mud.core.world.model import Character, Item, Role
from mud.core.world.view import WorldView
from mud.sdk.bases import Permission, Settings

#: What modules may look for in a context and not find, and what to write instead.
INSTEAD = {
    "sessions": "ctx.connected(character), ctx.session_of(character)",
    "modules": "ctx.companions(character.id), ctx.call(Request())",
    "rules": "ctx.cannot_fight(one, other), ctx.hurt(...), ctx.mend(...)",
    "acting": "ctx.settings(Kind), ctx.state",
    "write": "ctx.tell(character, text), ctx.send(text)",
    "outputs": "ctx.tell(character, text), ctx.send(text)",
    "push": "ctx.begin(Dialog())",
    "replace": "ctx.go_on(Dialog())",
    "edit": "ctx.change(thing, field=value), or ctx.edit_text(Dialog(), text) for the line editor",
    "after": "ctx.set_timer(seconds, Kind())",
    "do": "ctx.ask(Request(), about), ctx.query(about, sql), or ctx.order(character, command)",
    "signals": "ctx.emit(Signal()), ctx.died(character)",
    "effects": "ctx.ask(Request(), about)",
}


class Acting(Protocol):
    """The module that is acting, as its context needs it."""

    name: str
    settings: Settings
    state: Any
    granted: frozenset[Permission]
    hears: frozenset[str]  # the tags of the timers that it handles, and of its conversations
    leads: frozenset[str]
    schema: int
    notes: type[Struct] | None

    def read_note(self, data: bytes, schema: int, kind: type[Any]) -> Any:
        """A note of another schema than the module's; None if a step removes it. Raises Invalid if it does not fit."""

    def call(self, ctx: CoreContext, request: Request) -> Any:
        """Send a request to another module."""

    def call_method(self, ctx: CoreContext, name: str, data: Any) -> Any:
        """Call a method of another module by its name."""


class GameContext:
    """The game as a module's handler has it: who acts, what there is to see, what can be said and changed."""

    __slots__ = ("_acting", "_core", "world")

    def __init__(self, core: CoreContext, acting: Acting) -> None:
        self._core = core
        self._acting = acting
        self.world: WorldView = core.world.seen

    def __getattr__(self, name: str) -> NoReturn:
        instead = f"is not for modules: write {INSTEAD[name]}" if name in INSTEAD else "is nothing that there is"
        raise AttributeError(f"ctx.{name} {instead}")

    # Who acts, and who is there

    @property
    def player(self) -> Character:
        """The character of this event's session. Only for a session in play."""
        return self._core.world.handed.note(self._core.player)

    @property
    def session(self) -> SessionView:
        """Whose event this is. Only for events that have a session."""
        return _view(self._core.session)

    @property
    def clock(self) -> ClockView:
        """What time it is: `game` and `wall`, both in seconds."""
        return self._core.clock.view

    @property
    def random(self) -> Random:
        """The game's chance."""
        return self._core.random

    def role(self, character: Character | None = None) -> Role:
        """What a character, or the player, may do: looked up in its account at every use (rule 7)."""
        return self._core.role(character)

    def may(self, role: Role, character: Character | None = None) -> bool:
        """Whether the player, or another character, has the rights of `role`."""
        return self._core.may(role, character)

    def connected(self, character: Character) -> bool:
        """Whether somebody plays a character just now."""
        return self._core.sessions.of(character) is not None

    def session_of(self, character: Character) -> SessionView | None:
        """The session of who plays a character just now; None when nobody does."""
        session = self._core.sessions.of(character)
        return _view(session) if session is not None else None

    def find_player(self, name: str) -> Character:
        """The player of that name, in the world or away (its `away` says so); else the only one in the world whose name
        begins so.

        Who is not in memory is looked up in the database: the event is undone, and its line is taken again once the
        answer is there. In an event that is no line only those in memory are found. Raises Rejected when there is
        nobody.
        """
        return self._core.world.handed.note(self._core.find_player(name))

    def seek_here(self, text: str) -> Character | None:
        """Who `text` names in the player's room: `me`, somebody else ("ada", "2.guard"), or nobody."""
        found = self._core.seek_here(text)
        return self._core.world.handed.note(found) if found is not None else None

    def companions(self, character_id: str) -> list[str]:
        """Ids of those who share with a character what it wins, itself first (Method(Companions, ...))."""
        return self._core.modules.companions(self._core, character_id)

    def died(self, character: Character) -> bool:
        """Whether a character died in this event, by `ctx.hurt` say."""
        return any(isinstance(signal, Died) and signal.character == character.id for signal in self._core.signals)

    def cannot_fight(self, one: Character, other: Character) -> str | None:
        """Why `one` can't attack `other`, in words for its player; None when nothing is in the way."""
        return self._core.rules.cannot_fight(self._core, one, other)

    # Saying

    def send(self, text: str) -> None:
        """Tell this event's session something: one or more lines of marked-up text."""
        core = self._core
        core.write(core.session, text)  # with no call more than the core itself needs: this is the way of every answer

    def tell(self, character: Character, text: str) -> None:
        """Tell a character something; mobs and the link-dead do not hear."""
        self._core.tell(character, text)

    def room_says(self, room_id: str, text: str, but: Iterable[Character] = ()) -> None:
        """Tell everyone awake in a room something, except `but`."""
        self._core.room_says(room_id, text, but)

    def others(self, text: str) -> None:
        """Tell everyone else in the player's room something."""
        self._core.others(text)

    def speak(self, text: str, to: Iterable[Character]) -> None:
        """Tell others something that the player says or does to be seen; who ignores the player does not hear it."""
        self._core.speak(text, to)

    def hears(self, listener: Character, name: str) -> bool:
        """Whether `listener` hears the player called `name`. Nobody can help hearing an admin."""
        return self._core.hears(listener, name)

    def need_hearing(self, other: Character) -> None:
        """Raises Rejected unless the player and somebody else can talk: one of them may ignore the other."""
        self._core.need_hearing(other)

    def page(self, text: str) -> None:
        """Tell this event's session a long text, a screenful at a time where its screen has a height."""
        self._core.page(text)

    # Changing

    def change(self, thing: Character | Item, **fields: Any) -> None:
        """Set fields of a character or an item: `ctx.change(ctx.player, title="the Brave")`.

        What is in a dict or a list is set with it: `ctx.change(me, settings={**me.settings, "colour": "off"})`. Raises
        Invalid, with nothing changed, for a field with a way of its own or a value of another type; Rejected for what
        is not in memory.
        """
        self._need_here(thing)
        for name, value in fields.items():
            fields[name] = fitting(thing, name, value)
        self._core.world.edit(thing)
        for name, value in fields.items():
            setattr(thing, name, value)

    def move(self, character: Character, room: str, direction: str = "") -> None:
        """Put a character into another room. Who walks there says in which `direction`: followers go along."""
        self._need_here(character)
        self._core.move(character, room, direction)

    def order(self, character: Character, command: str) -> None:
        """Have a character do what its player could type in play, in an event of its own right after this one.

        It goes by the same rules, and what refuses it is told to the player. Nothing happens without a session. It is
        for what is done at once, not for what begins a conversation: the player may be in the middle of another.
        """
        self._core.order(character, command)

    def hurt(self, victim: Character, amount: int, by: Character | None = None) -> None:
        """Take hit points; who has none left dies of it. Who hurts somebody in the same room fights them."""
        self._core.hurt(victim, amount, by)

    def mend(self, character: Character, hp: int = 0, mana: int = 0, move: int = 0) -> None:
        """Give back hit points, mana and movement, as far as there is room for them."""
        self._core.mend(character, hp, mana, move)

    def make_item(self, kind: str, owner_key: str, **fields: Any) -> Item:
        """A new item of a kind, somewhere: in a room (`room_key(id)`), with a character (`character.owner_key`), in
        another item (`item.owner_key`) or in escrow. `fields` are what it has of its own.

        Raises Invalid, with nothing made, when one of these does not fit or there is no such kind or place.
        """
        if kind not in self.world.defs.items:
            raise Invalid(f"there is no item {kind!r} in the world's areas")
        self._need_place(owner_key)
        made = Item(id=self._core.world.new_id("i"), kind=kind, owner=owner_key)
        made = structs.replace(made, **{name: fitting(made, name, value) for name, value in fields.items()})
        return self._core.world.add_item(made)

    def move_item(self, item: Item, owner_key: str, slot: str | None = None) -> None:
        """Put an item, with all that is in it, somewhere else: see `make_item`.

        Raises Refused for another module's escrow, Rejected or Invalid when there is no such item or place, ValueError
        when it would be inside itself.
        """
        self._need_here(item)
        if item.owner.startswith(PREFIX):
            self._need_mine(item.owner)
        self._need_place(owner_key)
        self._core.world.move_item(item, owner_key, slot)

    def destroy(self, item: Item) -> None:
        """An item is no more, with all in it; gold in it goes to the sink."""
        self._need_here(item)
        if item.owner.startswith(PREFIX):
            self._need_mine(item.owner)
        self._core.destroy(item)

    def set_door(self, room: str, direction: str, state: DoorState) -> None:
        """Open, close or lock one side of a door. Raises Invalid where there is none."""
        way = self.world.exit(room, direction)
        if way is None or not way.door:
            raise Invalid(f"there is no door {direction} of {room}")
        self._core.world.set_door(room, direction, state)

    def pay(self, debit: str, credit: str, amount: int, reason: str) -> None:
        """Move gold. Raises LedgerError, and Refused if an account is another module's escrow."""
        for account in (debit, credit):
            if account.startswith(PREFIX):
                self._need_mine(account)
        self._core.pay(debit, credit, amount, reason)

    def _need_here(self, thing: Character | Item) -> None:
        """A thing that is not in memory is written by nobody."""
        world = self._core.world
        known = world.items.get(thing.id) if isinstance(thing, Item) else world.characters.get(thing.id)
        if known is not thing:
            raise Rejected(f"{getattr(thing, 'name', thing.id)} is not here.")

    def _need_place(self, key: str) -> None:
        kind, _, name = key.partition(":")
        if kind == "escrow":
            self._need_mine(key)
        places: dict[str, Container[str]]
        places = {"room": self.world.defs.rooms, "char": self.world.characters, "item": self.world.items}
        if kind != "escrow" and name not in places.get(kind, ()):
            raise Invalid(f"{key!r} is no place for an item: it is an owner_key, room_key(ID) or ctx.escrow(...)")

    def _need_mine(self, key: str) -> None:
        if not key.startswith(f"{PREFIX}{self._acting.name}:"):
            raise Refused(
                f"{self._acting.name} may not touch {key}: that is no escrow of its own", module=self._acting.name
            )


def _view(session: Session) -> SessionView:
    return SessionView(session.id, session.terminal, session.connected_at, session.last_input)


def fitting(thing: Character | Item, name: str, value: Any) -> Any:
    """`value` as a field of a thing can hold it, with nothing in it that somebody else holds on to. Raises Invalid."""
    if name in thing.changed_by:
        raise Invalid(f"{name!r} of {called(thing)} is not changed like this: write {thing.changed_by[name]}")
    kind = field_types(type(thing)).get(name)
    if kind is None:
        near = get_close_matches(name, field_types(type(thing)), 1)
        raise Invalid(f"{called(thing)} has no {name!r}" + (f": {near[0]}?" if near else ""))
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Invalid(f"{name!r} of {called(thing)}: {error}") from error


@lru_cache(8)
def field_types(kind: type[Struct]) -> dict[str, Any]:
    """The types of a Struct's fields by name."""
    return {field.name: field.type for field in structs.fields(kind)}
