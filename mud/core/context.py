"""What a handler is given: the world, who acts, and the ways to say something.

A context lives for one event. What is said through it leaves only if the event succeeds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from random import Random
from typing import TypeAlias

from mud.core.clock import Clock
from mud.core.commands import CommandEntry, CommandTable, allowed, either
from mud.core.dialogs import AnyDialog, Editor, Pager, Seeking
from mud.core.errors import Absent, Rejected, Unread
from mud.core.events import Effect, Ordered
from mud.core.modules import Modules
from mud.core.rules import NoRules, Rules
from mud.core.session import Session
from mud.core.signals import Moved, Signal
from mud.core.spells import SpellEntry, SpellTable
from mud.core.targets import parse_target, pick
from mud.core.text.editor_help import HELP, numbered
from mud.core.text.wrap import wrap
from mud.core.timers import AnyPayload, PendingTimer
from mud.core.world.model import Character, Item, Role
from mud.core.world.senses import sees
from mud.core.world.word_index import KindOf
from mud.core.world.world import World

#: A player's name has at most so many letters.
MAX_NAME_LENGTH = 16
#: So many areas are read in the middle of an event; more, beside the game.
FEW_AREAS = 3
#: Players that one line may have looked up in the database.
MAX_SOUGHT = 3


class Sessions:
    """All sessions by id, and who of them plays which character."""

    def __init__(self) -> None:
        self.by_id: dict[int, Session] = {}
        self.by_character: dict[str, Session] = {}

    def of(self, character: Character) -> Session | None:
        """The session that plays `character`, if it has one."""
        return self.by_character.get(character.id)


class CoreContext:
    """One event's view of the game. `player` and `session` are of whoever sent it, where there is one."""

    def __init__(
        self,
        world: World,
        sessions: Sessions,
        commands: CommandTable[CoreContext],
        clock: Clock,
        random: Random,
        modules: Modules[CoreContext],
        session: Session | None = None,
        spells: SpellTable[CoreContext] | None = None,
        rules: Rules[CoreContext] | None = None,
    ) -> None:
        self.world = world
        self.sessions = sessions
        self.commands = commands
        self.clock = clock
        self._session = session
        self.outputs: dict[int, list[str]] = {}
        self.effects: list[Effect] = []
        self.signals: list[Signal | Ordered] = []  # what comes right after this event, in its order
        self.random = random
        self.modules = modules
        self.spells = spells or SpellTable()
        self.rules = rules or NoRules()
        self.sought: tuple[str, ...] = ()  # names (casefolded) that were looked up in the database for this line
        self.may_wait = False  # this event is a line, which can be taken again later
        self.acted: list[str] = []  # the modules whose handlers ran in this event
        self.again: Seeking | None = None  # a line to take again, right after this event

    @property
    def session(self) -> Session:
        """Whose event this is. Only for events that have a session."""
        if self._session is None:
            raise LookupError("this event has no session")
        return self._session

    def of(self, session: Session) -> None:
        """From here on this is about `session`."""
        self._session = session

    @property
    def player(self) -> Character:
        """The character of this event's session. Only for a session in play."""
        character = self.session.character
        if character is None:
            raise LookupError(f"session {self.session.id} is not in play")
        return self.world.characters[character]

    @contextmanager
    def acting_as(self, session: Session) -> Iterator[None]:
        """What follows is done by another session's player, with their rights, in this same event."""
        own, self._session = self._session, session
        try:
            yield
        finally:
            self._session = own

    def role(self, character: Character | None = None) -> Role:
        """What a character may do: looked up in its account at every use (rule 7)."""
        character = character or self.player
        account = self.world.accounts.get((character.account or "").casefold())
        return account.role if account is not None else "player"

    def may(self, role: Role, character: Character | None = None) -> bool:
        """Whether the player, or another character, has the rights of `role`."""
        return allowed(self.role(character), role)

    def find_player(self, name: str) -> Character:
        """The player of that name, in the world or away (its `away` says so); else the only one in the world whose name
        begins so.

        Who is not in memory is looked up in the database: that raises Absent, the event is undone, and its line is
        taken again once the answer is there. In an event that is no line only those in memory are found.
        Raises Rejected when there is nobody.
        """
        name = unicodedata.normalize("NFKC", name.strip())
        found = self.world.known(name)
        if found is not None:
            return found
        proper = name.isalpha() and len(name) <= MAX_NAME_LENGTH
        if proper and self._session and name.casefold() not in self.sought and len(self.sought) < MAX_SOUGHT:
            raise Absent(name)
        begun = [c for c in self.world.players() if name and c.name.casefold().startswith(name.casefold())]
        if len(begun) > 1:
            raise Rejected(f"{name} could be {either(sorted(c.name for c in begun))}.")
        if not begun:
            raise Rejected(f"Nobody called {name[:40]!r} is here or anywhere else.")
        return begun[0]

    def seek_here(self, text: str) -> Character | None:
        """Who `text` names in the player's room: `me`, somebody else ("ada", "2.guard"), or nobody."""
        if text.casefold() in ("me", "self", "myself"):
            return self.player
        here = [c for c in self.world.present(self.player.room) if c is not self.player]
        here = [c for c in here if sees(self.world, self.player, c)]
        found = pick(parse_target(text), ((self.world.keywords(c), c) for c in here))
        return found[0] if found else None

    def kinds(self, what: KindOf, word: str) -> set[str]:
        """The kinds of mobs or items in all the world that answer to a word.

        What of the world is still packed is read for that. If it is much, in a line's event, that raises Unread: the
        event is undone, and its line taken again once all is read.
        """
        words, defs = self.world.words, self.world.defs
        if self.may_wait and len(words.missing(defs)) > FEW_AREAS:
            raise Unread
        for _ in words.fill(defs):
            pass
        return words.kinds(what, word)

    # Saying

    def send(self, text: str) -> None:
        """Tell this event's session something: one or more lines of marked-up text."""
        self.write(self.session, text)

    def write(self, session: Session, text: str) -> None:
        """Tell any session something."""
        lines = self.outputs.get(session.id)
        if lines is None:
            lines = self.outputs[session.id] = []
        lines.append(text)

    def tell(self, character: Character, text: str) -> None:
        """Tell a character something; mobs and the link-dead do not hear."""
        session = self.sessions.by_character.get(character.id)
        if session is not None:
            self.write(session, text)

    def room_says(self, room_id: str, text: str, but: Iterable[Character] = ()) -> None:
        """Tell everyone awake in a room something, except `but`."""
        deaf = {c.id for c in but}
        for character in self.world.awake(room_id):
            if character.id not in deaf:
                self.tell(character, text)

    def others(self, text: str) -> None:
        """Tell everyone else in the player's room something."""
        self.room_says(self.player.room, text, but=(self.player,))

    def speak(self, text: str, to: Iterable[Character]) -> None:
        """Tell others something that the player says or does to be seen; who ignores the player does not hear it."""
        me = self.player
        for character in to:
            if character is not me and self.hears(character, me.name):
                self.tell(character, text)

    def hears(self, listener: Character, name: str) -> bool:
        """Whether `listener` hears the player called `name`. Nobody can help hearing an admin."""
        if name.casefold() not in map(str.casefold, listener.ignores):
            return True
        account = self.world.accounts.get(name.casefold())
        return account is not None and allowed(account.role, "admin")

    def need_hearing(self, other: Character) -> None:
        """Raises Rejected unless the player and somebody else can talk: one of them may ignore the other."""
        if not self.hears(other, self.player.name):
            raise Rejected(f"{other.name} does not want to hear from you.")
        if not self.hears(self.player, other.name):
            raise Rejected(f"You ignore {other.name}, and would not hear the answer: `ignore {other.name}` ends that.")

    def page(self, text: str) -> None:
        """Tell this event's session a long text, a screenful at a time where its screen has a height."""
        height = page_height(self.session, self.world)
        width = self.session.terminal.width or 80
        lines = tuple(part for line in text.split("\n") for part in wrap(line, width))
        if not height or len(lines) <= height:
            self.send(text)
            return
        self.send("\n".join(lines[:height]))
        self.push(Pager(lines, height))

    # Conversation

    def push(self, dialog: AnyDialog) -> None:
        """Begin a conversation on top of what the session is in."""
        self.world.journal.append(self.session.stack, dialog)

    def replace(self, dialog: AnyDialog) -> None:
        """Go on with another dialog in place of the top one."""
        self.pop()
        self.push(dialog)

    def pop(self) -> None:
        """End the top conversation."""
        self.world.journal.edit(self.session)
        del self.session.stack[-1]

    def edit(self, editor: Editor) -> None:
        """Open the line editor."""
        self.send(HELP)
        if editor.lines:
            self.send(numbered(editor.lines))
        self.push(editor)

    # Sessions

    def edit_session(self, session: Session) -> None:
        """Say that a session is about to be changed by this event, so that it is undone if that fails."""
        self.world.journal.edit(session)

    def open_session(self, session: Session) -> None:
        """Somebody connected."""
        self.world.journal.put(self.sessions.by_id, session.id, session)

    def close_session(self, session: Session) -> None:
        """A connection ended."""
        self.world.journal.drop(self.sessions.by_id, session.id)

    def play_session(self, session: Session, character: Character) -> None:
        """A session plays a character from now on."""
        self.world.journal.put(self.sessions.by_character, character.id, session)
        self.world.mark_session(session.id)

    def free_session(self, session: Session) -> None:
        """A session plays its character no more."""
        if session.character is not None:
            self.world.journal.drop(self.sessions.by_character, session.character)
        self.world.mark_session(session.id)

    # Asking

    def do(self, effect: Effect) -> None:
        """Ask for something to be done once the event has succeeded."""
        self.effects.append(effect)

    def emit(self, signal: Signal) -> None:
        """Tell the modules that listen; each hears it in an event of its own, right after this one."""
        self.signals.append(signal)

    def order(self, character: Character, command: str) -> None:
        """Have a character do what its player could type in play, in an event of its own right after this one.

        It goes by the same rules, and what refuses it is told to the player. Nothing happens without a session. It is
        for what is done at once, not for what begins a conversation: the player may be in the middle of another.
        """
        session = self.sessions.of(character)
        if session is not None:
            self.signals.append(Ordered(session.id, character.id, command))

    def after(self, seconds: float, payload: AnyPayload) -> PendingTimer:
        """Set a timer, by its payload's clock."""
        now = self.clock.game if payload.clock == "game" else self.clock.wall
        return self.world.timers.set(now + seconds, payload)

    def move(self, character: Character, room: str, direction: str = "") -> None:
        """Put a character into another room. Who walks there says in which `direction`: followers go along."""
        origin = character.room
        self.world.move_character(character, room)
        self.emit(Moved(character.id, origin, room, direction))

    def hurt(self, victim: Character, amount: int, by: Character | None = None) -> None:
        """Take hit points; who has none left dies of it. Who hurts somebody in the same room fights them."""
        self.rules.hurt(self, victim, amount, by)

    def mend(self, character: Character, hp: int = 0, mana: int = 0, move: int = 0) -> None:
        """Give back hit points, mana and movement, as far as there is room for them."""
        self.rules.mend(self, character, hp, mana, move)

    def pay(self, debit: str, credit: str, amount: int, reason: str) -> None:
        """Move gold. Raises LedgerError."""
        self.world.ledger.transfer(debit, credit, amount, reason, self.clock.wall)

    def destroy(self, item: Item) -> None:
        """An item is no more, with all in it; gold in it goes to the sink."""
        for thing in (item, *self.world.all_inside(item.owner_key)):
            gold = self.world.ledger.balance(thing.owner_key)
            self.pay(thing.owner_key, "sink", gold, "destroyed")
        self.world.remove_item(item)


#: The entries of the tables that a context brings along, and what the core's commands are done by.
CoreCommand: TypeAlias = CommandEntry[CoreContext]
CoreSpell: TypeAlias = SpellEntry[CoreContext]
Handler: TypeAlias = Callable[[CoreContext, str], None]


def page_height(session: Session, world: World) -> int:
    """Lines a page holds for a session; 0 for no paging.

    The player's own setting (`set pager 20`, `set pager off`), else what the client told about its window.
    """
    character = world.characters.get(session.character or "")
    setting = character.settings.get("pager", "auto") if character is not None else "auto"
    if setting.isdigit():
        return int(setting)
    return max(0, session.terminal.height - 2) if setting == "auto" and not session.terminal.screen_reader else 0
