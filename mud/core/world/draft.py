"""What builders change: definitions, each as it was when the edit began and as the builder wants it."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct

from mud.core.world.area import AreaDef, ItemDef, MobDef, RoomDef

D = TypeVar("D", RoomDef, MobDef, ItemDef, AreaDef)

#: The fields of an area that are definitions of their own and have their own editors.
PARTS = ("rooms", "mobs", "items", "shops")


class Change(Struct, Generic[D], frozen=True):
    """`draft` is to go into the file of `area`. `base` is what the builder began with, None for something new."""

    area: str
    base: D | None
    draft: D


class Edits(Struct, frozen=True, kw_only=True):
    """Changes that belong together: either all are made, or none. Areas come without their `PARTS`."""

    rooms: tuple[Change[RoomDef], ...] = ()
    mobs: tuple[Change[MobDef], ...] = ()
    items: tuple[Change[ItemDef], ...] = ()
    areas: tuple[Change[AreaDef], ...] = ()
