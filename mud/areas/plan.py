"""The layout of an area's picture: the place of each room's box, and the ways between them.

Unlike a player's map, it has every room. Rooms that are connected by compass directions are laid out as one block. A
block that only a stair or a bent way leads to is moved as a whole to the nearest free place.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from mud.core.world import area as a
from mud.core.world.layout import STEPS, Cell, Ways, lay_out

#: The best places for a block that a stair leads to, relative to the foot of the stair.
ASIDE: dict[str, tuple[Cell, ...]] = {"up": ((1, -1), (-1, -1)), "down": ((1, 1), (-1, 1))}


class Link(Struct, frozen=True):
    """A way between two boxes; `back` is the exit that leads back the same way, where there is one."""

    origin: str
    direction: str
    target: str
    way: a.ExitDef
    back: a.ExitDef | None
    straight: bool  # the target is exactly where the direction points


class AreaPlan(Struct):
    """The cells of an area's rooms, and of the rooms in other areas that its exits lead to."""

    rooms: dict[str, Cell]
    outside: dict[str, Cell]
    links: list[Link]

    def cell(self, room: str) -> Cell:
        """The cell of a room, of this area or another."""
        return self.rooms[room] if room in self.rooms else self.outside[room]


def plan(area: a.AreaDef, world: a.WorldDef) -> AreaPlan:
    """Lay an area out."""
    rooms = {room.id: room for room in area.rooms}
    made = AreaPlan(_place_rooms(rooms), {}, [])
    _place_outside(made, rooms, world)
    made.links = list(_links(made, rooms, world))
    return made


def _place_rooms(rooms: dict[str, a.RoomDef]) -> dict[str, Cell]:
    """Place all rooms, one block at a time. The next block is one that a placed room leads to, if there is one."""
    placed: dict[str, Cell] = {}
    while len(placed) < len(rooms):
        start, origin, wishes = _joint(placed, rooms) or _apart(placed, rooms)
        block = lay_out(start, _ways({id_: room for id_, room in rooms.items() if id_ not in placed})).cells
        dx, dy = _free(set(placed.values()), list(block.values()), origin, wishes)
        placed |= {id_: (x + dx, y + dy) for id_, (x, y) in block.items()}
    return placed


def _ways(rooms: dict[str, a.RoomDef]) -> Ways:
    """Ways from one of these rooms to another."""
    return lambda id_: [(d, way.to) for d, way in rooms[id_].exits.items() if way.to is not None and way.to in rooms]


#: The first room of a block, the cell that it is attached to, and the best places beside that.
Joint = tuple[str, Cell, tuple[Cell, ...]]


def _joint(placed: dict[str, Cell], rooms: dict[str, a.RoomDef]) -> Joint | None:
    """A room that is not placed yet and is joined by an exit to one that is."""
    for id_, cell in placed.items():
        for direction, way in rooms[id_].exits.items():
            if way.to is not None and way.to in rooms and way.to not in placed:
                return way.to, cell, _wishes(direction)
    for id_, room in rooms.items():
        for direction, way in room.exits.items():
            if id_ not in placed and way.to is not None and way.to in placed:
                return id_, placed[way.to], _wishes(a.DIRECTIONS[direction])
    return None


def _apart(placed: dict[str, Cell], rooms: dict[str, a.RoomDef]) -> Joint:
    """A room that is joined to nothing placed: it goes below all others."""
    start = next(id_ for id_ in rooms if id_ not in placed)
    if not placed:
        return start, (0, 0), ((0, 0),)
    return start, (min(x for x, _ in placed.values()), max(y for _, y in placed.values())), ((0, 2),)


def _wishes(direction: str) -> tuple[Cell, ...]:
    """The best places for what a direction leads to."""
    return (STEPS[direction],) if direction in STEPS else ASIDE[direction]


def _free(taken: set[Cell], block: list[Cell], origin: Cell, wishes: tuple[Cell, ...]) -> Cell:
    """How far to move a block so that it covers no taken cell: one of the `wishes`, otherwise as near as possible."""
    wished = wishes[0]
    radius = 0
    nearest = list(wishes)
    while True:
        for dx, dy in nearest:
            move = (origin[0] + dx, origin[1] + dy)
            if not any((x + move[0], y + move[1]) in taken for x, y in block):
                return move
        radius += 1
        span = range(-radius, radius + 1)
        nearest = [(x, y) for x in span for y in span if max(abs(x), abs(y)) == radius]
        nearest.sort(key=lambda c: (abs(c[0]) + abs(c[1]), abs(c[0] - wished[0]) + abs(c[1] - wished[1]), c))


def _place_outside(made: AreaPlan, rooms: dict[str, a.RoomDef], world: a.WorldDef) -> None:
    """A place for each room of another area that an exit leads to."""
    taken = set(made.rooms.values())
    for id_, room in rooms.items():
        for direction, way in room.exits.items():
            if way.to is None or way.to in rooms or way.to in made.outside or way.to not in world.rooms:
                continue
            cell = _free(taken, [(0, 0)], made.rooms[id_], _wishes(direction))
            made.outside[way.to] = cell
            taken.add(cell)


def _links(made: AreaPlan, rooms: dict[str, a.RoomDef], world: a.WorldDef) -> Iterator[Link]:
    """Each way once: an exit and the exit back are drawn as one."""
    drawn: set[tuple[str, str]] = set()
    for id_, room in rooms.items():
        for direction, way in room.exits.items():
            if way.to is None or way.to not in world.rooms or (id_, direction) in drawn:
                continue
            opposite = a.DIRECTIONS[direction]
            back = world.rooms[way.to].exits.get(opposite)
            if back is not None and back.to == id_:
                drawn.add((way.to, opposite))
            else:
                back = None
            yield Link(id_, direction, way.to, way, back, _straight(made, id_, direction, way.to))


def _straight(made: AreaPlan, origin: str, direction: str, target: str) -> bool:
    (x, y), step = made.cell(origin), STEPS.get(direction)
    return step is not None and made.cell(target) == (x + step[0], y + step[1])
