"""The guard over the world's objects: an event can change only what the journal has opened for it.

What is opened is undone when the event fails and written when it succeeds. A change to anything else would be neither,
so it is refused on the spot, with an error that says what to write instead. Between two events nothing is open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

import msgspec
from msgspec import Struct

from mud.core.containers import EMPTY, GUARDED, ORDINARY, guarded
from mud.core.errors import Unopened
from mud.core.opened import RUNNING

T = TypeVar("T", bound="type[Guarded]")

#: How a Struct's field is set without the guard.
set_field = Struct.__setattr__


class Guarded(Struct):
    """A Struct whose fields an event may set only after the journal opened it. `@guards` covers its containers."""

    def __setattr__(self, name: str, value: object) -> None:
        if id(self) not in RUNNING.opened:
            raise Unopened(f"{called(self)}: {name!r} can't be set like this: write {self.instead(name)}")
        set_field(self, name, value)

    #: Fields that must be changed in a particular way, and that way.
    changed_by: ClassVar[dict[str, str]] = {}
    #: How to get and to set the fields that may hold a container, past the guard.
    holders: ClassVar[dict[str, tuple[Any, Any]]] = {}

    def instead(self, name: str) -> str:
        """What to write instead of setting a field, in words for the author of the code."""
        return self.changed_by.get(name, f"ctx.change(thing, {name}=...)")


def guards(*names: str) -> Callable[[T], T]:
    """Make the containers in these fields of a Guarded Struct read-only, too, until it is opened."""

    def decorate(kind: T) -> T:
        members = {name: getattr(kind, name) for name in names if name not in kind.holders}
        kind.holders = {**kind.holders, **{name: (m.__get__, m.__set__) for name, m in members.items()}}
        for name in members:
            setattr(kind, name, _guarding(*kind.holders[name]))
        return kind

    return decorate


def guard_containers(kind: type[Guarded]) -> None:
    """Guard every field of a Struct that may hold a container, as told by the defaults (all such fields have one)."""
    guards(*containers(kind))(kind)


def containers(kind: type[Struct]) -> Iterable[str]:
    """The fields of a Struct that may hold a container, as far as the defaults tell."""
    fields = msgspec.structs.fields(kind)
    return [f.name for f in fields if f.default_factory is not msgspec.NODEFAULT or f.default is None]


def unguarded(kind: type[Guarded], name: str) -> Callable[[Any], Any]:
    """Reads a guarded field as it is, at the speed of a field that is not: for whoever looks at thousands."""
    found: Callable[[Any], Any] = kind.holders[name][0]
    return found


def _guarding(get: Any, put: Any) -> property:
    """Wrap a field's own descriptor in a property that gives out a guarded container in place of an ordinary one.

    Only an open object shows an ordinary one: it was set in this very event.
    """

    def shown(thing: Any) -> Any:
        value = get(thing)
        if type(value) in GUARDED and id(thing) not in RUNNING.opened:
            if not value:
                return EMPTY[type(value)]
            value = guarded(value)
            put(thing, value)
        return value

    return property(shown, put)


def open_containers(thing: Guarded) -> list[Any]:
    """The containers in the fields of an object that is about to be opened, all of them guarded."""
    found = []
    for get, put in thing.holders.values():
        value = get(thing)
        if type(value) in GUARDED:
            value = guarded(value)
            put(thing, value)
        if type(value) in ORDINARY:
            found.append(value)
    return found


def settle(thing: Guarded) -> None:
    """The event that opened an object is over: whoever kept a container that it set there has no hold on it.

    Empty containers become ordinary ones, which encoders omit where they are the default.
    """
    for get, put in thing.holders.values():
        value = get(thing)
        kind = type(value)
        if kind in GUARDED:
            put(thing, guarded(value) if value else kind())
        elif kind in ORDINARY and not value:
            put(thing, ORDINARY[kind]())


#: What the interpreter says when code tries to change one of the read-only stand-ins of the world's own tables.
READ_ONLY = re.compile("mappingproxy|read-only|'(frozenset|tuple)' object has no attribute")


def explain_refusal(error: BaseException) -> None:
    """Add to an error what to write instead, if it comes from a change to a read-only stand-in."""
    if isinstance(error, TypeError | AttributeError) and READ_ONLY.search(str(error)):
        error.args = (f"{error}: what is only shown is changed by ctx.change(...), ctx.pay(...) or in ctx.state",)


def called(thing: Struct) -> str:
    """An object as errors name it: "Character p7"."""
    name = getattr(thing, "id", None) or getattr(thing, "name", "")
    return f"{type(thing).__name__} {name}".rstrip()
