"""What builders write: rooms, exits, mobs, items, resets and shops, as read from area files.

These are definitions. They never change while the game runs; what does change (who is where, which door
stands open) lives in `mud.core.world.model` and names its definition by id. Ids are strings, unique in the whole
world for each kind (room, mob, item); an imported world keeps its old numbers as ids ("3001").
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import force_setattr

from mud.core.containers import NOTHING, ReadOnlyDict
from mud.core.world.lazy_mapping import LazyMapping, Parts

DIRECTIONS: dict[str, str] = {  # direction: the way back
    "north": "south",
    "east": "west",
    "south": "north",
    "west": "east",
    "up": "down",
    "down": "up",
    "northwest": "southeast",
    "northeast": "southwest",
    "southeast": "northwest",
    "southwest": "northeast",
}
#: What may be typed for a direction.
SHORT = {"n": "north", "e": "east", "s": "south", "w": "west", "u": "up", "d": "down"} | {
    "nw": "northwest", "ne": "northeast", "se": "southeast", "sw": "southwest"
}  # fmt: skip

DoorState = Literal["open", "closed", "locked"]


def direction_of(text: str) -> str | None:
    """A direction from its name or short form; None for anything else."""
    word = SHORT.get(text.casefold(), text.casefold())
    return word if word in DIRECTIONS else None


class Definition(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, gc=False):
    """Base of all that area files hold. Field names are the keys of the files.

    The garbage collector ignores definitions: they are trees that never change, so no cycle can go through them. With
    it, a collection held the game for 46 ms once all areas of a world of 12,700 rooms had been decoded.
    """


def _fix(part: Definition, name: str, value: Mapping[str, object]) -> None:
    """Make a definition's dict read-only, as all the rest of it is."""
    if type(value) is dict:
        force_setattr(part, name, ReadOnlyDict(value) if value else NOTHING)


class Extra(Definition, frozen=True, kw_only=True):
    """An extra description: `look WORD` shows `text` for any of `keywords`."""

    keywords: tuple[str, ...]
    text: str


class ExitDef(Definition, frozen=True, kw_only=True):
    """A way out of a room. `to` is a room id, or None for an exit that leads nowhere by intent."""

    to: str | None
    description: str = ""
    keywords: tuple[str, ...] = ()
    door: bool = False
    state: DoorState = "open"  # the door's state before any reset
    key: str | None = None  # item id
    pickproof: bool = False
    hidden: bool = False


class RoomDef(Definition, frozen=True, kw_only=True):
    """A room. `sector` is its terrain ("city", "forest", "water_swim" ...)."""

    id: str
    name: str
    description: str = ""
    sector: str = "inside"
    flags: tuple[str, ...] = ()
    exits: Mapping[str, ExitDef] = NOTHING
    extras: tuple[Extra, ...] = ()

    def __post_init__(self) -> None:
        _fix(self, "exits", self.exits)


class MobDef(Definition, frozen=True, kw_only=True):
    """A kind of mob. Dice are strings like "3d8+20"."""

    id: str
    keywords: tuple[str, ...]
    short: str  # "a fishwife": in sentences
    long: str = ""  # "A fishwife guts herring here.": in the room
    description: str = ""  # on look at it
    level: int = 1
    flags: tuple[str, ...] = ()  # what it does: sentinel, aggressive, scavenger ...
    affects: tuple[str, ...] = ()
    alignment: int = 0
    hitroll: int = 0
    armour: int = 100
    hit_dice: str = "1d1+9"
    damage_dice: str = "1d2"
    gold: int = 0
    experience: int = 0
    position: str = "standing"
    default_position: str = "standing"
    sex: Literal["neutral", "male", "female"] = "neutral"
    attributes: Mapping[str, int] = NOTHING  # strength, bare_hand_attack ...: what the world's files name

    def __post_init__(self) -> None:
        _fix(self, "attributes", self.attributes)


class Modifier(Definition, frozen=True, kw_only=True):
    """What wearing an item changes: `apply` names it ("strength", "armour"), `by` says how much."""

    apply: str
    by: int


