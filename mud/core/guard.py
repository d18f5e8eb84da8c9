"""The guard over the world's objects: an event can change only what the journal has opened for it.

What is opened is undone when the event fails and written when it succeeds. A change to anything else would be neither,
so it is refused on the spot, with an error that says what to write instead.

Between two events nothing is guarded: that is when states are restored and tests prepare their scene.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any, ClassVar, NoReturn, TypeVar

import msgspec
from msgspec import Struct

from mud.core.errors import Unopened

T = TypeVar("T", bound="type[Guarded]")

#: How a Struct's field is set without the guard.
set_field = Struct.__setattr__


class Running:
    """The event that runs in this process. There is at most one at a time, however many games there are."""

    __slots__ = ("opened",)

    def __init__(self) -> None:
        self.opened: set[int] | None = None  # the ids of the objects that it has opened; None between events


RUNNING = Running()


class Guarded(Struct):
    """A Struct whose fields an event may set only after the journal opened it. `@guards` covers its containers."""

    def __setattr__(self, name: str, value: object) -> None:
        opened = RUNNING.opened
        if opened is not None and id(self) not in opened:
            raise Unopened(f"{called(self)}: {name!r} can't be set like this: write {self.instead(name)}")
        set_field(self, name, value)

    #: Fields that must be changed in a particular way, and that way.
    changed_by: ClassVar[dict[str, str]] = {}

    def instead(self, name: str) -> str:
        """What to write instead of setting a field, in words for the author of the code."""
        return self.changed_by.get(name, f"ctx.change(thing, {name}=...)")


class ReadOnlyList(list[Any]):
    """Stands in for a list of an unopened object. It is a copy, so a change would be lost: it is refused."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this list is read-only")

    append = extend = insert = remove = pop = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse


#: What is shown in place of a container of an unopened object.
SHOWN: dict[type, Callable[[Any], Any]] = {dict: MappingProxyType, list: ReadOnlyList, set: frozenset}


def guards(*names: str) -> Callable[[T], T]:
    """Make the containers in these fields of a Guarded Struct read-only, too, until it is opened."""

    def decorate(kind: T) -> T:
        for name in names:
            if not isinstance(getattr(kind, name), property):
                setattr(kind, name, _guarding(getattr(kind, name)))
        return kind

    return decorate


def guard_containers(kind: type[Guarded]) -> None:
    """Guard every field of a Struct that may hold a container, as told by the defaults (all such fields have one)."""
    guards(*containers(kind))(kind)


def containers(kind: type[Struct]) -> Iterable[str]:
    """The fields of a Struct that may hold a container, as far as the defaults tell."""
    fields = msgspec.structs.fields(kind)
    return [f.name for f in fields if f.default_factory is not msgspec.NODEFAULT or f.default is None]


def _guarding(member: Any) -> property:
    """Wrap a field's own descriptor in a property that shows its container read-only until the Struct is opened."""
    get = member.__get__

    def shown(thing: Any) -> Any:
        value = get(thing)
        opened = RUNNING.opened
        if opened is None or id(thing) in opened or type(value) not in SHOWN:
            return value
        return SHOWN[type(value)](value)

    return property(shown, member.__set__)


#: What the interpreter says when code tries to change one of these read-only stand-ins.
READ_ONLY = re.compile("mappingproxy|read-only|'(frozenset|tuple)' object has no attribute")


def explain_refusal(error: BaseException) -> None:
    """Add to an error what to write instead, if it comes from a change to a read-only stand-in."""
    if isinstance(error, TypeError | AttributeError) and READ_ONLY.search(str(error)):
        error.args = (f"{error}: what is only shown is changed by ctx.change(...), ctx.pay(...) or in ctx.state",)


def called(thing: Struct) -> str:
    """An object as errors name it: "Character p7"."""
    name = getattr(thing, "id", None) or getattr(thing, "name", "")
    return f"{type(thing).__name__} {name}".rstrip()
