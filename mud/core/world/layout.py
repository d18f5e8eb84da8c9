"""Where rooms stand on a grid: a walk over compass exits, nearest first. Pure; what draws is elsewhere.

A world need not be flat: four steps east, north, west and south may end somewhere new. Who was placed first stays, and
who finds the place taken is left out and named.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from msgspec import Struct

#: Compass direction: columns to the east, rows to the south.
STEPS: dict[str, tuple[int, int]] = {
    "north": (0, -1),
    "east": (1, 0),
    "south": (0, 1),
    "west": (-1, 0),
    "northwest": (-1, -1),
    "northeast": (1, -1),
    "southeast": (1, 1),
    "southwest": (-1, 1),
}

Cell = tuple[int, int]
#: The ways out of a room that are followed: direction, and the room it leads to.
Ways = Callable[[str], Iterable[tuple[str, str]]]


class Plan(Struct):
    """Rooms on a grid whose first room is at (0, 0)."""

    cells: dict[str, Cell]  # room: where it stands
    left_out: list[str]  # rooms whose place another one has, nearest first

    def at(self) -> dict[Cell, str]:
        """Cell: the room that stands there."""
        return {cell: room for room, cell in self.cells.items()}


class Route(Struct, frozen=True):
    """How a room is reached from another one."""

    room: str
    steps: tuple[str, ...]  # directions


def lay_out(start: str, ways: Ways, columns: int | None = None, rows: int | None = None) -> Plan:
    """Place `start` and all that is reached from it by compass, at most so many `columns` and `rows` away."""
    plan = Plan({start: (0, 0)}, [])
    taken = {(0, 0)}
    astray: dict[str, None] = {}
    ahead = deque([start])
    while ahead:
        room = ahead.popleft()
        x, y = plan.cells[room]
        for direction, to in ways(room):
            if direction not in STEPS or to in plan.cells:
                continue
            dx, dy = STEPS[direction]
            cell = (x + dx, y + dy)
            if (columns is not None and abs(cell[0]) > columns) or (rows is not None and abs(cell[1]) > rows):
                continue
            if cell in taken:
                astray[to] = None
                continue
            plan.cells[to] = cell
            taken.add(cell)
            ahead.append(to)
    plan.left_out = [room for room in astray if room not in plan.cells]
    return plan


def routes(start: str, ways: Ways, steps: int) -> list[Route]:
    """The shortest way to each room at most so many `steps` off, nearest first; `start` is not among them."""
    found: list[Route] = []
    known = {start}
    ahead = deque([Route(start, ())])
    while ahead:
        route = ahead.popleft()
        if len(route.steps) == steps:
            continue
        for direction, to in ways(route.room):
            if to not in known:
                known.add(to)
                further = Route(to, (*route.steps, direction))
                found.append(further)
                ahead.append(further)
    return found
