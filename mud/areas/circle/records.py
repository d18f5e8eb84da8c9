"""The records of .wld, .mob, .obj and .shp files as definitions. Each function reads one, behind its `#NUMBER`.

The formats are those of CircleMUD 3.0 (doc/building) and tbaMUD, whose flags take four words instead of one.
"""

from __future__ import annotations

import math
import re
from collections import Counter

from mud.areas import names
from mud.areas.circle.reader import Malformed, Reader, bits, pick, whole
from mud.core.world import area as a

DIRECTIONS = tuple(a.DIRECTIONS)
_DICE = re.compile(r"[0-9]{1,9}d[0-9]{1,9}([+-][0-9]{1,9})?$")
_TRADE = re.compile(r"(?:([0-9]+)|(\w*))\s*(.*)", re.S)
NOWHERE = (-1, 65535)


def room(reader: Reader, number: int, counts: Counter[str]) -> a.RoomDef:
    """A room of a .wld file."""
    name, description = reader.text("the room's name"), reader.text("the room's description")
    words = reader.words("zone, flags and sector", 3)
    flags, sector = (words[1:5], words[5]) if len(words) >= 6 else (words[1:2], words[2])
    line = reader.line
    exits: dict[str, a.ExitDef] = {}
    extras: list[a.Extra] = []
    while (head := reader.take("D, E or S"))[0] in "DE":
        if head[0] == "E":
            extras.append(extra(reader))
        else:
            direction = pick(DIRECTIONS, number_of(head[1:], reader), "direction", reader.line)
            exits[direction] = exit_(reader)
    if head[0] != "S":
        raise Malformed(reader.line, f"expected D, E or S, not {head[:20]!r}")
    triggers(reader, counts)
    return a.RoomDef(
        id=str(number),
        name=name,
        description=description,
        sector=pick(names.SECTORS, whole(sector, line), "sector", line),
        flags=bits(flags, names.CIRCLE_ROOM_FLAGS, line),
        exits=exits,
        extras=tuple(extras),
    )


def exit_(reader: Reader) -> a.ExitDef:
    """A D block: description, keywords, then door, key and room."""
    description, keywords = reader.text("an exit's description"), reader.plain("an exit's keywords")
    door, key, to = reader.numbers("door, key and room of an exit", 3)[:3]
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
    """An E block."""
    return a.Extra(keywords=tuple(reader.plain("extra keywords").split()), text=reader.text("an extra description"))


def triggers(reader: Reader, counts: Counter[str]) -> None:
    """T lines attach scripts, which are not imported."""
    while reader.peek()[:2] in ("T ", "T\t"):
        reader.take("a trigger")
        counts["triggers_attached"] += 1


def mob(reader: Reader, number: int, counts: Counter[str]) -> a.MobDef:
    """A mob of a .mob file."""
    keywords = reader.plain("the mob's keywords")
    short, long = reader.text("the mob's name"), reader.text("the mob's line in the room")
    description = reader.text("the mob's description")
    words = reader.words("flags, affects, alignment and format", 4)
    new = len(words) >= 10
    flags, affects, rest = (words[:4], words[4:8], words[8:]) if new else (words[:1], words[1:2], words[2:])
    line = reader.line
    level, thac0, armour, hit_dice, damage_dice = reader.words("level, thac0, armour, hit and damage dice", 5)[:5]
    fight = reader.line
    for dice in (hit_dice, damage_dice):
        if not _DICE.match(dice):
            raise Malformed(reader.line, f"{dice!r} is no dice; write them like 3d8+20")
    gold, experience = reader.numbers("gold and experience", 2)[:2]
    position, default, sex = reader.numbers("position, default position and sex", 3)[:3]
    at = reader.line
    attributes = especs(reader) if rest[1].upper() == "E" else {}
    triggers(reader, counts)
    return a.MobDef(
        id=str(number),
        keywords=tuple(keywords.split()),
        short=short,
        long=long,
        description=description,
        level=whole(level, fight),
        flags=bits(flags, names.CIRCLE_MOB_FLAGS, line),
        affects=bits(affects, names.TBA_AFFECTS if new else names.AFFECTS, line),
        alignment=whole(rest[0], line),
        hitroll=20 - whole(thac0, fight),
        armour=10 * whole(armour, fight),
        hit_dice=hit_dice,
        damage_dice=damage_dice,
        gold=gold,
        experience=experience,
        position=pick(names.POSITIONS, position, "position", at),
        default_position=pick(names.POSITIONS, default, "position", at),
        sex=("neutral", "male", "female")[sex] if 0 <= sex <= 2 else "neutral",
        attributes=attributes,
    )


def especs(reader: Reader) -> dict[str, int]:
    """The `Name: value` lines of an enhanced mob, up to its E."""
    found: dict[str, int] = {}
    while (line := reader.take("an E that ends the mob")) != "E":
        name, colon, value = line.partition(":")
        if not colon or line.startswith("#"):
            raise Malformed(reader.line, f"expected NAME: VALUE or E, not {line[:30]!r}")
        found[re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip()).lower()] = number_of(value, reader)
    return found


