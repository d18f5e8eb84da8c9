"""Leaves out references to what an imported world does not have, each with a message, to load the rest."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

import msgspec

from mud.areas import names
from mud.areas.circle.kinds import Kinds
from mud.core.world import area as a

T = TypeVar("T", a.MobDef, a.ItemDef)


def mend(
    areas: list[a.AreaDef], places: dict[str, list[str]], warnings: list[str], changed: Kinds
) -> tuple[list[a.AreaDef], int]:
    """The areas without references to things that do not exist, and how many exits led to a missing room.

    `places` has for each area where its resets are (file:line).
    """
    mender = Mender(a.WorldDef.of(areas), places, warnings, changed)
    return [mender.area(area) for area in areas], mender.missing


class Mender:
    """Knows all that exists."""

    def __init__(self, world: a.WorldDef, places: dict[str, list[str]], warnings: list[str], changed: Kinds) -> None:
        self._world = world
        self._changed = changed
        self._places = places
        self._warnings = warnings
        self.missing = 0

    def area(self, area: a.AreaDef) -> a.AreaDef:
        """One area, without wrong references."""
        return msgspec.structs.replace(
            area,
            rooms=tuple(self._room(room) for room in area.rooms),
            mobs=tuple(self._not_negative(mob, "level", "gold", "experience") for mob in area.mobs),
            items=tuple(self._item(self._not_negative(item, "weight", "cost", "rent")) for item in area.items),
            shops=tuple(self._shop(shop) for shop in area.shops),
            resets=self._resets(area),
        )

    def _room(self, room: a.RoomDef) -> a.RoomDef:
        exits = {d: self._exit(room.id, d, way) for d, way in room.exits.items()}
        return msgspec.structs.replace(room, exits=exits)

    def _exit(self, room: str, direction: str, way: a.ExitDef) -> a.ExitDef:
        if way.to is not None and way.to not in self._world.rooms:
            self.missing += 1
            self._warnings.append(f"room {room}, {direction}: there is no room {way.to}")
            way = msgspec.structs.replace(way, to=None)
        if way.key is not None and way.key not in self._world.items:
            self._warnings.append(f"room {room}, {direction}: there is no key {way.key}")
            way = msgspec.structs.replace(way, key=None)
        return way

    def _not_negative(self, thing: T, *keys: str) -> T:
        """Numbers below 0 that are not allowed here. Some worlds use them: -1 for "can't be rented"."""
        below = {key: 0 for key in keys if getattr(thing, key) < 0}
        what = "mob" if isinstance(thing, a.MobDef) else "object"
        for key in below:
            self._changed.add(f"{key} below 0, taken as 0", f"{what} {thing.id}")
        return msgspec.structs.replace(thing, **below) if below else thing

    def _item(self, item: a.ItemDef) -> a.ItemDef:
        key = item.values.get("key") if item.kind == "container" else None
        if key is None or key in self._world.items:
            return item
        self._warnings.append(f"object {item.id}: there is no key {key}")
        return msgspec.structs.replace(item, values={n: v for n, v in item.values.items() if n != "key"})

    def _shop(self, shop: a.ShopDef) -> a.ShopDef:
        keeper = shop.keeper
        if keeper is not None and keeper not in self._world.mobs:
            self._warnings.append(f"shop {shop.id}: there is no keeper {keeper}")
            keeper = None
        return msgspec.structs.replace(
            shop,
            keeper=keeper,
            buys=self._known(shop.buys, names.ITEM_VALUES, f"shop {shop.id}: there is no kind of object"),
            rooms=self._known(shop.rooms, self._world.rooms, f"shop {shop.id}: there is no room"),
            sells=self._known(shop.sells, self._world.items, f"shop {shop.id}: there is no object"),
        )

    def _known(self, ids: tuple[str, ...], known: Collection[str], what: str) -> tuple[str, ...]:
        """The ids whose first word is known: what a shop buys may have keywords after it."""
        self._warnings.extend(f"{what} {id_}" for id_ in ids if id_.split(" ")[0] not in known)
        return tuple(id_ for id_ in ids if id_.split(" ")[0] in known)

    def _resets(self, area: a.AreaDef) -> tuple[a.AnyReset, ...]:
        """The steps that can be done. Without a step, those that depend on it go too."""
        kept: list[a.AnyReset] = []
        dropped = mob_made = False
        for place, step in zip(self._places.get(area.id, ()), area.resets, strict=True):
            if dropped and step.if_last:
                continue
            why = self._lacks(step)
            if why is None and isinstance(step, a.GiveReset | a.EquipReset) and not mob_made:
                why = "there is no mob before it"
            dropped = why is not None
            mob_made = mob_made or (isinstance(step, a.MobReset) and not dropped)
            if why is None:
                kept.append(step)
            else:
                self._warnings.append(f"{place}: {why}")
        return tuple(kept)

    def _lacks(self, step: a.AnyReset) -> str | None:
        """What a step refers to that does not exist, or None."""
        world = self._world
        if isinstance(step, a.MobReset) and step.id not in world.mobs:
            return f"there is no mob {step.id}"
        if (
            isinstance(step, a.ItemReset | a.GiveReset | a.EquipReset | a.PutReset | a.RemoveReset)
            and step.id not in world.items
        ):
            return f"there is no object {step.id}"
        if isinstance(step, a.PutReset) and step.into not in world.items:
            return f"there is no container {step.into}"
        if isinstance(step, a.MobReset | a.ItemReset | a.DoorReset | a.RemoveReset) and step.room not in world.rooms:
            return f"there is no room {step.room}"
        if isinstance(step, a.DoorReset):
            way = world.rooms[step.room].exits.get(step.direction)
            return None if way is not None and way.door else f"room {step.room} has no door {step.direction}"
        return None
