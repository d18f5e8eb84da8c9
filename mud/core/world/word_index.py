"""What every kind of mob and item answers to, so that looking for a word in the whole world decodes no area twice, and
none while the game stands still.

The index is derived: it is filled from the definitions, area by area, and only what changed is read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from mud.core.text.markup import strip
from mud.core.world.area import AreaDef, ItemDef, MobDef, WorldDef

KindOf = Literal["mob", "item"]
#: Words of an item's name that are no longer than this are no way to call it: "a", "of".
LITTLE = 2


class WordIndex:
    """Kinds by their words. `fill` has to come to its end before `kinds` is asked."""

    def __init__(self) -> None:
        self._defs: WorldDef | None = None
        self._areas: dict[str, tuple[AreaDef, dict[KindOf, dict[str, str]]]] = {}

    def missing(self, defs: WorldDef) -> list[str]:
        """The areas that have not been read, or are others by now."""
        if self._defs is not defs:
            same = {id_: known for id_, known in self._areas.items() if defs.areas.get(id_) is known[0]}
            self._defs, self._areas = defs, same
        return [id_ for id_ in defs.areas if id_ not in self._areas]

    def fill(self, defs: WorldDef) -> Iterator[str]:
        """Read what is missing, and give the id of each area after it was read.

        It ends early when `defs` are not those of the world any more, and somebody asked for the new ones.
        """
        for id_ in self.missing(defs):
            if self._defs is not defs:
                return
            area = defs.areas[id_]
            mobs, items = {m.id: _of_mob(m) for m in area.mobs}, {i.id: _of_item(i) for i in area.items}
            self._areas[id_] = area, {"mob": mobs, "item": items}
            yield id_

    def kinds(self, what: KindOf, word: str) -> set[str]:
        """The ids of the kinds that answer to every word of `word`."""
        wanted = [f" {part}" for part in word.casefold().split()]
        return {
            kind
            for _, words in self._areas.values()
            for kind, known in words[what].items()
            if all(part in known for part in wanted)
        }


def _of_mob(mob: MobDef) -> str:
    return _joined(mob.keywords)


def _of_item(item: ItemDef) -> str:
    return _joined((*item.keywords, *(word for word in strip(item.short).split() if len(word) > LITTLE)))


def _joined(words: tuple[str, ...]) -> str:
    """Words in a form in which the beginning of one is found by looking for it with a space before it."""
    return "".join(f" {word.casefold()}" for word in words)
