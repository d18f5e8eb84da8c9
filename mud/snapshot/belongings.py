"""What is a module's besides its state: its pending timers, its notes on characters, what it does to their figures, and
the conversations that it leads.

While the game runs they lie where the game needs them: in the timers, in the characters, in the sessions. In a snapshot
each is a section of its module's, so that one file holds all that is the module's. `take_out` parts them from the world
and the sessions, `put_in` is the way back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mud.core.dialogs import AnyDialog, Editor, ModuleDialog
from mud.core.errors import SnapshotError
from mud.core.guard import set_field, unguarded
from mud.core.session import Session
from mud.core.timers import AskEnds, ModuleTimer, PendingTimer
from mud.core.world.model import Character
from mud.core.world.world import WorldState
from mud.snapshot.envelope import Section, Snapshot
from mud.snapshot.shape import about

#: The schema of these sections. What is in them has a schema of its own, its module's.
SCHEMA = 1
#: What their names begin with, as no field of a state does.
SIGN = "."
_notes, _effects, _noted = (unguarded(Character, name) for name in ("notes", "effects", "noted"))
NOTHING: dict[str, int] = {}


class Note(Struct, frozen=True, array_like=True):
    """What a module has on the character called `name`: a note in a schema of the module's, b"" for none; and what it
    does to their figures."""

    name: str
    schema: int = 1
    data: bytes = b""  # MessagePack
    effects: dict[str, int] = {}


class OpenTalk(Struct, frozen=True, array_like=True):
    """A conversation that a session is in: its place in the stack. `written` is one that an editor there leads to."""

    session: int
    place: int
    dialog: ModuleDialog
    written: bool = False


class Belongings(Struct, kw_only=True):
    """All that one module has. `notes` are by character; `game_time` is when that was, by the game's clock.

    Each field is a section.
    """

    timers: list[PendingTimer] = []
    notes: dict[str, Note] = {}
    talks: list[OpenTalk] = []
    game_time: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.timers or self.notes or self.talks)


#: The section that says that a snapshot has them all: those of older versions have none of them.
CLOCK = f"{SIGN}game_time"
_TYPES = {f"{SIGN}{field.name}": field.type for field in msgspec.structs.fields(Belongings)}
SECTIONS = frozenset(_TYPES)
_DECODERS = {name: msgspec.msgpack.Decoder(kind) for name, kind in _TYPES.items()}
_encode = msgspec.msgpack.Encoder().encode


def counted(theirs: Belongings) -> dict[str, int]:
    """How many there are of what there is."""
    sorts = {"timer": theirs.timers, "note": theirs.notes, "conversation": theirs.talks}
    return {what: len(things) for what, things in sorts.items() if things}


# In a snapshot


def with_belongings(snapshot: Snapshot, theirs: Belongings) -> Snapshot:
    """A module's snapshot with what else it has, in place of what was in there."""
    sections = state_sections(snapshot)
    for name in _TYPES:
        value = getattr(theirs, name.removeprefix(SIGN))
        if value or name == CLOCK:
            sections[name] = Section(SCHEMA, _encode(value), about(value))
    return replace(snapshot, sections=sections)


def state_sections(snapshot: Snapshot) -> dict[str, Section]:
    """The sections of a snapshot that are its module's state."""
    return {name: section for name, section in snapshot.sections.items() if name not in SECTIONS}


def read(snapshot: Snapshot, source: str) -> Belongings:
    """What a module's snapshot holds besides its state.

    Raises SnapshotError, naming `source` and the section, also for what is another module's.
    """
    found: dict[str, Any] = {}
    for name in _TYPES:
        section = snapshot.sections.get(name)
        if section is not None:
            found[name.removeprefix(SIGN)] = _decoded(name, section, source)
    theirs = Belongings(**found)
    for timer in theirs.timers:
        _need(timer.payload, snapshot.participant, source)
    for talk in theirs.talks:
        _need(talk.dialog, snapshot.participant, source)
    return theirs