def item(reader: Reader, number: int, counts: Counter[str]) -> a.ItemDef:
    """An object of an .obj file."""
    keywords = reader.plain("the object's keywords")
    short, long = reader.text("the object's name"), reader.text("the object's line on the ground")
    description = reader.text("the object's action description")
    words = reader.words("type, flags and places", 3)
    new = len(words) >= 13
    flags, wear, affects = (words[1:5], words[5:9], words[9:13]) if new else (words[1:2], words[2:3], words[3:4])
    line = reader.line
    kind = pick(names.ITEM_KINDS, number_of(words[0], reader), "type of object", line)
    raw = reader.numbers("the object's four values", 4)
    weight, cost, rent, *more = reader.numbers("weight, cost and rent", 3)
    extras, modifiers = additions(reader, counts)
    return a.ItemDef(
        id=str(number),
        keywords=tuple(keywords.split()),
        short=short,
        long=long,
        description=description,
        kind=kind,
        flags=bits(flags, names.CIRCLE_ITEM_FLAGS, line),
        wear=bits(wear, names.WEAR_PLACES, line),
        affects=bits(affects, names.TBA_AFFECTS if new else names.AFFECTS, line),
        values=values(kind, raw),
        weight=weight,
        cost=cost,
        rent=rent,
        level=more[0] if more else 0,
        timer=more[1] if len(more) > 1 else 0,
        extras=tuple(extras),
        modifiers=tuple(modifiers),
    )


def additions(reader: Reader, counts: Counter[str]) -> tuple[list[a.Extra], list[a.Modifier]]:
    """An object's E, A and T blocks, in any order: tbaMUD writes the scripts first."""
    extras: list[a.Extra] = []
    modifiers: list[a.Modifier] = []
    triggers(reader, counts)
    while reader.peek() in ("E", "A"):
        if reader.take("E or A") == "E":
            extras.append(extra(reader))
        else:
            where, by = reader.numbers("a place and a number", 2)[:2]
            if where < 0:
                raise Malformed(reader.line, f"there is nothing {where} for an object to change; take the A out")
            apply = names.APPLIES[where] if where < len(names.APPLIES) else f"bit{where}"
            modifiers.append(a.Modifier(apply=apply, by=by))
        triggers(reader, counts)
    return extras, modifiers


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


#: The messages of a shop, in the order of the file.
MESSAGES = ("no_such_item", "player_has_not", "does_not_buy", "shop_too_poor", "player_too_poor", "sold", "bought")


def shop(reader: Reader, number: int, counts: Counter[str]) -> a.ShopDef:
    """A shop of a .shp file of version 3.0, in which lists end with -1."""
    sells = listed(reader, "what the shop sells")
    sell_factor, buy_factor = (float_of(reader.take("a price factor"), reader) for _ in range(2))
    buys = [trade(line) for line in lines(reader, "what the shop buys")]
    messages = {name: reader.plain(f"the message {name}") for name in MESSAGES}
    temper, flags, keeper, refuses = (reader.numbers(what, 1)[0] for what in ("temper", "flags", "keeper", "with whom"))
    rooms = listed(reader, "the shop's rooms")
    opens1, closes1, opens2, closes2 = (reader.numbers("opening hours", 1)[0] for _ in range(4))
    hours = tuple(h for h in ((opens1, closes1), (opens2, closes2)) if h != (0, 0))
    return a.ShopDef(
        id=str(number),
        keeper=str(keeper) if keeper >= 0 else None,
        rooms=tuple(rooms),
        sells=tuple(sells),
        buys=tuple(buys),
        sell_factor=sell_factor,
        buy_factor=buy_factor,
        messages={name: text for name, text in messages.items() if text},
        temper=temper,
        flags=bits([str(flags)], names.SHOP_FLAGS, reader.line),
        refuses=bits([str(refuses)], names.SHOP_REFUSALS, reader.line),
        hours=hours,
    )


def lines(reader: Reader, what: str) -> list[str]:
    """Lines up to -1."""
    found: list[str] = []
    while (line := reader.take(f"a -1 that ends {what}")) != "-1":
        found.append(line)
    return found


def listed(reader: Reader, what: str) -> list[str]:
    """Ids up to -1."""
    return [str(number_of(line.split()[0], reader)) for line in lines(reader, what)]


def trade(line: str) -> str:
    """A kind of object by number or name, with the keywords that follow it ("11leather" is one and the other)."""
    number, word, keywords = _TRADE.match(line).groups("")  # type: ignore[union-attr]  # it matches anything
    known = dict(enumerate(names.ITEM_KINDS)).get(int(number[:9] or -1)) or word.lower() or number
    kind = {"armor": "armour", "liq": "drink_container"}.get(known, known)
    return f"{kind} {keywords.removeprefix('container') if word.lower() == 'liq' else keywords}".strip()


def number_of(word: str, reader: Reader) -> int:
    """A number in the line read last. Raises Malformed."""
    return whole(word.strip(), reader.line)


def float_of(word: str, reader: Reader) -> float:
    """A number with a fraction. Raises Malformed."""
    try:
        found = float(word.split()[0])
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Malformed(reader.line, f"expected a number, not {word[:20]!r}")
    return found
