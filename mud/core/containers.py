"""Containers that refuse changes: some always, and some except in the event that has opened them.

They are real dicts, lists and sets, with no attribute more: they read, compare, copy and encode like those. A copy of
one is an ordinary container.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from mud.core.errors import Unopened
from mud.core.opened import RUNNING

K = TypeVar("K")
V = TypeVar("V")
C = TypeVar("C", bound="type[Any]")
Check = Callable[[Any], None]

#: The methods that change a container.
CHANGING: dict[type, frozenset[str]] = {
    dict: frozenset("__setitem__ __delitem__ __ior__ pop popitem clear update setdefault".split()),
    list: frozenset(
        "__setitem__ __delitem__ __iadd__ __imul__ append extend insert remove pop clear sort reverse".split()
    ),
    set: frozenset(
        "__iand__ __ior__ __isub__ __ixor__ add clear difference_update discard intersection_update pop remove"
        " symmetric_difference_update update".split()
    ),
}


def checking(check: Check) -> Callable[[C], C]:
    """Have every method that changes a container call `check` first, which raises to refuse."""

    def decorate(kind: C) -> C:
        base = kind.__bases__[0]
        methods = {name: _checked(getattr(base, name), check) for name in CHANGING[base]}
        methods["__reduce_ex__"] = lambda self, _: (base, (base(self),))  # what copy.copy and copy.deepcopy ask
        for name, method in methods.items():
            setattr(kind, name, method)
        return kind

    return decorate


def _checked(method: Any, check: Check) -> Any:
    def change(self: Any, *args: Any, **kwargs: Any) -> Any:
        check(self)
        return method(self, *args, **kwargs)

    return change


def ordinary(container: Any) -> str:
    """What sort of a container it is, in a word: "dict"."""
    return type(container).__bases__[0].__name__


def never(container: Any) -> None:
    """Refuse."""
    raise TypeError(f"this {ordinary(container)} is read-only")


def when_opened(container: Any) -> None:
    """Refuse unless the running event has opened the object that the container belongs to."""
    if id(container) not in RUNNING.opened:
        raise Unopened(
            f"this {ordinary(container)} is not open in this event: "
            "what is only shown is changed by ctx.change(...) or in ctx.state"
        )


@checking(never)
class ReadOnlyDict(dict[K, V]):
    """A dict that nobody changes."""

    __slots__ = ()


@checking(never)
class ReadOnlyList(list[V]):
    """A list that is changed by its owner alone, by way of `list.append(it, value)` and the like."""

    __slots__ = ()


@checking(when_opened)
class GuardedDict(dict[K, V]):
    """A dict in a field of a Guarded Struct."""

    __slots__ = ()


@checking(when_opened)
class GuardedList(list[V]):
    """A list in a field of a Guarded Struct."""

    __slots__ = ()


@checking(when_opened)
class GuardedSet(set[V]):
    """A set in a field of a Guarded Struct."""

    __slots__ = ()


#: What stands in a Guarded Struct's field for an ordinary container.
GUARDED: dict[type, Any] = {dict: GuardedDict, list: GuardedList, set: GuardedSet}
#: The ordinary containers that these stand for.
ORDINARY: dict[type, Any] = {guarded: ordinary for ordinary, guarded in GUARDED.items()}
#: Shown for every empty container of an object that is not open.
EMPTY: dict[type, Any] = {ordinary: guarded() for ordinary, guarded in GUARDED.items()}
#: A read-only dict with nothing in it, as a default.
NOTHING: ReadOnlyDict[Any, Any] = ReadOnlyDict()


def guarded(container: Any) -> Any:
    """A guarded copy of an ordinary container. Dicts in it become read-only: the journal undoes the outer one alone."""
    if not container:
        return GUARDED[type(container)]()
    if type(container) is dict and any(type(value) is dict for value in container.values()):
        container = {k: ReadOnlyDict(v) if type(v) is dict else v for k, v in container.items()}
    return GUARDED[type(container)](container)
