"""The records of .wld, .mob and .obj files. Each function reads one, after its `#NUMBER`, into the fields of its
definition. If one can't be read to its end, the part that was read is there.

The formats are those of CircleMUD 3.0 (doc/building) and tbaMUD, whose flags take four words instead of one; what their
relatives have added is passed by, and named.
"""

from __future__ import annotations

import re
from typing import Any

from mud.areas import names
from mud.areas.circle.reader import Malformed, Reader, whole
from mud.core.text.markup import strip
from mud.core.world import area as a

DIRECTIONS = tuple(a.DIRECTIONS)
NOWHERE = (-1, 65535)
_DICE = re.compile(r"[0-9]{1,9}d[0-9]{1,9}([+-][0-9]{1,9})?$")
_SEXES = ("neutral", "male", "female")
#: Names of notice boards, besides "board".
_BOARDS = frozenset(("board", "boards"))
_NOTICES = ("bulletin", "notice", "notices", "message", "messages", "gen_board", "gen_boards")
#: The types of a door: none, a plain one, pickproof, hidden, both.
_DOORS = ("0", "1", "2", "3", "4")
#: The beginnings of known blocks.
_ROOM_BLOCK, _ITEM_BLOCK, _SCRIPT = r"D\s*[0-9]+$|[ES](?:\s|$)", r"[EA]$|T\s", r"T\s"

Found = dict[str, Any]


def room(reader: Reader, number: int, found: Found) -> None:
    """A room of a .wld file. Raises Malformed."""
    found["name"], found["description"] = reader.text("the room's name"), reader.prose("the room's description")
    words = reader.words("zone, flags and sector", 3)
    new = len(words) >= 6
    flags, sector = (words[1:5], words[5]) if new else (words[1:2], words[2])
    if words[6 if new else 3 :]:
        reader.lose("numbers behind a room's sector")
    found["flags"] = reader.flags(flags, names.CIRCLE_ROOM_FLAGS, "room flag")
    found["sector"] = reader.pick(names.SECTORS, sector, "sector", "inside")
    exits, extras = found.setdefault("exits", {}), found.setdefault("extras", [])
    reader.pass_by("block of a room", _ROOM_BLOCK)
    while re.match(_ROOM_BLOCK, head := reader.take("D, E or S")) and head[0] != "S":
        if head[0] == "E":
            extras.append(extra(reader))
        else:
            add_exit(reader, head[1:].strip(), exits)
        reader.pass_by("block of a room", _ROOM_BLOCK)
    if head[0] != "S":
        raise Malformed(reader.line, f"expected D, E or S, not {head[:20]!r}")
    behind(reader, "block of a room")


def add_exit(reader: Reader, number: str, exits: dict[str, a.ExitDef]) -> None:
    """A D block. Raises Malformed if reading can't continue after it."""
    try:
        way = exit_(reader)
    except Malformed as error:
        if reader.at_record():
            raise
        reader.problems.append((error.line, f"{error} (this exit is left out)"))
        return
    if len(number) < 3 and int(number) < len(DIRECTIONS):
        exits[DIRECTIONS[int(number)]] = way
    else:
        reader.lose(f"exit in direction {number[:9]}")


def exit_(reader: Reader) -> a.ExitDef:
    """The contents of a D block: description, keywords, then door, key and room. Raises Malformed."""
    description, keywords = reader.prose("an exit's description"), reader.plain("an exit's keywords")
    door, key, to = reader.exactly("door, key and room of an exit", 3)
    if door > 0:
        door = int(reader.pick(_DOORS, str(door), "door of type", "1"))
    return a.ExitDef(
        to=None if to in NOWHERE else str(to),
        description=description,
        keywords=tuple(keywords.split()),
        door=door > 0,
        key=str(key) if key > 0 and key not in NOWHERE and door > 0 else None,
        pickproof=door in (2, 4),
        hidden=door in (3, 4),
    )


def extra(reader: Reader) -> a.Extra:
    """An E block. Raises Malformed."""
    return a.Extra(keywords=tuple(reader.plain("extra keywords").split()), text=reader.prose("an extra description"))


def scripts(reader: Reader) -> None:
    """T lines attach scripts, which are not imported."""
    while re.match(_SCRIPT, reader.peek()):
        reader.take("a script")
        reader.findings.counts["triggers_attached"] += 1


def behind(reader: Reader, what: str) -> None:
    """What may follow a record: scripts, and blocks without an equivalent."""
    line = -1
    while line != reader.line:
        line = reader.line
        scripts(reader)
        reader.pass_by(what, _SCRIPT)


def mob(reader: Reader, number: int, found: Found) -> None:
    """A mob of a .mob file. Raises Malformed."""
    found["keywords"] = tuple(reader.plain("the mob's keywords").split())
    found["short"], found["long"] = reader.text("the mob's name"), reader.prose("the mob's line in the room")
    found["description"] = reader.prose("the mob's description")
    words = reader.words("flags, affects, alignment and format", 4)
    new = len(words) >= 10
    flags, affects, rest = (words[:4], words[4:8], words[8:]) if new else (words[:1], words[1:2], words[2:])
    found["flags"] = reader.flags(flags, names.CIRCLE_MOB_FLAGS, "mob flag")
    found["affects"] = reader.flags(affects, names.TBA_AFFECTS if new else names.AFFECTS, "affect")
    found["alignment"] = whole(rest[0], reader.line)
    level, thac0, armour, hit_dice, damage_dice = reader.words("level, thac0, armour, hit and damage dice", 5)[:5]
    found["level"], found["hitroll"] = whole(level, reader.line), 20 - whole(thac0, reader.line)
    found["armour"] = 10 * whole(armour, reader.line)
    found["hit_dice"], found["damage_dice"] = dice(hit_dice, reader), dice(damage_dice, reader)
    found["gold"], found["experience"] = reader.exactly("gold and experience", 2)
    position, default, sex = map(str, reader.exactly("position, default position and sex", 3))
    found["position"] = reader.pick(names.POSITIONS, position, "position", "standing")
    found["default_position"] = reader.pick(names.POSITIONS, default, "position", "standing")
    found["sex"] = reader.pick(_SEXES, sex, "sex", "neutral")
    if rest[1].upper() == "E":
        especs(reader, found.setdefault("attributes", {}))
    behind(reader, "block of a mob")


