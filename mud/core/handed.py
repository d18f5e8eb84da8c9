"""What modules were handed to look at in the running event, and what it was like then.

The guard refuses changes to it. A change that was forced is found here at the event's end, also on a server: it costs
two tuples a thing. Each field is compared, but not what is inside of its container, which refuses changes by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import astuple

from mud.core.bypass import Bypass, bypass
from mud.core.guard import called, set_field
from mud.core.journal import Journal

S = TypeVar("S", bound=Struct)


class Handed:
    """The things that modules were handed in this event. (It is a `mud.core.bypass.Watch`.)"""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._things: dict[int, tuple[Struct, tuple[Any, ...]]] = {}

    def note(self, thing: S) -> S:
        """A module is about to be handed a thing."""
        if id(thing) not in self._things:
            self._things[id(thing)] = thing, astuple(thing)
        return thing

    def begin(self) -> None:
        """An event begins."""
        if self._things:
            self._things = {}

    def past_journal(self, acted: Sequence[str]) -> Bypass | None:
        """What the modules `acted` changed of the things without the journal, which is taken back."""
        changed = [(thing, before) for thing, before in self._things.values() if astuple(thing) != before]
        if not changed:
            return None
        return bypass(acted, [_undone(*each) for each in changed if not self._journal.is_open(each[0])])


def _undone(thing: Struct, before: tuple[Any, ...]) -> str:
    """Take the changes of one thing back. Gives them in words."""
    found = []
    for name, was, now in zip(thing.__struct_fields__, before, astuple(thing), strict=True):
        if was != now:
            set_field(thing, name, was)
            found.append(f"{name} ({was!r:.60}, now {now!r:.60})")
    return f"{called(thing)}: {', '.join(found)}"
