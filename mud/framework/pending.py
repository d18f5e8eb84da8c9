"""What waits for a module: its pending timers and its conversations with players.

Older code may have begun them. This file decides whether the present code can continue them: when they come up, and
beforehand in the rehearsal, a reload and `module check`, so that nothing is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from mud.core.dialogs import ModuleDialog
from mud.core.errors import Invalid
from mud.core.session import Session
from mud.core.signals import Signal
from mud.core.timers import ModuleTimer, PendingTimer
from mud.framework.instance import Instance
from mud.sdk.context import tag_of
from mud.sdk.module import SignalListener, Talker


def misfits(instance: Instance, timers: Iterable[PendingTimer], sessions: Iterable[Session]) -> list[str]:
    """The pending things that a module's code can't continue: a line for each kind and reason, with a count."""
    found = Counter([*_timers(instance, timers), *_dialogs(instance, sessions)])
    return [f"{why} ({count} pending)" for why, count in sorted(found.items())]


def _timers(instance: Instance, timers: Iterable[PendingTimer]) -> Iterator[str]:
    for timer in timers:
        if isinstance(timer.payload, ModuleTimer) and timer.payload.module == instance.name:
            try:
                timer_of(instance, timer.payload)
            except Invalid as error:
                yield str(error)


def _dialogs(instance: Instance, sessions: Iterable[Session]) -> Iterator[str]:
    for session in sessions:
        for dialog in session.stack:
            if isinstance(dialog, ModuleDialog) and dialog.module == instance.name:
                try:
                    talk_of(instance, dialog)
                except Invalid as error:
                    yield str(error)


def timer_of(instance: Instance, payload: ModuleTimer) -> tuple[SignalListener[Any], Any]:
    """The handler of a timer, and the timer decoded as the declared Struct. Raises Invalid."""
    for on in instance.module.on:
        if not issubclass(on.kind, Signal) and tag_of(on.kind) == payload.kind:
            return on, _fitted(payload.data, on.kind, f"{instance.name}: a timer {payload.kind}")
    raise Invalid(
        f"{instance.name} has a timer {payload.kind!r} and nothing that handles it: add On({payload.kind}, ...)"
    )


def talk_of(instance: Instance, dialog: ModuleDialog) -> tuple[Talker[Any], Any]:
    """The Talk that continues a conversation, and its data decoded as the declared Struct. Raises Invalid."""
    for talk in instance.module.talks:
        if tag_of(talk.kind) == dialog.kind:
            return talk, _fitted(dialog.data, talk.kind, f"{instance.name}: a conversation {dialog.kind}")
    raise Invalid(f"{instance.name} is in a conversation {dialog.kind!r} and has no Talk for it")


def _fitted(data: dict[str, Any], kind: type[Any], what: str) -> Any:
    """Data that an older version of a module may have left, decoded as the present Struct. Raises Invalid."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise Invalid(f"{what} does not fit: {error}; give new fields a default") from error