def dice(word: str, reader: Reader) -> str:
    """Dice, also with a negative number added ("1d4+-2"). Raises Malformed."""
    word = word.replace("+-", "-")
    if not _DICE.match(word):
        raise Malformed(reader.line, f"{word[:20]!r} is no dice; write them like 3d8+20")
    return word


def especs(reader: Reader, found: dict[str, int]) -> None:
    """The `Name: value` lines of an enhanced mob, up to its E. Raises Malformed."""
    while (line := reader.take("an E that ends the mob")) != "E":
        name, _, value = (part.strip() for part in line.partition(":"))
        key = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        if re.fullmatch("[+-]?[0-9]{1,12}", value) and key not in found:
            found[key] = int(value)
        else:
            reader.lose(f"line {name.split()[0][:20]!r} of an enhanced mob")


def item(reader: Reader, number: int, found: Found) -> None:
    """An object of an .obj file. Raises Malformed."""
    found["keywords"] = tuple(reader.plain("the object's keywords").split())
    found["short"], found["long"] = reader.text("the object's name"), reader.prose("the object's line on the ground")
    found["description"] = reader.prose("the object's action description")
    words = reader.words("type, flags and places", 3)
    new = len(words) >= 13
    flags, wear, affects = (words[1:5], words[5:9], words[9:13]) if new else (words[1:2], words[2:3], words[3:4])
    kind = reader.pick(names.CIRCLE_ITEM_KINDS, words[0], "object of type", "other")
    found["flags"] = reader.flags(flags, names.CIRCLE_ITEM_FLAGS, "object flag")
    found["wear"] = reader.flags(wear, names.WEAR_PLACES, "place to wear")
    found["affects"] = reader.flags(affects, names.TBA_AFFECTS if new else names.AFFECTS, "affect")
    raw = reader.numbers("the object's four values", 4)
    if any(raw[4:]):
        reader.lose("values of an object beyond the fourth")
    found["kind"], found["values"] = kind, values(kind, raw)
    found["weight"], found["cost"], found["rent"], *more = reader.numbers("weight, cost and rent", 3)
    found |= dict(zip(("level", "timer"), more, strict=False))
    if any(more[2:]):
        reader.lose("numbers behind an object's timer")
    additions(reader, found.setdefault("extras", []), found.setdefault("modifiers", []))
    if is_board(found):
        found["kind"], found["extras"] = "board", [each for each in found["extras"] if not never_seen(each, reader)]
    behind(reader, "block of an object")


def is_board(found: Found) -> bool:
    """Whether an object is a notice board. CircleMUD has their numbers in its code; here names decide."""
    words = {*found["keywords"], *strip(found["short"]).casefold().split()}
    return "take" not in found["wear"] and not words.isdisjoint(_BOARDS) and not words.isdisjoint(_NOTICES)


def never_seen(text: a.Extra, reader: Reader) -> bool:
    """Whether CircleMUD shows the notices instead of a board's text, which mostly says that it does not work."""
    if _BOARDS.isdisjoint(text.keywords):
        return False
    reader.findings.changed.add("text of a notice board, which shows its notices", reader.place)
    return True


def additions(reader: Reader, extras: list[a.Extra], modifiers: list[a.Modifier]) -> None:
    """An object's E and A blocks, in any order, between scripts and unknown blocks. Raises Malformed."""
    line = -1
    while line != reader.line:
        line = reader.line
        if reader.peek() == "E":
            reader.take("E")
            extras.append(extra(reader))
        elif reader.peek() == "A":
            reader.take("A")
            modifiers += modifier(reader)
        scripts(reader)
        reader.pass_by("block of an object", _ITEM_BLOCK)


def modifier(reader: Reader) -> list[a.Modifier]:
    """The contents of an A block, or nothing if nothing can be changed. Raises Malformed."""
    where, by = reader.exactly("what an object changes", 2)
    if where < 0:
        reader.lose(f"object that changes {where}")
        return []
    if where >= len(names.APPLIES):
        reader.findings.changed.add(f"object that changes bit{where}: kept, and nothing comes of it", reader.place)
    return [a.Modifier(apply=names.APPLIES[where] if where < len(names.APPLIES) else f"bit{where}", by=by)]


def values(kind: str, raw: list[int]) -> dict[str, int | str]:
    """An object's four numbers by their names; a container's lid in words and its key as an id."""
    named: dict[str, int | str] = {n: v for n, v in zip(names.ITEM_VALUES[kind], raw, strict=False) if v}
    if kind == "container":
        lid = [flag for bit, flag in enumerate(names.CONTAINER_FLAGS) if raw[1] >> bit & 1]
        named |= {"flags": " ".join(lid)} if lid else {}
        if not lid:
            named.pop("flags", None)
        named.pop("key", None)
        if raw[2] > 0 and raw[2] not in NOWHERE:
            named["key"] = str(raw[2])
    return named