class ItemDef(Definition, frozen=True, kw_only=True):
    """A kind of item. `values` are named by its kind (see `mud.areas.names.ITEM_VALUES`)."""

    id: str
    keywords: tuple[str, ...]
    short: str  # "a brass lantern"
    long: str = ""  # "A brass lantern lies here."
    description: str = ""  # on look at it, and the text used by some kinds
    kind: str = "other"
    flags: tuple[str, ...] = ()
    wear: tuple[str, ...] = ()  # "take", then the places it can be worn
    affects: tuple[str, ...] = ()
    values: Mapping[str, int | str] = NOTHING
    weight: int = 1
    cost: int = 0
    rent: int = 0
    level: int = 0
    timer: int = 0
    extras: tuple[Extra, ...] = ()
    modifiers: tuple[Modifier, ...] = ()

    def __post_init__(self) -> None:
        _fix(self, "values", self.values)


#: A corpse. No area file needs to define it; the `values` of such an item name the `player` that it was.
CORPSE = ItemDef(id="corpse", keywords=("corpse",), short="a corpse", kind="corpse", weight=100)


class Reset(Definition, frozen=True, tag_field="do", kw_only=True):
    """One step of a zone's reset. Steps run in order; one with `if_last` only if the step before it did its work, one
    that is `once` only in the zone's very first reset: what is taken then never comes back."""

    if_last: bool = False
    once: bool = False


class MobReset(Reset, frozen=True, tag="mob", kw_only=True):
    """Put mob `id` into `room`, unless the world already has `max` of its kind."""

    id: str
    room: str
    max: int = 1


class ItemReset(Reset, frozen=True, tag="item", kw_only=True):
    """Put item `id` on the ground of `room`, unless `max` of its kind exist or one already lies there."""

    id: str
    room: str
    max: int = 1


class GiveReset(Reset, frozen=True, tag="give", kw_only=True):
    """Give item `id` to the mob made last."""

    id: str
    max: int = 1


class EquipReset(Reset, frozen=True, tag="equip", kw_only=True):
    """Have the mob made last wear item `id` at `slot`."""

    id: str
    slot: str
    max: int = 1


class PutReset(Reset, frozen=True, tag="put", kw_only=True):
    """Put item `id` into the item of kind `into` made last."""

    id: str
    into: str
    max: int = 1


class DoorReset(Reset, frozen=True, tag="door", kw_only=True):
    """Set the door of `room` to `direction`."""

    room: str
    direction: str
    state: DoorState


class RemoveReset(Reset, frozen=True, tag="remove", kw_only=True):
    """Take one item `id` off the ground of `room`."""

    id: str
    room: str


AnyReset = MobReset | ItemReset | GiveReset | EquipReset | PutReset | DoorReset | RemoveReset


class ShopDef(Definition, frozen=True, kw_only=True):
    """A shop: who keeps it, where, what it sells always, what it buys, at which factors and hours."""

    id: str
    keeper: str | None = None  # mob id
    rooms: tuple[str, ...] = ()
    sells: tuple[str, ...] = ()  # item ids
    buys: tuple[str, ...] = ()  # item kinds, with an optional keyword expression after a space
    sell_factor: float = 1.0  # price to the player = cost * sell_factor
    buy_factor: float = 1.0  # price paid to the player = cost * buy_factor
    messages: Mapping[str, str] = NOTHING
    temper: int = 0
    flags: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()  # whom it does not trade with
    hours: tuple[tuple[int, int], ...] = ()  # opens, closes (game hours)

    def __post_init__(self) -> None:
        _fix(self, "messages", self.messages)


class AreaDef(Definition, frozen=True, kw_only=True):
    """An area and its zone: everything one file of world/ holds.

    The fields `newcomer_...` are for new characters who start in it: their items, and the first text they see.
    """

    id: str
    name: str
    builders: tuple[str, ...] = ()
    lifespan: int = 15  # minutes of game time between resets
    reset_when: Literal["never", "empty", "always"] = "empty"
    flags: tuple[str, ...] = ()
    levels: tuple[int, int] | None = None
    newcomer_gold: int = 0
    newcomer_items: tuple[str, ...] = ()  # item ids
    newcomer_hint: str = ""
    numbers: tuple[int, int] | None = None  # the range of ids an imported zone owned
    rooms: tuple[RoomDef, ...] = ()
    mobs: tuple[MobDef, ...] = ()
    items: tuple[ItemDef, ...] = ()
    resets: tuple[AnyReset, ...] = ()
    shops: tuple[ShopDef, ...] = ()


class SourceFile(Struct, frozen=True, kw_only=True):
    """The file that an area was read from, as it was then. `area` is "" for the file that names the start room."""

    area: str
    size: int
    changed: int  # when it was written, ns since the epoch (mtime); anybody can set that
    touched: int  # when anything about it was changed (ctime), which nobody can set
    inode: int
    digest: bytes  # BLAKE2b-128 of its content


