"""What is wrong with a readable world: what can never work, and what is probably a mistake.

An error can't be read or can't work, such as a reset that never does anything. A warning works but is probably a
mistake, such as a door with one side or a room that nobody can reach. The game starts in spite of both, except for what
`mud.areas.load` refuses.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mud.areas.area_file import AreaFile
from mud.areas.load import read_world
from mud.areas.references import places_of, resets_of
from mud.areas.toml_lines import Where
from mud.areas.workable import lacks
from mud.core.world import area as a
from mud.core.world.body import slots_for

#: Kinds of items that others can be put into.
CONTAINERS = ("container", "corpse")


class Checked(Struct):
    """The findings, each as "file:line: what; what to do", ordered by file and line."""

    rooms: int
    errors: list[str]
    warnings: list[str]


class Notes:
    """Findings about one file, by line."""

    def __init__(self, file: AreaFile, area: a.AreaDef) -> None:
        self.file = file
        self.area = area
        self.places = {key: places_of(file, key) for key in ("room", "mob", "item", "shop")}
        self.errors: list[tuple[int, str]] = []
        self.warnings: list[tuple[int, str]] = []

    def of(self, key: str, id_: str, *inside: str) -> Where:
        """Where the part with that id is, or something in it."""
        return (*self.places[key].get(id_, (key,)), *inside)

    def error(self, where: Where, text: str) -> None:
        """Something that can't work."""
        self.errors.append((self.file.lines.of(where), text))

    def warn(self, where: Where, text: str) -> None:
        """Something that works, but is probably a mistake."""
        self.warnings.append((self.file.lines.of(where), text))


def check(directory: Path, only: str | None = None) -> Checked:
    """Check the world in a folder, or `only` one area, by its id. Raises LookupError if there is no such area."""
    reading = read_world(directory)
    notes = [Notes(file, area) for file, area in reading.areas]
    if only is not None:
        notes = [each for each in notes if each.area.id == only]
        if not notes:
            raise LookupError(f"there is no area {only!r}; there are {', '.join(sorted(_ids(reading.areas)))}")
    names = {each.file.name for each in notes}
    refused = [p for p in reading.problems if only is None or p.split(":")[0] in names]
    if reading.world is not None and reading.world.rooms:
        _look(notes, reading.world)
    errors = [p for n in notes for p in _lines(n.file, n.errors)]
    warnings = [p for n in notes for p in _lines(n.file, n.warnings)]
    rooms = sum(len(each.area.rooms) for each in notes)
    return Checked(rooms, sorted([*refused, *errors], key=_place), sorted(warnings, key=_place))


def _ids(areas: list[tuple[AreaFile, a.AreaDef]]) -> list[str]:
    return [area.id for _, area in areas]


def _lines(file: AreaFile, found: list[tuple[int, str]]) -> list[str]:
    return [f"{file.name}:{line}: {text}" for line, text in sorted(set(found))]


def _place(problem: str) -> tuple[str, int]:
    """The file and the line at the beginning of a finding."""
    file, _, rest = problem.partition(":")
    line = rest.partition(":")[0]
    return file, int(line) if line.isdigit() else 0


def _look(notes: list[Notes], world: a.WorldDef) -> None:
    """All checks."""
    made, locks, reached, placed = _made(world), _locks(world), _reached(world), _placed(world)
    for each in notes:
        _doors(each, world)
        _items(each)
        _keys(each, made, locks)
        _resets(each, world, made)
        _unreachable(each, world, reached)
        _keepers(each, placed)


# Doors and keys


def _doors(notes: Notes, world: a.WorldDef) -> None:
    """Doors that are no door from their other side."""
    for room in notes.area.rooms:
        for direction, way in room.exits.items():
            if way.door and way.to is not None and way.to in world.rooms:
                wrong = _other_side(world.rooms[way.to], room.id, a.DIRECTIONS[direction])
                if wrong:
                    text = f"the door {direction} leads to {way.to!r}, but {wrong}; a door is written in both rooms"
                    notes.warn(notes.of("room", room.id, "exits", direction), text)


def _other_side(there: a.RoomDef, here: str, direction: str) -> str:
    """What is wrong with a door's other side."""
    back = there.exits.get(direction)
    if back is None:
        return f"nothing leads {direction} from there"
    if back.to != here:
        return f"{direction} from there leads {f'to {back.to!r}' if back.to else 'nowhere'}"
    return "" if back.door else f"the way back {direction} has no door"


def _items(notes: Notes) -> None:
    """Things that lack what they need to do what they are for."""
    for item in notes.area.items:
        for lack in lacks(item):
            say = notes.error if lack.grave else notes.warn
            say(notes.of("item", item.id, *(["values"] if item.values else [])), lack.text)


