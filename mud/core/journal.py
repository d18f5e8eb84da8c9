"""The journal: it makes each event happen either whole or not at all.

Every change that a handler makes goes through here. Each change records how to undo it. If the handler raises, the
changes are undone step by step; if it returns, the keys of what it changed are in `dirty`, which the next flush
writes in one transaction (rule 5).
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar

from msgspec import Struct

from mud.core.guard import RUNNING, set_field

K = TypeVar("K")
V = TypeVar("V")
S = TypeVar("S", bound=Struct)

Key = tuple[str, str]  # (table, row key)
_CONTAINERS = (list, dict, set)
_Kept = list[tuple[str, Any, Any]]  # for each field: its name, its value, and a copy of what that contained


class Journal:
    """Undoable changes, and the rows that changed since the last flush."""

    def __init__(self) -> None:
        self.dirty: set[Key] = set()
        self._touched: set[Key] = set()
        self._undo: list[Callable[[], None]] = []
        self._saved: set[int] = set()  # ids of the structs that are open
        self._watched: list[tuple[Struct, _Kept, Key]] = []

    def begin(self) -> None:
        """An event begins. Until `commit` or `rollback`, only what is opened here can be changed (mud.core.guard)."""
        RUNNING.opened = self._saved

    def touch(self, table: str, key: str) -> None:
        """Row `key` of `table` is to be written by the next flush."""
        self._touched.add((table, key))

    def edit(self, struct: S) -> S:
        """Open `struct` for changes until the event ends: its fields and the containers in them are saved for undo."""
        if id(struct) not in self._saved:
            self._saved.add(id(struct))
            kept = _keep(struct)
            self._undo.append(lambda: _restore(struct, kept))
        return struct

    def watch(self, struct: S, table: str, key: str) -> S:
        """Open `struct` for reading or changes until the event ends: its row is written only if it really changed."""
        if id(struct) not in self._saved:
            self._saved.add(id(struct))
            self._watched.append((struct, _keep(struct), (table, key)))
        return struct

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

    def append(self, items: list[V], value: V) -> None:
        """`items.append(value)`, undoably."""
        items.append(value)
        self._undo.append(lambda: items.__delitem__(-1))

    def remove(self, items: list[V], value: V) -> None:
        """`items.remove(value)`, undoably; undo puts it back in its old position."""
        at = items.index(value)
        del items[at]
        self._undo.append(lambda: items.insert(at, value))

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
        RUNNING.opened = None
        if self._undo or self._touched or self._watched:
            self._undo = []
            self._touched = set()
            self._saved = set()
            self._watched = []


def _keep(struct: Struct) -> _Kept:
    """Save the fields of `struct`, which is open, and what the containers in them hold."""
    kept: _Kept = []
    for name in struct.__struct_fields__:  # inlined, no call per field: a character has fifty fields
        value = getattr(struct, name)
        kept.append((name, value, value.copy() if isinstance(value, _CONTAINERS) else None))
    return kept


def _restore(struct: Struct, kept: _Kept) -> None:
    for name, value, contents in kept:
        _refill(value, contents)
        set_field(struct, name, value)


def _differs(struct: Struct, kept: _Kept) -> bool:
    """Whether a field, or what it contains, has changed. The elements of containers are immutable.

    Most changes show in a value or a length; only if none does are the containers' contents compared.
    """
    long: list[tuple[Any, Any]] = []
    for name, value, held in kept:
        now = getattr(struct, name)
        if held is None:
            if now is not value and now != value:
                return True
        elif type(now) is not type(held) or len(now) != len(held):
            return True
        elif now:
            long.append((now, held))
    return not all(_same(now, held) for now, held in long)


def _same(now: Any, held: Any) -> bool:
    """Whether two containers hold the same. For dicts the order counts too: it is kept when they are written."""
    if isinstance(now, dict):
        return [*now] == [*held] and [*now.values()] == [*held.values()]
    return bool(now == held)


def _refill(value: Any, contents: Any) -> None:
    """Put `contents` back into the same container that it was copied from: others may hold references to that one."""
    if isinstance(value, list):
        value[:] = contents
    elif isinstance(value, dict | set):
        value.clear()
        value.update(contents)
