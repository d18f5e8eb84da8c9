"""The map of the surroundings: drawn as text, or described in words for screen readers."""

from __future__ import annotations

from itertools import groupby

from msgspec import Struct

from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.text.markup import strip, tag
from mud.core.text.words import number_within
from mud.core.world.area import DIRECTIONS, ExitDef
from mud.core.world.layout import STEPS, Cell, Plan, lay_out, routes
from mud.play import doors, rooms
from mud.play.describe import capital
from mud.play.settings import screen

#: The default number of rooms that a map shows in each direction, and the maximum.
RADIUS, MAX_WAY = 5, 20
#: The same for the description in words, where each room is a line to listen to.
STEPS_SAID, MAX_SAID = 2, 5
#: Columns and lines of a room together with the way to the next one.
WIDE, HIGH = 4, 2
#: The assumed height of a window whose height is not known.
HEIGHT = 24
#: Lines that are left free for the title, the legend and the prompt.
MARGIN = 9
NUMBERS = {1: "", 2: "two ", 3: "three ", 4: "four ", 5: "five "}

#: Terrain: the colour of its rooms.
COLOURS = {
    "city": "white", "inside": "yellow", "field": "green", "forest": "green", "hills": "yellow", "mountain": "grey",
    "water_swim": "blue", "water_noswim": "blue", "underwater": "blue", "flying": "cyan",
}  # fmt: skip


class Signs(Struct, frozen=True):
    """The characters that a map is drawn with."""

    across: str = "-"
    along: str = "|"
    rising: str = "/"
    falling: str = "\\"
    up: str = "u"
    down: str = "d"
    both: str = "b"
    arrows: tuple[str, str, str, str] = (">", "<", "^", "v")  # east, west, north, south


PLAIN = Signs()
FINE = Signs("─", "│", "╱", "╲", "↑", "↓", "↕", ("►", "◄", "▲", "▼"))


def map_(ctx: CoreContext, args: str) -> None:
    """Draw the surroundings; in words for a screen reader."""
    said = ctx.session.terminal.screen_reader
    most = MAX_SAID if said else MAX_WAY
    radius = STEPS_SAID if said else RADIUS
    if word := args.strip():
        wanted = number_within(word, 1, most)
        if wanted is None:
            raise Rejected(f"How far should the map go? Write: map, or map with a number from 1 to {most}.")
        radius = wanted
    if said:
        ctx.page(in_words(ctx, radius))
    else:
        ctx.send(drawn(ctx, radius))


def ways(ctx: CoreContext, room: str) -> list[tuple[str, str]]:
    """The open exits that a player can see from a room: nobody sees through a closed door."""
    world = ctx.world
    return [
        (direction, way.to)
        for direction, way in rooms.visible_exits(ctx, room)
        if way.to is not None and way.to in world.defs.rooms and world.door_state(room, direction) == "open"
    ]


# In words


def in_words(ctx: CoreContext, steps: int) -> str:
    """Each nearby room and the way to it, one a line, the nearest first."""
    here = ctx.player.room
    lines = [f"You are in {ctx.world.room(here).name}."]
    lines += [
        f"{path(route.steps)}: {ctx.world.room(route.room).name}{threshold(ctx, here, route.steps)}."
        for route in routes(here, lambda room: ways(ctx, room), steps)
    ]
    for direction, way in rooms.visible_exits(ctx, here):
        state = ctx.world.door_state(here, direction)
        if state != "open":
            lines.append(f"{capital(direction)}: a {state} {doors.door_name(way)}.")
    return "\n".join(lines) if len(lines) > 1 else lines[0] + " There is no way out that you can see."


def path(steps: tuple[str, ...]) -> str:
    """Steps in words: "Two north, then east"."""
    runs = [(direction, len(list(run))) for direction, run in groupby(steps)]
    return capital(", then ".join(f"{NUMBERS[count]}{direction}" for direction, count in runs))


def threshold(ctx: CoreContext, start: str, steps: tuple[str, ...]) -> str:
    """A note that the last step goes through a door, if it does."""
    room = start
    for direction in steps[:-1]:
        room = (ctx.world.room(room).exits[direction]).to or ""
    way = ctx.world.room(room).exits[steps[-1]]
    return f" (through an open {doors.door_name(way)})" if way.door else ""


# Drawn