def _keys(notes: Notes, made: set[str], locks: set[str]) -> None:
    """Locks whose key can't be had, and keys that open nothing."""
    for room in notes.area.rooms:
        for direction, way in room.exits.items():
            if way.key is not None and way.key not in made:
                text = f"nothing makes the key {way.key!r} of this door; put it into a reset or a shop"
                notes.warn(notes.of("room", room.id, "exits", direction), text)
    for item in notes.area.items:
        key = _lid_key(item)
        if key is not None and key not in made:
            text = f"nothing makes the key {key!r} of {item.id!r}; put it into a reset or a shop"
            notes.warn(notes.of("item", item.id, "values"), text)
        if item.kind == "key" and item.id not in locks:
            text = f"the key {item.id!r} opens nothing; name it as the key of a door or a container"
            notes.warn(notes.of("item", item.id), text)


def _locks(world: a.WorldDef) -> set[str]:
    """Ids of the items that open something."""
    doors = {way.key for room in world.rooms.values() for way in room.exits.values() if way.key is not None}
    lids = {key for item in world.items.values() if (key := _lid_key(item)) is not None}
    return doors | lids


def _lid_key(item: a.ItemDef) -> str | None:
    key = item.values.get("key") if item.kind == "container" else None
    return str(key) if key else None


def _made(world: a.WorldDef) -> set[str]:
    """Ids of the items that can come into the world: by a reset or through a shop."""
    kinds = a.ItemReset | a.GiveReset | a.EquipReset | a.PutReset
    areas = world.areas.values()
    sold = {item for area in areas for shop in area.shops for item in shop.sells}
    given = {item for area in areas for item in area.newcomer_items}
    return sold | given | {r.id for area in areas for r in area.resets if isinstance(r, kinds) and r.max > 0}


# Resets


def _resets(notes: Notes, world: a.WorldDef, made: set[str]) -> None:
    """Steps that can never do anything."""
    for where, reset in resets_of(notes.file, notes.area):
        if isinstance(reset, a.DoorReset | a.RemoveReset):
            continue
        if reset.max <= 0:
            notes.error((*where, "max"), f"max = {reset.max}: this never makes a {reset.id!r}; write 1 or more")
        match reset:
            case a.MobReset(id=id_, room=room) if room in world.rooms and "nomob" in world.rooms[room].flags:
                text = f"mob {id_!r} is put into {room!r}, where no mobs may go (nomob); choose another room"
                notes.warn((*where, "room"), text)
            case a.EquipReset(id=id_, slot=slot) if id_ in world.items:
                _slot(notes, (*where, "slot"), world.items[id_], slot)
            case a.PutReset(id=id_, into=into) if into in world.items:
                _into(notes, (*where, "into"), world.items[into], made)


def _slot(notes: Notes, where: Where, item: a.ItemDef, slot: str) -> None:
    fits = slots_for(item.kind, item.wear)
    if slot not in fits:
        can = f"it fits {', '.join(fits)}" if fits else "it can't be worn at all"
        notes.warn(where, f"{item.id!r} can't be worn at {slot!r}: {can}; change the slot, or the item's wear")


def _into(notes: Notes, where: Where, chest: a.ItemDef, made: set[str]) -> None:
    if chest.kind not in CONTAINERS:
        text = f"nothing can be put into {chest.id!r}: its kind is {chest.kind!r}; only a container holds things"
        notes.error(where, text)
    elif chest.id not in made:
        notes.error(where, f"nothing makes a {chest.id!r} to put this into; make it in a reset before this one")


# Places


def _reached(world: a.WorldDef) -> set[str]:
    """Rooms that can be reached on foot from where newcomers wake, with every door open."""
    reached, ahead = {world.start}, [world.start]
    while ahead:
        room = world.rooms.get(ahead.pop())
        for way in room.exits.values() if room is not None else ():
            if way.to is not None and way.to not in reached:
                reached.add(way.to)
                ahead.append(way.to)
    return reached


def _unreachable(notes: Notes, world: a.WorldDef, reached: set[str]) -> None:
    """Rooms that nobody can reach. If an area has no way in, only the area is named."""
    lost = [room for room in notes.area.rooms if room.id not in reached]
    if len(lost) > 1 and len(lost) == len(notes.area.rooms):
        text = f"area {notes.area.id!r} can't be reached from {world.start!r}, where newcomers wake; add an exit to it"
        notes.warn(("area",), text)
        return
    for room in lost:
        text = f"room {room.id!r} can't be reached from {world.start!r}, where newcomers wake; add an exit to it"
        notes.warn(notes.of("room", room.id), text)


def _keepers(notes: Notes, placed: set[str]) -> None:
    """Shops whose keeper is never made. `placed` are the kinds of mobs that resets make."""
    for shop in notes.area.shops:
        if shop.keeper is not None and shop.keeper not in placed:
            text = f"no reset makes {shop.keeper!r}, who keeps this shop; add one with its mob and room"
            notes.warn(notes.of("shop", shop.id, "keeper"), text)


def _placed(world: a.WorldDef) -> set[str]:
    """The kinds of mobs that resets make."""
    return {r.id for area in world.areas.values() for r in area.resets if isinstance(r, a.MobReset) and r.max > 0}
