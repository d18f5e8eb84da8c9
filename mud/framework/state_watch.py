"""In a running server: a change to a module's state that went past the journal is noticed, at next to no cost.

No handler gets there by accident but in one way: it has kept a container of its state from an earlier event. So at the
end of an event the states of the modules that acted in it, and did not open theirs, are compared with a look taken
before: their fields by identity, their containers by length, and small ones by what they hold. Everything else that a
module is given is guarded where it is changed (mud.core.guard). docs/decisions/bypasses-in-production.md has figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import astuple

from mud.core.bypass import Bypass
from mud.core.guard import RUNNING

#: The most elements of a container that is compared by what it holds.
SMALL = 32
_CONTAINERS = (list, dict, set)


class Look(NamedTuple):
    """A state as it was seen: its fields, and the containers in them with a copy of each small one, or its length."""

    state: Struct
    fields: tuple[Any, ...]
    held: list[tuple[Any, int, Any]]

    @classmethod
    def at(cls, state: Struct) -> Look:
        """Look at a state."""
        fields = astuple(state)
        containers = [value for value in fields if type(value) in _CONTAINERS]
        return cls(state, fields, [(c, len(c), c.copy() if len(c) <= SMALL else None) for c in containers])

    def is_true(self) -> bool:
        """Whether the state is still so, as far as was looked."""
        if astuple(self.state) != self.fields:  # a container is the same if it is the same one
            return False
        for container, length, copy in self.held:
            if len(container) != length or (copy is not None and container != copy):
                return False
        return True


class StateWatch:
    """Looks at the states of modules, which `state_of` gives by name."""

    refuses = False

    def __init__(self, state_of: Callable[[str], Struct | None]) -> None:
        self._state_of = state_of
        self._looks: dict[str, Look] = {}

    def begin(self) -> None:
        """An event begins."""

    def past_journal(self, acted: Sequence[str]) -> Bypass | None:
        """The first state that is not as it was when it was last seen, and that the event has not opened."""
        for name in acted:
            state, look, opened = self._state_of(name), self._looks.get(name), RUNNING.opened
            if look is not None and look.state is state and (opened is None or id(state) not in opened):
                if look.is_true():
                    continue
                self._looks[name] = Look.at(look.state)
                return Bypass(name, _told(name, look))
            if state is not None and (look is None or look.state is not state or not look.is_true()):
                self._looks[name] = Look.at(state)
        return None


def _told(name: str, look: Look) -> str:
    """What differs from a look, in words."""
    held = {id(container): (length, copy) for container, length, copy in look.held}
    parts = []
    for field, old, new in zip(look.state.__struct_fields__, look.fields, astuple(look.state), strict=True):
        before, now = old, new
        if new is old and id(old) in held:
            length, copy = held[id(old)]
            before, now = (copy, new) if copy is not None else (f"{length} elements", f"{len(new)}")
        if before != now:
            parts.append(f"{field} ({before!r:.60}, now {now!r:.60})")
    return (
        f"{name} changed its state past the journal, in this event or since its last: {', '.join(parts)}. It stays, "
        "but an event that failed would not undo it: change ctx.state, and keep nothing of it from event to event"
    )