class Contents(Struct, frozen=True, array_like=True):
    """The ids of what is in an area."""

    rooms: tuple[str, ...]
    mobs: tuple[str, ...]
    items: tuple[str, ...]
    keepers: tuple[str, ...]  # of its shops

    @classmethod
    def of(cls, area: AreaDef) -> Contents:
        """An area's table of contents."""
        rooms, mobs, items = (tuple(part.id for part in parts) for parts in (area.rooms, area.mobs, area.items))
        return cls(rooms, mobs, items, tuple(shop.keeper for shop in area.shops if shop.keeper is not None))


class WorldDef(Struct, frozen=True, kw_only=True):
    """All areas, with their parts by id. `start` is the room where new characters start.

    Listing ids costs nothing; iterating over definitions may decode the whole world.
    """

    areas: Mapping[str, AreaDef]
    rooms: Mapping[str, RoomDef]
    mobs: Mapping[str, MobDef]
    items: Mapping[str, ItemDef]
    start: str
    area_of: Mapping[str, str]  # room id: area id
    shops_of: Mapping[str, tuple[str, ...]]  # mob id: the areas that have a shop which it keeps
    sources: Mapping[str, SourceFile] = NOTHING  # by file name, below the world's folder

    @classmethod
    def of(
        cls, areas: list[AreaDef], start: str | None = None, sources: dict[str, SourceFile] | None = None
    ) -> WorldDef:
        """Index `areas`. The caller has checked them: of two parts with the same id, the later would silently win.

        `start` defaults to the first room flagged `start`, else the first room of all.
        """
        rooms = {r.id: r for a in areas for r in a.rooms}
        if start is None:
            start = next((r.id for r in rooms.values() if "start" in r.flags), next(iter(rooms), ""))
        return cls(
            areas=ReadOnlyDict({a.id: a for a in areas}),
            rooms=ReadOnlyDict(rooms),
            mobs=ReadOnlyDict({m.id: m for a in areas for m in a.mobs}),
            items=ReadOnlyDict({i.id: i for a in areas for i in a.items}),
            start=start,
            area_of=ReadOnlyDict({r.id: a.id for a in areas for r in a.rooms}),
            shops_of=_shops_of((a.id, Contents.of(a)) for a in areas),
            sources=ReadOnlyDict(sources or {}),
        )

    def home_of(self, what: Literal["mobs", "items"], id_: str) -> str:
        """The id of the area that a mob or an item is defined in."""
        parts = self.mobs if what == "mobs" else self.items
        if isinstance(parts, Parts):
            return parts.home[id_]
        return next(area.id for area in self.areas.values() if any(part.id == id_ for part in getattr(area, what)))

    @classmethod
    def packed(
        cls, areas: Mapping[str, bytes], contents: Mapping[str, Contents], start: str, sources: dict[str, SourceFile]
    ) -> WorldDef:
        """A world of encoded areas (MessagePack in zlib), each with its table of contents; decoded on demand."""
        decode = msgspec.msgpack.Decoder(AreaDef).decode
        shelf = LazyMapping(areas, lambda packed: decode(zlib.decompress(packed)))
        homes: tuple[dict[str, str], ...] = ({}, {}, {})
        for area, ids in contents.items():
            for home, each in zip(homes, (ids.rooms, ids.mobs, ids.items), strict=True):
                home.update(dict.fromkeys(each, area))
        rooms = Parts(shelf, homes[0], _rooms)
        mobs, items = Parts(shelf, homes[1], _mobs), Parts(shelf, homes[2], _items)
        shops = _shops_of(contents.items())
        return cls(
            areas=shelf,
            rooms=rooms,
            mobs=mobs,
            items=items,
            start=start,
            area_of=rooms.home,
            shops_of=shops,
            sources=ReadOnlyDict(sources),
        )


def _shops_of(contents: Iterable[tuple[str, Contents]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for area, ids in contents:
        for mob in ids.keepers:
            found[mob] = tuple(dict.fromkeys((*found.get(mob, ()), area)))
    return ReadOnlyDict(found)


def _rooms(area: AreaDef) -> Iterable[RoomDef]:
    return area.rooms


def _mobs(area: AreaDef) -> Iterable[MobDef]:
    return area.mobs


def _items(area: AreaDef) -> Iterable[ItemDef]:
    return area.items
