"""Mappings whose values stay packed until they are used. To the user they are ordinary mappings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar, overload


class Named(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """Its key in a mapping."""


W = TypeVar("W", bound=Named)
P = TypeVar("P", bound=Named)
D = TypeVar("D")


class LazyMapping(Mapping[str, W]):
    """Wholes (areas) by id; one that is still bytes is decoded on first use, and kept decoded."""

    def __init__(self, things: Mapping[str, W | bytes], decode: Callable[[bytes], W]) -> None:
        self._things = dict(things)
        self._decode = decode

    def __getitem__(self, key: str) -> W:
        thing = self._things[key]
        if isinstance(thing, bytes):
            decoded = self._decode(thing)
            thing = self._things[key]  # a file-reading thread may have been first; there must be only one
            if isinstance(thing, bytes):
                thing = self._things[key] = decoded
        return thing

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    def __contains__(self, key: object) -> bool:
        return key in self._things

    def packed(self) -> int:
        """How many are not decoded yet."""
        return sum(isinstance(thing, bytes) for thing in self._things.values())


class Parts(Mapping[str, P], Generic[P, W]):
    """The parts of all wholes, by their own ids. `home` names each part's whole: only that one is decoded."""

    def __init__(self, wholes: Mapping[str, W], home: Mapping[str, str], parts: Callable[[W], Iterable[P]]) -> None:
        self._wholes = wholes
        self.home = MappingProxyType(dict(home))
        self._parts = parts
        self._known: dict[str, P] = {}

    def __getitem__(self, key: str) -> P:
        found = self._known.get(key)
        if found is None:
            whole = self._wholes[self.home[key]]
            self._known.update((part.id, part) for part in self._parts(whole) if self.home.get(part.id) == whole.id)
            found = self._known[key]
        return found

    @overload
    def get(self, key: str, /) -> P | None: ...
    @overload
    def get(self, key: str, /, default: P | D) -> P | D: ...
    def get(self, key: str, /, default: P | D | None = None) -> P | D | None:
        """The part with that id, or `default`. Called very often, so it raises no exception internally."""
        found = self._known.get(key)
        if found is not None:
            return found
        return self[key] if key in self.home else default

    def __iter__(self) -> Iterator[str]:
        return iter(self.home)

    def __len__(self) -> int:
        return len(self.home)

    def __contains__(self, key: object) -> bool:
        return key in self.home
