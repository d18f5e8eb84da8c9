"""Area files to definitions. All problems in all files are found at once, with line and what to do.

The files are TOML. Their keys are the fields of `mud.core.world.area`, with some exceptions that read better in a file:
repeated tables have singular names (`[[room]]`, `[[room.extra]]`), an exit may be just the room's id, and `give`,
`equip` and `put` resets depend on the step before them unless they say otherwise.
"""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import msgspec

from mud.areas import references
from mud.areas.area_file import AreaFile, near
from mud.areas.numbers import MAX_NUMBER
from mud.areas.toml_lines import Where
from mud.core.errors import WorldError
from mud.core.text.markup import parse
from mud.core.world import area as a

#: Key in the files: field of AreaDef, and the type of each of its tables.
PARTS: dict[str, tuple[str, type[a.Definition]]] = {
    "room": ("rooms", a.RoomDef),
    "mob": ("mobs", a.MobDef),
    "item": ("items", a.ItemDef),
    "shop": ("shops", a.ShopDef),
    "reset": ("resets", a.Reset),
}
#: The same inside a part.
INNER: dict[str, tuple[str, type[a.Definition]]] = {"extra": ("extras", a.Extra), "modifier": ("modifiers", a.Modifier)}
RESETS: dict[str, type[a.Reset]] = {
    str(kind.__struct_config__.tag): kind
    for kind in (a.MobReset, a.ItemReset, a.GiveReset, a.EquipReset, a.PutReset, a.DoorReset, a.RemoveReset)
}
_AREA_PARTS = frozenset(field for field, _ in PARTS.values())
DEPENDENT = ("give", "equip", "put")
#: Fields that hold text for people, with colours.
TEXTS = frozenset({"name", "description", "short", "long", "text", "newcomer_hint"})
WORLD_FILE = "world.toml"
WORLD_KEYS = ("name", "start")


def files_of(directory: Path) -> list[Path]:
    """The world's files in the order of their names, except those that begin with a dot or an underscore."""
    return sorted(directory / name for name in names_of(directory))


def names_of(directory: Path) -> list[str]:
    """Their paths from the folder, in no order, and without making Path objects: a copyover waits for this."""
    found: list[str] = []
    for folder, below, names in os.walk(directory):
        below[:] = [name for name in below if name[0] not in "._"]
        inside = folder[len(str(directory)) + 1 :]
        found += [os.path.join(inside, name) for name in names if name.endswith(".toml") and name[0] not in "._"]
    return found


def load(directory: Path) -> a.WorldDef:
    """Read a world. Raises WorldError with all problems, if there are any."""
    world, problems = examine(directory)
    if problems or world is None:
        raise WorldError(problems)
    return world


class Reading(NamedTuple):
    """What could be read of a world, and what is wrong with it."""

    world: a.WorldDef | None
    areas: list[tuple[AreaFile, a.AreaDef]]
    problems: list[str]


def examine(directory: Path) -> tuple[a.WorldDef | None, list[str]]:
    """Read as much of a world as possible. Returns it with everything that is wrong with it."""
    found = read_world(directory)
    return found.world, found.problems


def read_world(directory: Path) -> Reading:
    """The same, with the files that it was read from."""
    if not directory.is_dir():
        return Reading(None, [], [f"{directory}: there is no such folder; name the world's folder with --world"])
    files = [AreaFile(path, directory) for path in files_of(directory)]
    start: str | None = None
    areas: list[tuple[AreaFile, a.AreaDef]] = []
    for file in files:
        if Path(file.name).name == WORLD_FILE:
            start = read_start(file)
        elif file.raw:
            areas.append((file, read_area(file)))
    if any(file.unread for file in files):  # what others say of rooms in there can't be judged
        return Reading(None, areas, _told(files))
    sources = {file.name: file.source for file in files}
    sources |= {file.name: msgspec.structs.replace(file.source, area=area.id) for file, area in areas}
    world = a.WorldDef.of([area for _, area in areas], start, sources)
    for file, area in areas:
        references.check(file, area, world)
    references.check_duplicates(areas)
    if start is not None and start not in world.rooms:
        head = next(f for f in files if Path(f.name).name == WORLD_FILE)
        head.wrong(("world", "start"), f"no room is called {start!r}{near(start, world.rooms)}")
    problems = _told(files)
    if not world.rooms and not problems:
        problems = [f"{directory}: there is not a single room; write one, or name another folder with --world"]
    return Reading(world, areas, problems)


def _told(files: list[AreaFile]) -> list[str]:
    return [f"{f.name}:{line}: {text}" for f in files for line, text in sorted(set(f.problems))]


def read_start(file: AreaFile) -> str | None:
    """`world.toml`: where new characters wake."""
    head = file.raw.get("world", {})
    for key in file.raw:
        if key != "world":
            file.wrong((key,), f"unknown key {key!r}; this file has [world] and nothing above it")
    for key in head if isinstance(head, dict) else ():
        if key not in WORLD_KEYS:
            file.wrong(("world", key), f"unknown key {key!r}{near(key, WORLD_KEYS)}")
    start = head.get("start") if isinstance(head, dict) else None
    return start if isinstance(start, str) else None


def read_area(file: AreaFile) -> a.AreaDef:
    """One file's area: everything in it that is right."""
    head = file.raw.get("area")
    if not isinstance(head, dict):
        file.wrong((), "there is no [area]; begin the file with [area], id and name")
        head = {"id": file.name, "name": file.name}
    for key in file.raw:
        if key != "area" and key not in PARTS:
            file.wrong((key,), f"unknown table [[{key}]]{misplaced(key, PARTS)}")
    parts = {field: tuple(_parts(file, (key,), file.raw.get(key, []), kind)) for key, (field, kind) in PARTS.items()}
    _bounded(file, (), file.raw)
    made = _struct(file, ("area",), head, a.AreaDef, leave_out=frozenset(parts))
    fallback = a.AreaDef(id=file.name, name=file.name)
    return msgspec.structs.replace(made if isinstance(made, a.AreaDef) else fallback, **parts)