def drawn(ctx: CoreContext, radius: int) -> str:
    """The map with its title and legend, no larger than the window."""
    look = screen(ctx.session, ctx.world)
    height = ctx.session.terminal.height or HEIGHT
    # So many rooms, the ways between them, half a way at each end, and one column of space.
    wide = min(radius, max(0, (((look.width or 80) - 2) // WIDE - 1) // 2))
    high = min(radius, max(0, ((height - MARGIN - 1) // HIGH - 1) // 2))
    here = ctx.player.room
    plan = lay_out(here, lambda room: ways(ctx, room), wide, high)
    drawing = Drawing(ctx, plan, FINE if look.charset == "utf-8" else PLAIN)
    title = tag("room", ctx.world.room(here).name)
    return "\n".join([title, *drawing.lines(), *drawing.legend()])


class Drawing:
    """A map under construction: characters by place, each with an optional colour."""

    def __init__(self, ctx: CoreContext, plan: Plan, signs: Signs) -> None:
        self._ctx = ctx
        self._plan = plan
        self._signs = signs
        self._rooms = plan.at()
        self._canvas: dict[Cell, tuple[str, str]] = {}  # column and line: letter, colour
        self._meanings: dict[str, str] = {}  # sign: what it means
        for room, cell in plan.cells.items():
            self._room(room, cell)
        for room, cell in plan.cells.items():
            self._ways(room, cell)

    def lines(self) -> list[str]:
        """The drawing, without the empty columns on its left."""
        left, right = min(x for x, _ in self._canvas), max(x for x, _ in self._canvas)
        top, bottom = min(y for _, y in self._canvas), max(y for _, y in self._canvas)
        return [self._line(y, left, right) for y in range(top, bottom + 1)]

    def _line(self, y: int, left: int, right: int) -> str:
        letters = [self._canvas.get((x, y), (" ", "")) for x in range(left, right + 1)]
        parts = ((colour, "".join(letter for letter, _ in run)) for colour, run in groupby(letters, lambda c: c[1]))
        return " " + "".join(tag(colour, text) if colour else text for colour, text in parts).rstrip()

    def legend(self) -> list[str]:
        """What the signs in use mean, and what the drawing can't show."""
        world, here = self._ctx.world, self._ctx.player.room
        used = {letter for letter, _ in self._canvas.values()}
        signs: dict[str, list[str]] = {"you": ["@"]}
        for sign, what in self._meanings.items():
            if sign in used:
                signs.setdefault(what, []).append(sign)
        found = [tag("hint", "  ".join(f"{' '.join(each)} {what}" for what, each in signs.items()))]
        vertical = [(d, w) for d, w in rooms.visible_exits(self._ctx, here) if d not in STEPS]
        found += [f"{capital(d)} from here: {self._beyond(here, d, w)}." for d, w in vertical]
        if self._plan.left_out:
            names = [strip(world.room(room).name) for room in self._plan.left_out]
            shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
            found.append(tag("hint", f"Not on the map, for space bends here: {shown}."))
        return found

    def _beyond(self, room: str, direction: str, way: ExitDef) -> str:
        state = self._ctx.world.door_state(room, direction)
        return self._ctx.world.room(way.to or "").name if state == "open" else f"a {state} {doors.door_name(way)}"

    def _room(self, room: str, cell: Cell) -> None:
        x, y = cell[0] * WIDE, cell[1] * HIGH
        colour = COLOURS.get(self._ctx.world.room(room).sector, "")
        vertical = {d for d, _ in rooms.visible_exits(self._ctx, room)} - set(STEPS)
        mark, meaning = self._vertical(vertical)
        self._canvas[x - 1, y], self._canvas[x + 1, y] = ("[", colour), ("]", colour)
        if room == self._ctx.player.room:
            self._canvas[x, y] = ("@", "player")
        else:
            self._canvas[x, y] = (mark, colour)
            if meaning:
                self._meanings[mark] = meaning

    def _vertical(self, directions: set[str]) -> tuple[str, str]:
        signs = self._signs
        match sorted(directions):
            case ["down", "up"]:
                return signs.both, "up and down"
            case ["up"]:
                return signs.up, "up"
            case ["down"]:
                return signs.down, "down"
        return " ", ""

    def _ways(self, room: str, cell: Cell) -> None:
        for direction, way in rooms.visible_exits(self._ctx, room):
            if direction in STEPS:
                self._way(room, cell, direction, way)

    def _way(self, room: str, cell: Cell, direction: str, way: ExitDef) -> None:
        """Draw half a way: from a room to the middle between it and the next one."""
        dx, dy = STEPS[direction]
        place = (cell[0] * WIDE + dx * WIDE // 2, cell[1] * HIGH + dy * HIGH // 2)
        target = self._rooms.get((cell[0] + dx, cell[1] + dy))
        if self._ctx.world.door_state(room, direction) != "open":
            self._put(place, "+", "exit", "a closed door")
        elif target != way.to:
            bends = way.to in self._plan.cells or way.to in self._plan.left_out
            self._put(place, *(("~", "hint", "bends elsewhere") if bends else ("?", "hint", "goes on")))
        elif self._back(way.to or "", direction) != room:
            self._put(place, self._arrow(direction), "exit", "one way only")
        elif way.door:
            self._put(place, "'", "exit", "an open door")
        else:
            self._cross(place, self._stroke(dx, dy))

    def _put(self, place: Cell, sign: str, colour: str, meaning: str) -> None:
        if self._canvas.get(place, (" ", ""))[0] not in ("+", "'"):
            self._canvas[place] = (sign, colour)
            self._meanings[sign] = meaning

    def _cross(self, place: Cell, stroke: str) -> None:
        """Draw a diagonal stroke; where two diagonals meet, draw a cross."""
        before = self._canvas.get(place, (" ", ""))[0]
        slanting = {self._signs.rising, self._signs.falling}
        if {before, stroke} == slanting:
            stroke = "X"
        if before in (" ", *slanting):
            self._canvas[place] = (stroke, "exit")

    def _stroke(self, dx: int, dy: int) -> str:
        signs = self._signs
        if not dx or not dy:
            return signs.across if dx else signs.along
        return signs.falling if dx == dy else signs.rising

    def _arrow(self, direction: str) -> str:
        """An arrow head; a diagonal way uses that of its east or west."""
        east, west, north, south = self._signs.arrows
        dx, dy = STEPS[direction]
        return (east if dx > 0 else west) if dx else (north if dy < 0 else south)

    def _back(self, room: str, direction: str) -> str | None:
        way = self._ctx.world.room(room).exits.get(DIRECTIONS[direction])
        return way.to if way is not None else None
