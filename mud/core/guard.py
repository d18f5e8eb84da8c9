"""The guard over things of the world: an event changes only what the journal has opened for it.

What is opened is undone when the event fails and written when it succeeds. A change of anything else would be neither,
so it is refused where it is tried, with words that say what to write instead.

Between two events nothing is guarded: states are restored then, and tests set their stage.
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

#: How a Struct's field is set when nobody is asked.
set_field = Struct.__setattr__


class Running:
    """The event that runs in this process. There is one at a time, however many games there are."""

    __slots__ = ("opened",)

    def __init__(self) -> None:
        self.opened: set[int] | None = None  # the ids of what it has opened; None between two events


RUNNING = Running()


class Guarded(Struct):
    """A Struct whose fields an event may set once the journal has opened it. `@guards` sees to its containers."""

    def __setattr__(self, name: str, value: object) -> None:
        opened = RUNNING.opened
        if opened is not None and id(self) not in opened:
            raise Unopened(f"{called(self)}: {name!r} can't be set like this: write {self.instead(name)}")
        set_field(self, name, value)

    #: Fields that have a way of their own to be changed, and which.
    changed_by: ClassVar[dict[str, str]] = {}

    def instead(self, name: str) -> str:
        """What to write instead of setting a field, in words for whoever wrote the code."""
        return self.changed_by.get(name, f"ctx.change(thing, {name}=...)")


class ReadOnlyList(list[Any]):
    """What a list of something that is not opened holds. It is a copy; changing it is refused, as it would be lost."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this list is read-only")

    append = extend = insert = remove = pop = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse


#: What is shown of a container in something that is not opened.
SHOWN: dict[type, Callable[[Any], Any]] = {dict: MappingProxyType, list: ReadOnlyList, set: frozenset}


def guards(*names: str) -> Callable[[T], T]:
    """The containers in these fields of a Guarded Struct can be changed only when it is opened, too."""

    def decorate(kind: T) -> T:
        for name in names:
            if not isinstance(getattr(kind, name), property):
                setattr(kind, name, _guarding(getattr(kind, name)))
        return kind

    return decorate


def guard_containers(kind: type[Guarded]) -> None:
    """Guard every field of a Struct that may hold a container, told by the defaults (which all of them have)."""
    guards(*containers(kind))(kind)


def containers(kind: type[Struct]) -> Iterable[str]:
    """The fields of a Struct that may hold a container, as far as defaults tell."""
    fields = msgspec.structs.fields(kind)
    return [f.name for f in fields if f.default_factory is not msgspec.NODEFAULT or f.default is None]


def _guarding(member: Any) -> property:
    """A field's own descriptor, in a property that shows a container read-only while its thing is not opened."""
    get = member.__get__

    def shown(thing: Any) -> Any:
        value = get(thing)
        opened = RUNNING.opened
        if opened is None or id(thing) in opened or type(value) not in SHOWN:
            return value
        return SHOWN[type(value)](value)

    return property(shown, member.__set__)


#: What the interpreter says of a change to what is only shown.
READ_ONLY = re.compile("mappingproxy|read-only|'(frozenset|tuple)' object has no attribute")


def explain_refusal(error: BaseException) -> None:
    """Add to an error what to write instead, when it comes of a change to what was only shown."""
    if isinstance(error, TypeError | AttributeError) and READ_ONLY.search(str(error)):
        error.args = (f"{error}: what is only shown is changed by ctx.change(...), ctx.pay(...) or in ctx.state",)


def called(thing: Struct) -> str:
    """A thing as errors name it: "Character p7"."""
    name = getattr(thing, "id", None) or getattr(thing, "name", "")
    return f"{type(thing).__name__} {name}".rstrip()
