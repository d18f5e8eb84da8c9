"""Rooms on a grid: a breadth-first walk over compass exits. Nothing is drawn here.

A world need not be flat: four steps east, north, west and south may end in a new room. The room that was placed
first keeps its cell; a room whose cell is taken is left out and listed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from msgspec import Struct

#: Compass direction: (columns to the east, rows to the south).
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
#: A function that gives the exits to follow from a room: each direction, and the room it leads to.
Ways = Callable[[str], Iterable[tuple[str, str]]]


class Plan(Struct):
    """Rooms on a grid whose first room is at (0, 0)."""

    cells: dict[str, Cell]  # room: its cell
    left_out: list[str]  # rooms whose cell was taken, nearest first

    def at(self) -> dict[Cell, str]:
        """Cell: the room in it."""
        return {cell: room for room, cell in self.cells.items()}


class Route(Struct, frozen=True):
    """The way to a room from another one."""

    room: str
    steps: tuple[str, ...]  # directions


def lay_out(start: str, ways: Ways, columns: int | None = None, rows: int | None = None) -> Plan:
    """Place `start` and all rooms in reach by compass exits, at most `columns` and `rows` away."""
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
    """The shortest way to each room at most `steps` steps away, nearest first; `start` is not among them."""
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
