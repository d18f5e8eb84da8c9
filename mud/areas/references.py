"""Checks that everything exists that area files refer to: in each other, and in the game's vocabulary."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from mud.areas import names
from mud.areas.area_file import AreaFile, near
from mud.areas.numbers import BOUNDS, VALUE, VALUES
from mud.areas.toml_lines import Where
from mud.core.world import area as a
from mud.core.world.body import PLACES, SLOTS
from mud.core.world.dice import is_dice

_BIT = re.compile(r"bit\d+$")


def check(file: AreaFile, area: a.AreaDef, world: a.WorldDef) -> None:
    """Note every name in `area` that neither the world nor the vocabulary knows."""
    Checker(file, world).area(area)


class Checker:
    """Checks one file against the world."""

    def __init__(self, file: AreaFile, world: a.WorldDef) -> None:
        self._file = file
        self._world = world

    def area(self, area: a.AreaDef) -> None:
        """All parts of an area."""
        # Parts that could not be read are missing here, so lines are found by id, not by number.
        self._within(("area",), area)
        for id_ in area.newcomer_items:
            self._known(("area", "newcomer_items"), id_, self._world.items, "item")
        places = {key: places_of(self._file, key) for key in ("room", "mob", "item", "shop")}
        for room in area.rooms:
            self._room(places["room"].get(room.id, ("room",)), room)
        for mob in area.mobs:
            self._mob(places["mob"].get(mob.id, ("mob",)), mob)
        for item in area.items:
            self._item(places["item"].get(item.id, ("item",)), item)
        for shop in area.shops:
            self._shop(places["shop"].get(shop.id, ("shop",)), shop)
        self._resets(area)

    def _known(self, where: Where, word: str | None, known: Collection[str], what: str) -> None:
        if word is not None and word not in known:
            self._file.wrong(where, f"no {what} is called {word!r}{near(word, known)}")

    def _flags(self, where: Where, words: Iterable[str], known: Collection[str], what: str) -> None:
        for word in words:
            if not _BIT.match(word):
                self._known(where, word, known, what)

    def _room(self, where: Where, room: a.RoomDef) -> None:
        self._known((*where, "sector"), room.sector, names.SECTORS, "sector")
        self._flags((*where, "flags"), room.flags, names.ROOM_FLAGS, "room flag")
        for direction, way in room.exits.items():
            here = (*where, "exits", direction)
            self._known(here, way.to, self._world.rooms, "room")
            self._known(here, way.key, self._world.items, "item")
            if not way.door and (way.key or way.state != "open" or way.pickproof):
                self._file.wrong(here, "only a door can be closed or have a key; add door = true")

    def _mob(self, where: Where, mob: a.MobDef) -> None:
        self._flags((*where, "flags"), mob.flags, names.MOB_FLAGS, "mob flag")
        self._flags((*where, "affects"), mob.affects, names.AFFECTS, "affect")
        self._known((*where, "position"), mob.position, names.POSITIONS, "position")
        self._known((*where, "default_position"), mob.default_position, names.POSITIONS, "position")
        for key in ("hit_dice", "damage_dice"):
            if not is_dice(getattr(mob, key)):
                self._file.wrong((*where, key), f'{key}: {getattr(mob, key)!r} is no dice; write them like "3d8+20"')
        self._within(where, mob)
        self._values((*where, "attributes"), mob.attributes)

    def _item(self, where: Where, item: a.ItemDef) -> None:
        self._known((*where, "kind"), item.kind, names.ITEM_VALUES, "kind of item")
        self._flags((*where, "flags"), item.flags, names.ITEM_FLAGS, "item flag")
        self._flags((*where, "wear"), item.wear, ("take", *PLACES), "place to wear")
        self._flags((*where, "affects"), item.affects, names.AFFECTS, "affect")
        for name in item.values:
            if item.kind in names.ITEM_VALUES:
                self._known((*where, "values"), name, names.ITEM_VALUES[item.kind], f"value of a {item.kind}")
        if item.kind == "container":
            key = item.values.get("key")
            self._known((*where, "values"), str(key) if key else None, self._world.items, "item")
        for modifier in item.modifiers:
            self._flags((*where, "modifier"), (modifier.apply,), names.APPLIES, "modifier")
            self._within((*where, "modifier"), modifier)
        self._within(where, item)
        self._values((*where, "values"), item.values)

    def _shop(self, where: Where, shop: a.ShopDef) -> None:
        self._known((*where, "keeper"), shop.keeper, self._world.mobs, "mob")
        self._within(where, shop)
        for room in shop.rooms:
            self._known((*where, "rooms"), room, self._world.rooms, "room")
        for item in shop.sells:
            self._known((*where, "sells"), item, self._world.items, "item")
        for kind in shop.buys:
            self._known((*where, "buys"), kind.split(" ")[0], names.ITEM_VALUES, "kind of item")

    def _values(self, where: Where, values: Mapping[str, int | str]) -> None:
        for name, value in values.items():
            if isinstance(value, int) and (refusal := VALUES.get(name, VALUE).refuses(value)):
                self._file.wrong(where, f"{name} is {refusal}")

    def _within(self, where: Where, thing: a.Definition) -> None:
        """Note each number of a table that is out of its bounds."""
        for key in BOUNDS.keys() & thing.__struct_fields__:
            for number in _numbers(getattr(thing, key)):
                if refusal := BOUNDS[key].refuses(number):
                    self._file.wrong((*where, key), f"{key} is {refusal}")

    def _resets(self, area: a.AreaDef) -> None:
        mob_made = False
        for where, reset in resets_of(self._file, area):
            self._reset(where, reset)
            if isinstance(reset, a.MobReset):
                mob_made = True
            elif isinstance(reset, a.GiveReset | a.EquipReset) and not mob_made:
                self._file.wrong(where, 'no mob before this can have it; put a do = "mob" step before it')

    def _reset(self, where: Where, reset: a.Reset) -> None:
        self._within(where, reset)
        match reset:
            case a.MobReset(id=id_, room=room):
                self._known((*where, "id"), id_, self._world.mobs, "mob")
                self._known((*where, "room"), room, self._world.rooms, "room")
            case a.ItemReset(id=id_, room=room) | a.RemoveReset(id=id_, room=room):
                self._known((*where, "id"), id_, self._world.items, "item")
                self._known((*where, "room"), room, self._world.rooms, "room")
            case a.GiveReset(id=id_):
                self._known((*where, "id"), id_, self._world.items, "item")
            case a.EquipReset(id=id_, slot=slot):
                self._known((*where, "id"), id_, self._world.items, "item")
                self._known((*where, "slot"), slot, SLOTS, "slot")
            case a.PutReset(id=id_, into=into):
                self._known((*where, "id"), id_, self._world.items, "item")
                self._known((*where, "into"), into, self._world.items, "item")
            case a.DoorReset(room=room, direction=direction):
                self._known((*where, "room"), room, self._world.rooms, "room")
                way = self._world.rooms[room].exits.get(direction) if room in self._world.rooms else None
                if room in self._world.rooms and (way is None or not way.door):
                    self._file.wrong(where, f"room {room!r} has no door {direction}; add it there, or leave this out")


def _numbers(value: Any) -> Iterator[float]:
    """The numbers of a value, which may be none, one, a pair, or pairs."""
    if isinstance(value, tuple):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, int | float):
        yield value


def places_of(file: AreaFile, key: str) -> dict[str, Where]:
    """Where each of a file's rooms, mobs, items or shops is, by id."""
    raw = file.raw.get(key, [])
    rows = raw if isinstance(raw, list) else []
    return {str(each.get("id")): (key, n) for n, each in enumerate(rows) if isinstance(each, dict)}


