"""What waits for a module: its pending timers, its conversations with players, and its notes on characters.

Older code may have begun them. This file decides whether the present code can continue them: when they come up, and
beforehand in the rehearsal, a reload and `module check`, so that nothing is lost. Each has the schema that it was
written in, and the module's declared steps bring it to the present one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from mud.core.dialogs import ModuleDialog
from mud.core.errors import Invalid
from mud.core.signals import Signal
from mud.core.timers import ModuleTimer
from mud.framework.steps import Gone, up, upgraded
from mud.sdk.context import tag_of
from mud.sdk.module import Module, SignalListener, Talker
from mud.snapshot.belongings import Belongings

#: What an author can do about data that does not fit.
HINT = "give new fields a default, or declare a Step"


# Whether the code can go on


def misfits(module: Module[Any], theirs: Belongings) -> dict[str, list[str]]:
    """What of all that waits for a module its code can't go on with, by the section that it is in.

    A line for each kind and reason, with a count.
    """
    sorts = {".timers": _timers(module, theirs), ".talks": _talks(module, theirs), ".notes": _notes(module, theirs)}
    found = {section: Counter(whys) for section, whys in sorts.items()}
    return {section: _lines(counted, section) for section, counted in found.items() if counted}


def _lines(whys: Counter[str], section: str) -> list[str]:
    are = "noted" if section == ".notes" else "pending"
    return [f"{why} ({count} {are})" for why, count in sorted(whys.items())]


def _timers(module: Module[Any], theirs: Belongings) -> Iterator[str]:
    for timer in theirs.timers:
        if isinstance(timer.payload, ModuleTimer):
            yield from _wrong(timer_of, module, timer.payload)


def _talks(module: Module[Any], theirs: Belongings) -> Iterator[str]:
    for talk in theirs.talks:
        yield from _wrong(talk_of, module, talk.dialog)


def _notes(module: Module[Any], theirs: Belongings) -> Iterator[str]:
    if module.notes is not None:
        for note in theirs.notes.values():
            if note.data:
                yield from _wrong(note_of, module, note.data, note.schema, module.notes)


def _wrong(look: Callable[..., Any], *about: Any) -> Iterator[str]:
    try:
        look(*about)
    except Gone:
        pass
    except Invalid as error:
        yield str(error)


# One of them


def timer_of(module: Module[Any], payload: ModuleTimer) -> tuple[SignalListener[Any], Any]:
    """Who handles a timer, and the timer as its Struct. Raises Invalid, or Gone."""
    payload = upgraded(module, payload, "timers", f"{module.name}: a timer {payload.kind}")
    for on in module.on:
        if not issubclass(on.kind, Signal) and tag_of(on.kind) == payload.kind:
            return on, _fitted(payload.data, on.kind, f"{module.name}: a timer {payload.kind}")
    raise Invalid(
        f"{module.name} has a timer {payload.kind!r} and nothing that handles it: add On({payload.kind}, ...)"
    )


def talk_of(module: Module[Any], dialog: ModuleDialog) -> tuple[Talker[Any], Any]:
    """Who leads a conversation, and where it stands, as its Struct. Raises Invalid, or Gone."""
    dialog = upgraded(module, dialog, "talks", f"{module.name}: a conversation {dialog.kind}")
    for talk in module.talks:
        if tag_of(talk.kind) == dialog.kind:
            return talk, _fitted(dialog.data, talk.kind, f"{module.name}: a conversation {dialog.kind}")
    raise Invalid(f"{module.name} is in a conversation {dialog.kind!r} and has no Talk for it")


def can_lead(module: Module[Any], dialog: ModuleDialog) -> bool:
    """Whether a module's code can continue a conversation."""
    try:
        return talk_of(module, dialog) is not None
    except Invalid:
        return False


def note_of(module: Module[Any], data: bytes, schema: int, kind: type[Any]) -> Any:
    """A note as its Struct. Raises Invalid, or Gone."""
    what = f"{module.name}: a note ({kind.__name__})"
    try:
        if schema == module.state_version:
            return msgspec.msgpack.decode(data, type=kind)
        return _fitted(up(module, msgspec.msgpack.decode(data), schema, "notes", what), kind, what)
    except msgspec.DecodeError as error:
        raise Invalid(f"{what} does not fit: {error}; {HINT}") from error


def _fitted(data: Any, kind: type[Any], what: str) -> Any:
    """What an older version of a module may have left, as the Struct of today's. Raises Invalid."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise Invalid(f"{what} does not fit: {error}; {HINT}") from error
