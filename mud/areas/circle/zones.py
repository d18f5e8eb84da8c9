"""The zones of .zon files: an area's head, and its resets."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from mud.areas import names
from mud.areas.circle.reader import Malformed, Reader, whole
from mud.areas.circle.records import DIRECTIONS
from mud.core.world import area as a
from mud.core.world.body import SLOTS

MODES: tuple[Literal["never", "empty", "always"], ...] = ("never", "empty", "always")
STATES: tuple[a.DoorState, ...] = ("open", "closed", "locked")
_SLOTS = tuple(SLOTS)
_LETTER = re.compile(r"[A-Za-z](?:\s|$)")


class ResetStep(NamedTuple):
    """One reset as read, and its place."""

    reset: a.AnyReset
    where: str  # file:line


def zone(reader: Reader, number: int, found: dict[str, Any]) -> None:
    """A zone: its builder (tbaMUD only), name, range, lifespan, mode, and the commands up to S. Raises Malformed."""
    texts = [reader.plain("the zone's builder or name")]
    while "~" in reader.peek() and not reader.at_record():
        texts.append(reader.plain("the zone's name"))
    found["name"], builders = texts[min(1, len(texts) - 1)].strip(), texts[0] if len(texts) > 1 else ""
    found["builders"] = tuple(b for b in builders.split() if b != "None")
    for _ in texts[2:]:
        reader.lose("text in a zone's head besides builder and name")
    found["resets"] = []
    try:
        head(reader, number, found)
    except Malformed as error:
        if reader.at_record():
            raise
        reader.problems.append((error.line, f"{error} (what follows is read)"))
    steps(reader, found["resets"])


def head(reader: Reader, number: int, found: dict[str, Any]) -> None:
    """The line of a zone's numbers. Raises Malformed."""
    words = reader.words("range, lifespan and mode", 3)
    numbers = [whole(word, reader.line) for word in (words[:4] if len(words) >= 4 else words[:3])]
    bottom, top, lifespan, mode = numbers if len(numbers) == 4 else [number * 100, *numbers]
    found |= {"numbers": (bottom, top), "lifespan": lifespan}
    found["reset_when"] = reader.pick(MODES, str(mode), "reset mode", "empty")
    if len(words) not in (3, 4, 10):
        reader.lose("numbers in a zone's head that nobody knows here")
    if len(words) >= 10:
        found["flags"] = reader.flags(words[4:8], names.ZONE_FLAGS, "zone flag")
        levels = whole(words[8], reader.line), whole(words[9], reader.line)
        found["levels"] = None if levels == (-1, -1) else levels


def steps(reader: Reader, found: list[ResetStep]) -> None:
    """The commands of a zone up to S. An impossible one is left out, with those that depend on it.

    Raises Malformed if there is no S.
    """
    left_out = False
    while (line := reader.take("a reset or S"))[0] != "S":
        if line[0] in SKIPPED:
            reader.findings.counts[SKIPPED[line[0]]] += 1
            continue
        made = step(line, reader)
        if made is None:
            left_out = left_out or line[0] not in BYSTANDERS
        elif left_out and made.reset.if_last:
            reader.lose("reset that depends on one that is left out")
        else:
            left_out = False
            found.append(made)
            reader.findings.counts[f"resets_{line[0]}"] += 1


def step(line: str, reader: Reader) -> ResetStep | None:
    """One command; None for an impossible one, which is noted."""
    if line[0] not in COMMANDS and _LETTER.match(line):
        reader.lose(f"reset {line[0]}")
        return None
    try:
        if line[0] not in COMMANDS:
            raise Malformed(reader.line, f"there is no reset {line[:20]!r}; known are M O G E P D R and S")
        return ResetStep(COMMANDS[line[0]](arguments(line, reader), reader), reader.place)
    except Malformed as error:
        reader.problems.append((error.line, f"{error} (this reset is left out)"))
        return None


def arguments(line: str, reader: Reader) -> list[int]:
    """The numbers after a reset's letter; a comment after them is ignored. Raises Malformed."""
    found: list[int] = []
    for word in line[1:].split():
        try:
            found.append(whole(word, reader.line))
        except Malformed:
            break
    if len(found) < 3 or (len(found) < 4 and line[0] in "MOEPD"):
        raise Malformed(reader.line, f"the reset {line[:30]!r} has too few numbers; {len(found)} are right")
    if len(found) > 4:
        reader.lose(f"fifth number of a reset {line[0]}")
    return found


def equip(n: list[int], reader: Reader) -> a.AnyReset:
    """An E command: the slot is a number. What can't be worn at an unknown slot is carried."""
    if not 0 <= n[3] < len(_SLOTS):
        reader.lose(f"reset E at place {n[3]}, taken as G")
        return a.GiveReset(if_last=bool(n[0]), id=str(n[1]), max=n[2])
    return a.EquipReset(if_last=bool(n[0]), id=str(n[1]), slot=_SLOTS[n[3]], max=n[2])


def door(n: list[int], reader: Reader) -> a.AnyReset:
    """A D command: direction and state are numbers. Raises Malformed."""
    if not 0 <= n[2] < len(DIRECTIONS) or not 0 <= n[3] < len(STATES):
        raise Malformed(reader.line, f"there is no direction {n[2]} or no state {n[3]} of a door")
    return a.DoorReset(if_last=bool(n[0]), room=str(n[1]), direction=DIRECTIONS[n[2]], state=STATES[n[3]])


#: Lines that are not imported as resets, and what they are counted as: comments, scripts and the variables of scripts.
SKIPPED = {"*": "comments", "T": "triggers_attached", "V": "variables"}
#: Relatives' commands that make nothing: a mob that follows another, mobs that are removed.
BYSTANDERS = ("F", "Q")
#: Each command's letter and how its numbers are read; the first is whether it depends on the step before.
COMMANDS: dict[str, Callable[[list[int], Reader], a.AnyReset]] = {
    "M": lambda n, reader: a.MobReset(if_last=bool(n[0]), id=str(n[1]), room=str(n[3]), max=n[2]),
    "O": lambda n, reader: a.ItemReset(if_last=bool(n[0]), id=str(n[1]), room=str(n[3]), max=n[2]),
    "G": lambda n, reader: a.GiveReset(if_last=bool(n[0]), id=str(n[1]), max=n[2]),
    "E": equip,
    "P": lambda n, reader: a.PutReset(if_last=bool(n[0]), id=str(n[1]), into=str(n[3]), max=n[2]),
    "D": door,
    "R": lambda n, reader: a.RemoveReset(if_last=bool(n[0]), room=str(n[1]), id=str(n[2])),
}
