"""Definitions: what area files say, as the game keeps it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

from mud.core.world import area as a


def below(kind: type[a.Definition]) -> Iterator[type[a.Definition]]:
    for each in kind.__subclasses__():
        yield each
        yield from below(each)


def test_no_collection_ever_looks_at_a_definition() -> None:
    """A world of 12,700 rooms has so many that a collection which did held the game for 46 ms."""
    kinds = set(below(a.Definition))
    assert {a.AreaDef, a.RoomDef, a.ExitDef, a.MobDef, a.ItemDef, a.MobReset, a.ShopDef, a.Extra} <= kinds
    assert [kind for kind in kinds if kind.__struct_config__.gc] == []
    assert not gc.is_tracked(a.RoomDef(id="hall", name="Hall", exits={"north": a.ExitDef(to="yard")}))
