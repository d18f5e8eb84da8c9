"""The context that a handler is given: the world, who acts, and the ways to say something.

A context lives for one event. Its output is sent only if the event succeeds.
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

#: The maximum number of letters in a player's name.
MAX_NAME_LENGTH = 16
#: Up to this many areas are read within an event; more are read between events, while the game goes on.
FEW_AREAS = 3
#: How many players one line may have looked up in the database.
MAX_SOUGHT = 3


class Sessions:
    """All sessions by id, and which of them plays which character."""

    def __init__(self) -> None:
        self.by_id: dict[int, Session] = {}
        self.by_character: dict[str, Session] = {}

    def of(self, character: Character) -> Session | None:
        """The session that plays `character`, if it has one."""
        return self.by_character.get(character.id)


class CoreContext:
    """One event's view of the game. `player` and `session` are those the event came from, if it came from any."""

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
        self.signals: list[Signal | Ordered] = []  # to be handled right after this event, in this order
        self.random = random
        self.modules = modules
        self.spells = spells or SpellTable()
        self.rules = rules or NoRules()
        self.sought: tuple[str, ...] = ()  # names (casefolded) already looked up in the database for this line
        self.may_wait = False  # this event is a line: it can be undone and run again once data is loaded
        self.acted: list[str] = []  # the modules whose handlers ran in this event
        self.again: Seeking | None = None  # a line to run again right after this event

    @property
    def session(self) -> Session:
        """The session that this event came from. Only for events that have a session."""
        if self._session is None:
            raise LookupError("this event has no session")
        return self._session

    def of(self, session: Session) -> None:
        """From here on this event is about `session`."""
        self._session = session

    @property
    def player(self) -> Character:
        """The character of this event's session. Only for a session that is in play."""
        character = self.session.character
        if character is None:
            raise LookupError(f"session {self.session.id} is not in play")
        return self.world.characters[character]

    @contextmanager
    def acting_as(self, session: Session) -> Iterator[None]:
        """Within this block another session's player acts, with that player's rights, in this same event."""
        own, self._session = self._session, session
        try:
            yield
        finally:
            self._session = own

    def role(self, character: Character | None = None) -> Role:
        """The role of a character: looked up in its account each time (rule 7)."""
        character = character or self.player
        account = self.world.accounts.get((character.account or "").casefold())
        return account.role if account is not None else "player"

    def may(self, role: Role, character: Character | None = None) -> bool:
        """Whether the player, or another character, has the rights of `role`."""
        return allowed(self.role(character), role)

    def find_player(self, name: str) -> Character:
        """The player with that name, in the world or away (see `away`); else the only player in the world whose name
        begins with it.

        A player who is not in memory is looked up in the database: that raises Absent, the event is undone, and its
        line is run again once the answer is there. In an event that is not a line, only players in memory are found.
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
        """The character in the player's room that `text` names: `me`, or another ("ada", "2.guard"); None if nobody."""
        if text.casefold() in ("me", "self", "myself"):
            return self.player
        here = [c for c in self.world.present(self.player.room) if c is not self.player]
        here = [c for c in here if sees(self.world, self.player, c)]
        found = pick(parse_target(text), ((self.world.keywords(c), c) for c in here))
        return found[0] if found else None

    def kinds(self, what: KindOf, word: str) -> set[str]:
        """The kinds of mobs or items, in the whole world, that answer to a word.

        This reads areas that are still packed. If there are many of them, an event that is a line raises Unread: the
        event is undone, and its line is run again once all areas are read.
        """
        words, defs = self.world.words, self.world.defs
        if self.may_wait and len(words.missing(defs)) > FEW_AREAS:
            raise Unread
        for _ in words.fill(defs):
            pass
        return words.kinds(what, word)

    # Saying

    def send(self, text: str) -> None:
        """Send text to this event's session: one or more lines of marked-up text."""
        self.write(self.session, text)

    def write(self, session: Session, text: str) -> None:
        """Send text to any session."""
        lines = self.outputs.get(session.id)
        if lines is None:
            lines = self.outputs[session.id] = []
        lines.append(text)

    def tell(self, character: Character, text: str) -> None:
        """Send text to a character; mobs and link-dead players do not receive it."""
        session = self.sessions.by_character.get(character.id)
        if session is not None:
            self.write(session, text)

    def room_says(self, room_id: str, text: str, but: Iterable[Character] = ()) -> None:
        """Send text to everyone awake in a room, except `but`."""
        deaf = {c.id for c in but}
        for character in self.world.awake(room_id):
            if character.id not in deaf:
                self.tell(character, text)

    def others(self, text: str) -> None:
        """Send text to everyone else in the player's room."""
        self.room_says(self.player.room, text, but=(self.player,))

    def speak(self, text: str, to: Iterable[Character]) -> None:
        """Tell others what the player says or emotes; those who ignore the player do not receive it."""
        me = self.player
        for character in to:
            if character is not me and self.hears(character, me.name):
                self.tell(character, text)

    def hears(self, listener: Character, name: str) -> bool:
        """Whether `listener` hears the player called `name`. Admins can't be ignored."""
        if name.casefold() not in map(str.casefold, listener.ignores):
            return True
        account = self.world.accounts.get(name.casefold())
        return account is not None and allowed(account.role, "admin")

    def need_hearing(self, other: Character) -> None:
        """Raises Rejected when the player and `other` can't talk because one of them ignores the other."""
        if not self.hears(other, self.player.name):
            raise Rejected(f"{other.name} does not want to hear from you.")
        if not self.hears(self.player, other.name):
            raise Rejected(f"You ignore {other.name}, and would not hear the answer: `ignore {other.name}` ends that.")

    def page(self, text: str) -> None:
        """Send this event's session a long text, a screenful at a time if its screen has a known height."""
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
        """Start a dialog on top of the session's stack."""
        self.world.journal.append(self.session.stack, dialog)

    def replace(self, dialog: AnyDialog) -> None:
        """Replace the session's top dialog by another."""
        self.pop()
        self.push(dialog)

    def pop(self) -> None:
        """End the session's top dialog."""
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
        """Announce that this event is about to change a session, so that the change is undone if the event fails."""
        self.world.journal.edit(session)

    def open_session(self, session: Session) -> None:
        """Add a session: somebody connected."""
        self.world.journal.put(self.sessions.by_id, session.id, session)

    def close_session(self, session: Session) -> None:
        """Remove a session: its connection ended."""
        self.world.journal.drop(self.sessions.by_id, session.id)

    def play_session(self, session: Session, character: Character) -> None:
        """From now on a session plays a character."""
        self.world.journal.put(self.sessions.by_character, character.id, session)
        self.world.mark_session(session.id)

    def free_session(self, session: Session) -> None:
        """From now on a session no longer plays its character."""
        if session.character is not None:
            self.world.journal.drop(self.sessions.by_character, session.character)
        self.world.mark_session(session.id)

    # Asking

    def do(self, effect: Effect) -> None:
        """Request an effect; it is carried out once the event has succeeded."""
        self.effects.append(effect)

    def emit(self, signal: Signal) -> None:
        """Send a signal to the modules that listen; each handles it in its own event, right after this one."""
        self.signals.append(signal)

    def order(self, character: Character, command: str) -> None:
        """Have a character run a command as if its player had typed it, in its own event right after this one.

        The same rules apply, and a refusal is shown to the player. Without a session nothing happens. Use it for
        commands that finish at once, not for those that start a dialog: the player may be in the middle of another.
        """
        session = self.sessions.of(character)
        if session is not None:
            self.signals.append(Ordered(session.id, character.id, command))

    def after(self, seconds: float, payload: AnyPayload) -> PendingTimer:
        """Set a timer, by the clock that its payload names."""
        now = self.clock.game if payload.clock == "game" else self.clock.wall
        return self.world.timers.set(now + seconds, payload)

    def move(self, character: Character, room: str, direction: str = "") -> None:
        """Put a character into another room. With a `direction` it walks there: followers go along."""
        origin = character.room
        self.world.move_character(character, room)
        self.emit(Moved(character.id, origin, room, direction))

    def hurt(self, victim: Character, amount: int, by: Character | None = None) -> None:
        """Take hit points; a character with none left dies. Hurting somebody in the same room starts a fight."""
        self.rules.hurt(self, victim, amount, by)

    def mend(self, character: Character, hp: int = 0, mana: int = 0, move: int = 0) -> None:
        """Restore hit points, mana and movement, up to their maxima."""
        self.rules.mend(self, character, hp, mana, move)

    def pay(self, debit: str, credit: str, amount: int, reason: str) -> None:
        """Move gold. Raises LedgerError."""
        self.world.ledger.transfer(debit, credit, amount, reason, self.clock.wall)

    def destroy(self, item: Item) -> None:
        """Destroy an item and everything in it; gold in it goes to the sink."""
        for thing in (item, *self.world.all_inside(item.owner_key)):
            gold = self.world.ledger.balance(thing.owner_key)
            self.pay(thing.owner_key, "sink", gold, "destroyed")
        self.world.remove_item(item)


#: Entries of the tables for this kind of context, and the type of the functions that carry out the core's commands.
CoreCommand: TypeAlias = CommandEntry[CoreContext]
CoreSpell: TypeAlias = SpellEntry[CoreContext]
Handler: TypeAlias = Callable[[CoreContext, str], None]


def page_height(session: Session, world: World) -> int:
    """Lines on one page for a session; 0 for no paging.

    The player's own setting (`set pager 20`, `set pager off`), else what the client told about its window.
    """
    character = world.characters.get(session.character or "")
    setting = character.settings.get("pager", "auto") if character is not None else "auto"
    if setting.isdigit():
        return int(setting)
    return max(0, session.terminal.height - 2) if setting == "auto" and not session.terminal.screen_reader else 0
