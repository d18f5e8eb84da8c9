"""An index of the words that each kind of mob and item answers to, so that a search of the whole world decodes no area
twice, and the game does not stand still for it.

The index is derived: it is built from the definitions, area by area, and only changed areas are read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from mud.core.text.markup import strip
from mud.core.world.area import AreaDef, ItemDef, MobDef, WorldDef

KindOf = Literal["mob", "item"]
#: Words of an item's name that are no longer than this ("a", "of") are not indexed.
LITTLE = 2


class WordIndex:
    """Kinds by their words. `fill` must have finished before `kinds` is called."""

    def __init__(self) -> None:
        self._defs: WorldDef | None = None
        self._areas: dict[str, tuple[AreaDef, dict[KindOf, dict[str, str]]]] = {}
        self._all: dict[KindOf, dict[str, str]] = {}  # the same, for all areas together

    def missing(self, defs: WorldDef) -> list[str]:
        """The areas that have not been read yet, or that have changed since."""
        if self._defs is not defs:
            same = {id_: known for id_, known in self._areas.items() if defs.areas.get(id_) is known[0]}
            self._defs, self._areas, self._all = defs, same, {}
        return [id_ for id_ in defs.areas if id_ not in self._areas]

    def fill(self, defs: WorldDef) -> Iterator[str]:
        """Read the missing areas, and yield the id of each one after it was read.

        It ends early when `defs` are no longer the world's definitions, and somebody asked for the new ones.
        """
        for id_ in self.missing(defs):
            if self._defs is not defs:
                return
            area = defs.areas[id_]
            for parts, of in ((defs.rooms, area.rooms), (defs.mobs, area.mobs), (defs.items, area.items)):
                if of:
                    parts.get(of[0].id)  # searches show names: decode each one here, ahead of time
            mobs, items = {m.id: _of_mob(m) for m in area.mobs}, {i.id: _of_item(i) for i in area.items}
            self._areas[id_] = area, {"mob": mobs, "item": items}
            self._all = {}
            yield id_

    def known(self, what: KindOf) -> dict[str, str]:
        """Every kind, with its words."""
        if what not in self._all:
            self._all[what] = {kind: known for _, words in self._areas.values() for kind, known in words[what].items()}
        return self._all[what]

    def kinds(self, what: KindOf, word: str) -> set[str]:
        """The ids of the kinds that answer to every word of `word`."""
        found = self.known(what)
        for part in word.casefold().split():
            found = {kind: known for kind, known in found.items() if f" {part}" in known}
        return set(found)


def _of_mob(mob: MobDef) -> str:
    return _joined(mob.keywords)


def _of_item(item: ItemDef) -> str:
    return _joined((*item.keywords, *(word for word in strip(item.short).split() if len(word) > LITTLE)))


def _joined(words: tuple[str, ...]) -> str:
    """Words joined so that a search for a space and a prefix finds the words that begin with the prefix."""
    return "".join(f" {word.casefold()}" for word in words)
