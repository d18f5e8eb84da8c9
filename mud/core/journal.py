"""The journal: what makes an event happen whole or not at all.

Everything that a handler changes goes through here. Each change leaves its undo; a handler that raises is
taken back step by step, one that returns leaves the keys of what it changed in `dirty`, which the next flush
writes in one transaction (rule 5).
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar

from msgspec import Struct

K = TypeVar("K")
V = TypeVar("V")
S = TypeVar("S", bound=Struct)

Key = tuple[str, str]  # (table, row key)
_CONTAINERS = (list, dict, set)


class Journal:
    """Undoable changes, and what they touched since the last flush."""

    def __init__(self) -> None:
        self.dirty: set[Key] = set()
        self._touched: set[Key] = set()
        self._undo: list[Callable[[], None]] = []
        self._saved: set[int] = set()

    def touch(self, table: str, key: str) -> None:
        """Row `key` of `table` is to be written by the next flush."""
        self._touched.add((table, key))

    def edit(self, struct: S) -> S:
        """`struct`, free to be changed until the event ends: its fields and the containers in them are kept."""
        if id(struct) not in self._saved:
            self._saved.add(id(struct))
            kept = []
            for name in struct.__struct_fields__:  # no call for each: a character has fifty fields
                value = getattr(struct, name)
                kept.append((name, value, value.copy() if isinstance(value, _CONTAINERS) else None))

            def undo() -> None:
                for name, value, contents in kept:
                    _refill(value, contents)
                    setattr(struct, name, value)

            self._undo.append(undo)
        return struct

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
        """`items.remove(value)`, undoably and back to its very place."""
        at = items.index(value)
        del items[at]
        self._undo.append(lambda: items.insert(at, value))

    def commit(self) -> None:
        """The event succeeded."""
        self.dirty |= self._touched
        self._reset()

    def rollback(self) -> None:
        """The event failed: everything is as it was before it."""
        for undo in reversed(self._undo):
            undo()
        self._reset()

    def _reset(self) -> None:
        if self._undo or self._touched:
            self._undo = []
            self._touched = set()
            self._saved = set()


def _refill(value: Any, contents: Any) -> None:
    """Put `contents` back into the very container it was copied from: others may hold on to that one."""
    if isinstance(value, list):
        value[:] = contents
    elif isinstance(value, dict | set):
        value.clear()
        value.update(contents)
