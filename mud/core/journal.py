"""The journal: it makes each event happen either whole or not at all.

Every change that a handler makes goes through here. Each change records how to undo it. If the handler raises, the
changes are undone step by step; if it returns, the keys of what it changed are in `dirty`, which the next flush
writes in one transaction (rule 5).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import astuple

from mud.core.containers import CHANGING
from mud.core.guard import Guarded, open_containers, set_field, settle
from mud.core.opened import RUNNING

K = TypeVar("K")
V = TypeVar("V")
S = TypeVar("S", bound=Struct)

Key = tuple[str, str]  # (table, row key)
_Kept = tuple[tuple[Any, ...], list[tuple[Any, Any]]]  # the fields' values; each container in them with a copy


class Journal:
    """Undoable changes, and the rows that changed since the last flush."""

    def __init__(self) -> None:
        self.dirty: set[Key] = set()
        self._touched: set[Key] = set()
        self._undo: list[Callable[[], None]] = []
        self._saved: set[int] = set()  # ids of what is open: structs, and the containers in them
        self._opened: list[Guarded] = []
        self._watched: list[tuple[Struct, _Kept, Key]] = []
        self.between: Container[int] = frozenset()  # what may be changed between two events
        self.version = 0  # grows whenever something may have changed

    def begin(self) -> None:
        """An event begins. Until `commit` or `rollback`, only what is opened here can be changed (mud.core.guard)."""
        RUNNING.opened = self._saved

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Within this block nothing may be changed between two events, whatever `between` says."""
        between, self.between = self.between, frozenset()
        RUNNING.opened = self.between
        try:
            yield
        finally:
            RUNNING.opened = self.between = between

    def took(self, table: str, key: str) -> None:
        """A row has changed between two events, for good."""
        self.dirty.add((table, key))
        self.version += 1

    def touch(self, table: str, key: str) -> None:
        """Row `key` of `table` is to be written by the next flush."""
        self._touched.add((table, key))

    def edit(self, struct: S) -> S:
        """Open `struct` for changes until the event ends: its fields and the containers in them are saved for undo."""
        if id(struct) not in self._saved:
            kept = self._open(struct)
            self._undo.append(lambda: _restore(struct, kept))
        return struct

    def watch(self, struct: S, table: str, key: str) -> S:
        """Open `struct` for reading or changes until the event ends: its row is written only if it really changed."""
        if id(struct) not in self._saved:
            self._watched.append((struct, self._open(struct), (table, key)))
        return struct

    def _open(self, struct: Struct) -> _Kept:
        """Let `struct` and the containers in its fields be changed. Gives what they hold now."""
        self._saved.add(id(struct))
        if isinstance(struct, Guarded):
            self._opened.append(struct)
            inside = open_containers(struct)
            self._saved.update(map(id, inside))
        else:
            inside = [value for value in astuple(struct) if type(value) in CHANGING]
        return astuple(struct), [(value, value.copy()) for value in inside]

    def is_open(self, struct: Struct) -> bool:
        """Whether the event has opened `struct`."""
        return id(struct) in self._saved

    def known(self) -> set[Key]:
        """The rows that the event may change."""
        return self._touched | {key for _, _, key in self._watched}

    def changed(self) -> set[Key]:
        """The rows that the event has changed so far."""
        return self._touched | {key for struct, kept, key in self._watched if _differs(struct, kept)}

    def put(self, mapping: MutableMapping[K, V], key: K, value: V) -> None:
        """`mapping[key] = value`, undoably."""
        if key in mapping:
            before = mapping[key]
            self._undo.append(lambda: mapping.__setitem__(key, before))
        else:
            self._undo.append(lambda: mapping.__delitem__(key))
        mapping[key] = value

    def drop(self, mapping: MutableMapping[K, V], key: K) -> V:
        """`mapping.pop(key)`, undoably. Raises KeyError when it is not there."""
        before = mapping.pop(key)
        self._undo.append(lambda: mapping.__setitem__(key, before))
        return before

    def assign(self, thing: object, name: str, value: object) -> None:
        """Set an attribute of what is no Struct, undoably; also of what refuses to be set in the ordinary way."""
        before = getattr(thing, name)
        self._undo.append(lambda: object.__setattr__(thing, name, before))
        object.__setattr__(thing, name, value)

    def append(self, items: list[V], value: V) -> None:
        """`items.append(value)`, undoably."""
        list.append(items, value)
        self._undo.append(lambda: list.__delitem__(items, -1))

    def remove(self, items: list[V], value: V) -> None:
        """`items.remove(value)`, undoably; undo puts it back in its old position."""
        at = items.index(value)
        list.__delitem__(items, at)
        self._undo.append(lambda: list.insert(items, at, value))

    def commit(self) -> None:
        """The event succeeded: keep its changes."""
        self.dirty |= self.changed() if self._watched else self._touched
        self._reset()

    def rollback(self) -> None:
        """The event failed: restore everything to what it was before."""
        try:
            for undo in reversed(self._undo):
                undo()
            for struct, kept, _ in self._watched:
                if _differs(struct, kept):
                    _restore(struct, kept)
        finally:
            self._reset()

    def _reset(self) -> None:
        RUNNING.opened = self.between
        if self._undo or self._touched or self._watched:
            for struct in self._opened:
                settle(struct)
            self.version += 1
            self._undo = []
            self._touched = set()
            self._saved = set()
            self._opened = []
            self._watched = []


def _restore(struct: Struct, kept: _Kept) -> None:
    values, inside = kept
    for container, contents in inside:
        _refill(container, contents)
    for name, now, value in zip(struct.__struct_fields__, astuple(struct), values, strict=True):
        if now is not value:
            set_field(struct, name, value)


def _differs(struct: Struct, kept: _Kept) -> bool:
    """Whether a field, or what it contains, has changed. The elements of containers are immutable."""
    values, inside = kept
    now = astuple(struct)
    if now != values or not all(_same(container, held) for container, held in inside):
        return True
    other = ((new, was) for new, was in zip(now, values, strict=True) if new is not was)
    return not all(_same(new, was) for new, was in other if isinstance(new, dict))


def _same(now: Any, held: Any) -> bool:
    """Whether two containers hold the same. For dicts the order counts too: it is kept when they are written."""
    if len(now) != len(held):
        return False
    if isinstance(now, dict):
        return [*now] == [*held] and [*now.values()] == [*held.values()]
    return bool(now == held)


def _refill(container: Any, contents: Any) -> None:
    """Put `contents` back into the same container that it was copied from: others may hold references to that one."""
    if isinstance(container, list):
        list.__setitem__(container, slice(None), contents)
    else:
        kind: Any = dict if isinstance(container, dict) else set
        kind.clear(container)
        kind.update(container, contents)