def resets_of(file: AreaFile, area: a.AreaDef) -> Iterator[tuple[Where, a.AnyReset]]:
    """An area's resets and the place of each; only about, if one of them could not be read."""
    raw = file.raw.get("reset", [])
    whole = isinstance(raw, list) and len(raw) == len(area.resets)
    for number, reset in enumerate(area.resets):
        yield ("reset", number) if whole else ("reset",), reset


def check_duplicates(areas: list[tuple[AreaFile, a.AreaDef]]) -> None:
    """Note every id that is given twice."""
    seen: dict[tuple[str, str], str] = {}
    for file, _ in areas:
        for key in ("room", "mob", "item", "shop"):
            rows = file.raw.get(key, [])
            for number, each in enumerate(rows if isinstance(rows, list) else []):
                if not isinstance(each, dict) or "id" not in each:
                    continue
                where: Where = (key, number, "id")
                here = f"{file.name}:{file.lines.of(where)}"
                first = seen.setdefault((key, str(each["id"])), here)
                if first != here:
                    file.wrong(where, f"{key} {each['id']!r} is there already, at {first}; give one of them another id")
    ids: dict[str, str] = {}
    for file, area in areas:
        first = ids.setdefault(area.id, file.name)
        if first != file.name:
            file.wrong(("area", "id"), f"area {area.id!r} is there already, in {first}; give one another id")
