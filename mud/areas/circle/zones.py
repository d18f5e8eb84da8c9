"""The zones of .zon files: an area's head, and its resets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Literal, NamedTuple

from mud.areas import names
from mud.areas.circle.reader import Malformed, Reader, bits, whole
from mud.areas.circle.records import DIRECTIONS, number_of
from mud.core.world import area as a
from mud.core.world.body import SLOTS

MODES: tuple[Literal["never", "empty", "always"], ...] = ("never", "empty", "always")
STATES: tuple[a.DoorState, ...] = ("open", "closed", "locked")
_SLOTS = tuple(SLOTS)


class ResetStep(NamedTuple):
    """One reset as read: what it would be, and where it stands."""

    reset: a.AnyReset
    where: str  # file:line


def zone(reader: Reader, number: int, counts: Counter[str]) -> tuple[a.AreaDef, list[ResetStep]]:
    """A zone: its builder (tbaMUD only), name, range, lifespan, mode, and the commands up to S."""
    first = reader.plain("the zone's builder or name")
    if reader.peek()[:1].isdigit() and len(reader.peek().split()) <= 4 and "~" not in reader.peek():
        builders, name = "", first
    else:
        builders, name = first, reader.plain("the zone's name")
    words = reader.words("range, lifespan and mode", 3)
    numbers = [number_of(word, reader) for word in (words[:4] if len(words) >= 4 else words[:3])]
    bottom, top, lifespan, mode = numbers if len(numbers) == 4 else [number * 100, *numbers]
    if not 0 <= mode < len(MODES):
        raise Malformed(reader.line, f"there is no reset mode {mode}; known are 0 to 2")
    flags = bits(words[4:8], names.ZONE_FLAGS, reader.line) if len(words) >= 10 else ()
    levels = tuple(number_of(word, reader) for word in words[8:10]) if len(words) >= 10 else (-1, -1)
    area = a.AreaDef(
        id=str(number),
        name=name.strip(),
        builders=tuple(b for b in builders.split() if b != "None"),
        lifespan=lifespan,
        reset_when=MODES[mode],
        flags=flags,
        levels=None if levels == (-1, -1) else (levels[0], levels[1]),
        numbers=(bottom, top),
    )
    return area, steps(reader, counts)


def steps(reader: Reader, counts: Counter[str]) -> list[ResetStep]:
    """The commands of a zone up to S. A malformed one is noted, and left out with those that depend on it."""
    found: list[ResetStep] = []
    left_out = False
    try:
        while (line := reader.take("a reset or S"))[0] != "S":
            if line[0] in SKIPPED:
                counts[SKIPPED[line[0]]] += 1
                continue
            try:
                made = step(line, reader)
            except Malformed as error:
                reader.problems.append((error.line, f"{error} (this reset is left out)"))
                left_out = True
                continue
            if left_out and made.reset.if_last:
                continue
            left_out = False
            found.append(made)
            counts[f"resets_{line[0]}"] += 1
    except Malformed as error:  # the zone has no S: what was read of it is good
        reader.problems.append((error.line, str(error)))
        reader.lost = True
    return found


def step(line: str, reader: Reader) -> ResetStep:
    """One command. Raises Malformed."""
    if line[0] not in COMMANDS:
        raise Malformed(reader.line, f"there is no reset {line[:20]!r}; known are M O G E P D R and S")
    made = COMMANDS[line[0]](arguments(line, reader), reader.line)
    return ResetStep(made, f"{reader.name}:{reader.line}")


def arguments(line: str, reader: Reader) -> list[int]:
    """The numbers behind a reset's letter; a comment behind them is ignored. Raises Malformed."""
    found: list[int] = []
    for word in line[1:].split():
        try:
            found.append(whole(word, reader.line))
        except Malformed:
            break
    if len(found) < 3 or (len(found) < 4 and line[0] in "MOEPD"):
        raise Malformed(reader.line, f"the reset {line[:30]!r} has too few numbers; {len(found)} are right")
    return found


def equip(n: list[int], line: int) -> a.AnyReset:
    """An E command: the slot is a number."""
    if not 0 <= n[3] < len(_SLOTS):
        raise Malformed(line, f"there is no place {n[3]} to wear; known are 0 to {len(_SLOTS) - 1}")
    return a.EquipReset(if_last=bool(n[0]), id=str(n[1]), slot=_SLOTS[n[3]], max=n[2])


def door(n: list[int], line: int) -> a.AnyReset:
    """A D command: direction and state are numbers."""
    if not 0 <= n[2] < len(DIRECTIONS) or not 0 <= n[3] < len(STATES):
        raise Malformed(line, f"there is no direction {n[2]} or no state {n[3]} of a door")
    return a.DoorReset(if_last=bool(n[0]), room=str(n[1]), direction=DIRECTIONS[n[2]], state=STATES[n[3]])


#: Lines that are no resets of ours, and what they are counted as: comments, scripts and the variables of scripts.
SKIPPED = {"*": "comments", "T": "triggers_attached", "V": "variables"}
#: Each command's letter and how its numbers are read; the first is whether it depends on the step before.
COMMANDS: dict[str, Callable[[list[int], int], a.AnyReset]] = {
    "M": lambda n, line: a.MobReset(if_last=bool(n[0]), id=str(n[1]), room=str(n[3]), max=n[2]),
    "O": lambda n, line: a.ItemReset(if_last=bool(n[0]), id=str(n[1]), room=str(n[3]), max=n[2]),
    "G": lambda n, line: a.GiveReset(if_last=bool(n[0]), id=str(n[1]), max=n[2]),
    "E": equip,
    "P": lambda n, line: a.PutReset(if_last=bool(n[0]), id=str(n[1]), into=str(n[3]), max=n[2]),
    "D": door,
    "R": lambda n, line: a.RemoveReset(if_last=bool(n[0]), room=str(n[1]), id=str(n[2])),
}