def _bounded(file: AreaFile, where: Where, raw: Any) -> None:
    """Note every number that is too large for the game or for the compiled world."""
    if isinstance(raw, dict | list):
        for key, each in raw.items() if isinstance(raw, dict) else enumerate(raw):
            _bounded(file, (*where, key), each)
    elif isinstance(raw, int) and abs(raw) > MAX_NUMBER:
        file.wrong(where, f"{raw:.3g} is too large; no number is beyond {MAX_NUMBER:,}, or below its negative")


def _parts(file: AreaFile, where: Where, raw: Any, kind: type[a.Definition]) -> list[a.Definition]:
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        file.wrong(where, f"expected [[{where[0]}]] tables; write two brackets on each side")
        return []
    made = [_struct(file, (*where, n), each, _kind(file, (*where, n), each, kind)) for n, each in enumerate(raw)]
    return [each for each in made if each is not None]


def _kind(file: AreaFile, where: Where, raw: dict[str, Any], kind: type[a.Definition]) -> type[a.Definition] | None:
    """The type of a table; a reset's depends on what it does."""
    if kind is not a.Reset:
        return kind
    do = raw.get("do")
    if do not in RESETS:
        file.wrong((*where, "do"), f"a reset needs do = one of {', '.join(RESETS)}{near(str(do), RESETS)}")
        return None
    raw.setdefault("if_last", do in DEPENDENT)
    return RESETS[do]


def _struct(
    file: AreaFile,
    where: Where,
    raw: dict[str, Any],
    kind: type[a.Definition] | None,
    leave_out: frozenset[str] = frozenset(),
) -> a.Definition | None:
    """One table as a definition, or None if that is impossible. Every wrong key is noted."""
    if kind is None:
        return None
    types = _types(kind)
    known = {k for k in types if k not in leave_out}
    for key, (field, _) in INNER.items():
        if field in known:
            known = known - {field} | {key}
    values: dict[str, Any] = {}
    bad = False
    for key, value in raw.items():
        if key == "do":
            continue
        if key not in known:
            file.wrong((*where, key), f"unknown key {key!r}{misplaced(key, known)}")
            continue
        field = INNER[key][0] if key in INNER else key
        try:
            values[field] = _value(file, (*where, key), key, value, types[field])
        except (msgspec.ValidationError, ValueError) as error:
            bad = True
            file.wrong((*where, key), f"{key}: {_plainly(error)}")
    missing = [name for name in required(kind) if name not in raw]
    for name in missing:
        file.wrong(where, f"{name} is missing; every {where[0]} needs it")
    return None if missing or (bad and _required_failed(kind, values)) else kind(**values)


def _required_failed(kind: type[a.Definition], values: dict[str, Any]) -> bool:
    return any(name not in values for name in required(kind))


@cache
def required(kind: type[a.Definition]) -> tuple[str, ...]:
    """The fields that a kind of table needs. Kept, because finding them takes longer than reading a table."""
    return tuple(field.name for field in msgspec.structs.fields(kind) if field.required)


@cache
def _types(kind: type[a.Definition]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in kind.__struct_fields__}


def _value(file: AreaFile, where: Where, key: str, value: Any, type_: Any) -> Any:
    """A value as its field needs it. Raises ValueError or msgspec's ValidationError."""
    if key == "exits":
        return _exits(file, where, value)
    if key in INNER:
        return tuple(_parts(file, where, value, INNER[key][1]))
    converted = msgspec.convert(value, type_)
    if key in TEXTS and isinstance(converted, str):
        return parse(converted.strip("\n"))
    return converted


def _exits(file: AreaFile, where: Where, raw: Any) -> dict[str, a.ExitDef]:
    """A room's exits; each is a room's id, or a table."""
    if not isinstance(raw, dict):
        raise ValueError('expected [room.exits] with lines like north = "square"')
    exits: dict[str, a.ExitDef] = {}
    for direction, value in raw.items():
        if direction not in a.DIRECTIONS:
            file.wrong((*where, direction), f"unknown direction {direction!r}{near(direction, a.DIRECTIONS)}")
            continue
        table = {"to": value} if isinstance(value, str) else value
        if not isinstance(table, dict):
            file.wrong((*where, direction), f"{direction}: expected a room's id or a table")
            continue
        made = _struct(file, (*where, direction), {"to": None, **table}, a.ExitDef)
        if isinstance(made, a.ExitDef):
            exits[direction] = msgspec.structs.replace(made, to=made.to or None)
    return exits


def misplaced(key: str, known: Any) -> str:
    """The end of a complaint about a key: the table that has it, if it is not one that is nearly called so."""
    if get_close_matches(key, list(known), 1):
        return near(key, known)
    homes = [f"[[{part}]]" for part, (_, kind) in (PARTS | INNER).items() if key in kind.__struct_fields__]
    homes += ["[area]"] if key in a.AreaDef.__struct_fields__ and key not in _AREA_PARTS else []
    return f"; {key} belongs into {' or '.join(homes)}" if homes else near(key, known)


def _plainly(error: Exception) -> str:
    """msgspec's error in a builder's words."""
    text = str(error).split(" - at `$")[0].replace("`", "")
    names = {"str": "text in quotes", "int": "a whole number", "float": "a number", "bool": "true or false"}
    names |= {"array": "a list in [brackets]", "object": "a table", "null": "nothing"}
    return re.sub(r"\b(str|int|float|bool|array|object|null)\b", lambda m: names[m[1]], text)