def _decoded(name: str, section: Section, source: str) -> Any:
    if section.schema > SCHEMA:
        raise SnapshotError(f"{source}: section {name!r}: it has schema {section.schema}, and we read up to {SCHEMA}")
    try:
        return _DECODERS[name].decode(section.data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SnapshotError(f"{source}: section {name!r}: {error}") from error


def _need(thing: Any, module: str, source: str) -> None:
    owner = getattr(thing, "module", "the game")
    if owner != module:
        raise SnapshotError(f"{source}: it holds what is {owner}'s, and is the file of {module}")


# In the world


def take_out(
    state: WorldState, sessions: Iterable[Session], modules: Collection[str]
) -> tuple[WorldState, list[Session], dict[str, Belongings]]:
    """The world and the sessions without what is these modules', and that by module. Nothing living is changed."""
    theirs = {module: Belongings(game_time=state.game_time) for module in modules}
    timers: list[PendingTimer] = []
    for timer in state.timers:
        payload = timer.payload
        kind = type(payload)
        of = theirs.get(payload.module) if kind is ModuleTimer or kind is AskEnds else None  # type: ignore[union-attr]
        (timers if of is None else of.timers).append(timer)
    bare = [_without(who, theirs) if _notes(who) or _effects(who) else who for who in state.characters]
    quiet = [_silent(session, theirs) for session in sessions]
    return replace(state, timers=timers, characters=bare), quiet, theirs


def _without(who: Character, theirs: Mapping[str, Belongings]) -> Character:
    """A copy without what is these modules'. There may be thousands of them, and players wait for this."""
    bare: Character = who.__copy__()  # type: ignore[attr-defined]  # msgspec does not tell of it
    notes, effects, noted = _notes(who), _effects(who), _noted(who)
    for module in notes.keys() | effects.keys() if effects else notes:
        each = theirs.get(module)
        if each is not None:
            found = Note(who.name, noted.get(module, 1), notes.get(module, b""), effects.get(module, NOTHING))
            each.notes[who.id] = found
    for name, kept in (("notes", notes), ("effects", effects), ("noted", noted)):
        if kept:
            set_field(bare, name, {module: value for module, value in kept.items() if module not in theirs})
    return bare


def _silent(session: Session, theirs: Mapping[str, Belongings]) -> Session:
    left: list[AnyDialog] = []
    for place, dialog in enumerate(session.stack):
        talk = dialog.then if isinstance(dialog, Editor) else dialog
        if not isinstance(talk, ModuleDialog) or talk.module not in theirs:
            left.append(dialog)
            continue
        written = isinstance(dialog, Editor)
        theirs[talk.module].talks.append(OpenTalk(session.id, place, talk, written))
        if isinstance(dialog, Editor):
            left.append(replace(dialog, then=None))
    return session if left == session.stack else replace(session, stack=left)


def put_in(state: WorldState, sessions: Iterable[Session], theirs: Mapping[str, Belongings]) -> None:
    """The reverse: a world and sessions that nothing plays yet, with all that is these modules'."""
    taken = [timer for each in theirs.values() for timer in each.timers]
    if taken:
        state.timers = [*state.timers, *taken]  # their numbers tell their order, wherever they stand
    if any(each.notes for each in theirs.values()):
        known = {who.id: who for who in state.characters}
        for module, each in theirs.items():
            for id_, note in each.notes.items():
                if (who := known.get(id_)) is not None:
                    put_note(who, module, note)
    by_id = {session.id: session for session in sessions}
    talks = [talk for each in theirs.values() for talk in each.talks if talk.session in by_id]
    for talk in sorted(talks, key=lambda talk: talk.place):  # each finds those below it in their places
        _go_on(by_id[talk.session], talk)


def put_note(who: Character, module: str, note: Note) -> None:
    """A module has this on a character, on whom it has nothing."""
    if note.data:
        _notes(who)[module] = note.data
    if note.schema != 1:
        _noted(who)[module] = note.schema
    if note.effects:
        _effects(who)[module] = note.effects


def _go_on(session: Session, talk: OpenTalk) -> None:
    stack = session.stack
    if not talk.written:
        stack.insert(talk.place, talk.dialog)
    elif talk.place < len(stack) and isinstance(editor := stack[talk.place], Editor):
        stack[talk.place] = replace(editor, then=talk.dialog)


def note_on(who: Character, module: str) -> Note | None:
    """What a module has on a character."""
    if module not in who.notes and module not in who.effects:
        return None
    return Note(who.name, who.noted.get(module, 1), who.notes.get(module, b""), dict(who.effects.get(module, {})))
