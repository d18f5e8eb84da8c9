"""An area as an SVG picture for builders. Standard text only: no script, nothing loaded from elsewhere."""

from __future__ import annotations

import re
from html import escape
from textwrap import wrap

from mud.areas.plan import AreaPlan, Link, plan
from mud.core.text.markup import strip
from mud.core.text.words import count
from mud.core.world import area as a
from mud.core.world.layout import STEPS, Cell

Point = tuple[float, float]

#: Pixels: a box, the distance between boxes, the margin, and the space for title and legend.
BOX = (136.0, 56.0)
PITCH = (188.0, 104.0)
EDGE, TITLE, LEGEND = 44.0, 64.0, 34.0
#: Letters in a line of a box, and lines in a box.
LETTERS, LINES = 21, 2
#: A horizontal way shorter than this has no room for two words in a row.
CLOSE = 90.0
#: How far a bent way may bow out, as fractions of its length. The first that crosses the fewest boxes is taken.
BOWS = (0.0, 0.18, -0.18, 0.34, -0.34, 0.55, -0.55)

#: Terrain: the colour of its boxes, and of their borders.
SECTORS: dict[str, tuple[str, str]] = {
    "inside": ("#f3e9d8", "#a98f63"),
    "city": ("#e6e8ec", "#8a93a3"),
    "field": ("#e5efc9", "#93a65c"),
    "forest": ("#cfe3c4", "#6c9660"),
    "hills": ("#eee0bb", "#a98e4a"),
    "mountain": ("#ddd5cf", "#8b7b70"),
    "water_swim": ("#d3e7f5", "#6a9cc2"),
    "water_noswim": ("#bcd6ee", "#4d7fae"),
    "flying": ("#e9f3fb", "#9bb8cf"),
    "underwater": ("#b4cbe6", "#466fa3"),
}
OTHER = ("#eeeeee", "#888888")
LINE, STAIR, DOOR, PALE = "#5b6270", "#7a4fa3", "#8a4b1f", "#8b93a0"

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

STYLE = """\
text { font-family: "DejaVu Sans", Verdana, sans-serif; fill: #2b303a; }
.title { font-size: 20px; font-weight: bold; }
.name { font-size: 11px; text-anchor: middle; }
.id { font-size: 8.5px; text-anchor: middle; fill: #7d8492; font-family: "DejaVu Sans Mono", monospace; }
.label { font-size: 9.5px; text-anchor: middle; fill: #7a4fa3; }
.halo { fill: none; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }
.to { font-size: 8.5px; text-anchor: middle; fill: #5b6270; }
.note { font-size: 11px; fill: #5b6270; }
"""


def draw(area: a.AreaDef, world: a.WorldDef) -> str:
    """An area's picture as the text of an SVG file. An area without rooms is a title and nothing more."""
    return Picture(area, world).svg()


def text_of(text: str) -> str:
    """A text for people as XML: escaped, without colours and without what XML can't hold."""
    return escape(_NO_XML.sub("", strip(text)))


class Picture:
    """A picture that is being drawn."""

    def __init__(self, area: a.AreaDef, world: a.WorldDef) -> None:
        self._area = area
        self._world = world
        self._plan: AreaPlan = plan(area, world)
        cells = [*self._plan.rooms.values(), *self._plan.outside.values()] or [(0, 0)]
        self._taken = set(cells)
        self._left, self._top = min(x for x, _ in cells), min(y for _, y in cells)
        columns = max(x for x, _ in cells) - self._left + 1
        rows = max(y for _, y in cells) - self._top + 1
        self._width = max(660.0, 2 * EDGE + (columns - 1) * PITCH[0] + BOX[0])
        self._indent = (self._width - (columns - 1) * PITCH[0] - BOX[0]) / 2 + BOX[0] / 2
        self._bottom = TITLE + EDGE + (rows - 1) * PITCH[1] + BOX[1] + EDGE

    def svg(self) -> str:
        """All of it."""
        legend = self._legend()
        height = self._bottom + LEGEND * len(legend)
        size = f'width="{self._width:.0f}" height="{height:.0f}" viewBox="0 0 {self._width:.0f} {height:.0f}"'
        rooms = count(len(self._area.rooms), "room")
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
                f"<title>{text_of(self._area.name)}</title>",
                f"<style>\n{STYLE}</style>",
                '<rect width="100%" height="100%" fill="#ffffff"/>',
                f'<text class="title" x="{EDGE:.0f}" y="42">{text_of(self._area.name)}</text>',
                f'<text class="note" x="{EDGE:.0f}" y="60">{text_of(self._area.id)} · {rooms}</text>',
                *[part for link in self._plan.links for part in self._link(link)],
                *[part for room in self._area.rooms for part in self._room(room)],
                *[part for room in self._plan.outside for part in self._outside(room)],
                *[part for number, row in enumerate(legend) for part in self._row(number, row)],
                "</svg>\n",
            ]
        )

    def _middle(self, cell: Cell) -> Point:
        x, y = cell
        return (
            self._indent + (x - self._left) * PITCH[0],
            TITLE + EDGE + BOX[1] / 2 + (y - self._top) * PITCH[1],
        )

    # Boxes

    def _room(self, room: a.RoomDef) -> list[str]:
        fill, border = SECTORS.get(room.sector, OTHER)
        flags = f" ({', '.join(room.flags)})" if room.flags else ""
        about = f"{room.id}: {room.sector}{flags}"
        start = room.id == self._world.start
        width = 3 if start else 1.4
        box = self._box(self._plan.rooms[room.id], f'fill="{fill}" stroke="{border}" stroke-width="{width}"')
        loops = [d for d, way in room.exits.items() if way.to == room.id]
        return ["<g>", f"<title>{text_of(about)}</title>", box, *self._words(room, room.id, loops), "</g>"]

    def _outside(self, id_: str) -> list[str]:
        area = self._world.areas[self._world.area_of[id_]]
        style = f'fill="#ffffff" stroke="{PALE}" stroke-width="1.2" stroke-dasharray="5 4"'
        box = self._box(self._plan.outside[id_], style, round_=BOX[1] / 2)
        return ["<g>", box, *self._words(self._world.rooms[id_], f"→ {strip(area.name)}", class_="to"), "</g>"]

    def _box(self, cell: Cell, style: str, round_: float = 7) -> str:
        x, y = self._middle(cell)
        left, top = x - BOX[0] / 2, y - BOX[1] / 2
        return f'<rect x="{left:.1f}" y="{top:.1f}" width="{BOX[0]}" height="{BOX[1]}" rx="{round_}" {style}/>'

    def _words(self, room: a.RoomDef, under: str, loops: list[str] | None = None, class_: str = "id") -> list[str]:
        """A room's name on at most two lines, and a small line under it."""
        x, y = self._middle(self._plan.cell(room.id))
        lines = wrap(strip(room.name), LETTERS, max_lines=LINES, placeholder="…") or [""]
        if loops:
            under += f" ↻ {', '.join(loops)}"
        top = y - 1 if len(lines) == 1 else y - 8
        found = [
            f'<text class="name" x="{x:.1f}" y="{top + 13 * n:.1f}">{text_of(line)}</text>'
            for n, line in enumerate(lines)
        ]
        return [*found, f'<text class="{class_}" x="{x:.1f}" y="{y + 20:.1f}">{text_of(_short(under, 25))}</text>']

    # Ways

    def _link(self, link: Link) -> list[str]:
        if link.origin == link.target:
            return []
        start, end = self._middle(self._plan.cell(link.origin)), self._middle(self._plan.cell(link.target))
        bend = self._bend(link, start, end)
        a_, b = _border(start, bend), _border(end, bend)
        stair = link.direction not in STEPS
        colour = STAIR if stair or not link.straight else LINE
        dashes = ' stroke-dasharray="2 4"' if _hidden(link) else ' stroke-dasharray="7 4"' if stair else ""
        path = f"M {_at(a_)} Q {_at(bend)} {_at(b)}"
        parts = [
            "<g>",
            f"<title>{text_of(self._about(link))}</title>",
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.8"{dashes}/>',
        ]
        if link.back is None:
            parts.append(_head(bend, b, colour))
        if not link.straight:
            parts += _labels(a_, bend, b, link.direction, a.DIRECTIONS[link.direction] if link.back is not None else "")
        doors = [way for way in (link.way, link.back) if way is not None and way.door]
        if doors:
            parts.append(_door(_on(a_, bend, b, 0.5), locked=any(way.state == "locked" for way in doors)))
        return [*parts, "</g>"]

    def _about(self, link: Link) -> str:
        """The text that is shown when the pointer rests on a way."""
        way = link.way
        words = [f"{link.origin} {link.direction} → {link.target}"]
        words += ["one way"] if link.back is None else []
        words += [f"door, {way.state}"] if way.door else []
        words += [f"key {way.key}"] if way.key else []
        words += ["hidden"] if _hidden(link) else []
        return ", ".join(words)

    def _bend(self, link: Link, start: Point, end: Point) -> Point:
        """The point that a way bows towards: the middle, or beside it where it would run through boxes."""
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        if link.straight:
            return middle
        across = (start[1] - end[1], end[0] - start[0])
        own = {self._plan.cell(link.origin), self._plan.cell(link.target)}
        points = [(middle[0] + across[0] * bow, middle[1] + across[1] * bow) for bow in BOWS]
        beside = self._joined(link)
        return min(points[1:] if beside else points, key=lambda p: self._crossed(start, p, end, own))

    def _joined(self, link: Link) -> bool:
        """Whether a straight way already runs between the two."""
        pair = {link.origin, link.target}
        return any(other.straight and {other.origin, other.target} == pair for other in self._plan.links)

    def _crossed(self, start: Point, bend: Point, end: Point, own: set[Cell]) -> int:
        """How many other boxes a bent way crosses."""
        hit: set[Cell] = set()
        for step in range(1, 24):
            x, y = _on(start, bend, end, step / 24)
            cell = (
                round((x - self._indent) / PITCH[0]) + self._left,
                round((y - TITLE - EDGE - BOX[1] / 2) / PITCH[1]) + self._top,
            )
            middle = self._middle(cell)
            inside = abs(x - middle[0]) < BOX[0] / 2 + 5 and abs(y - middle[1]) < BOX[1] / 2 + 5
            if inside and cell in self._taken - own:
                hit.add(cell)
        return len(hit)

    # Legend

    def _legend(self) -> list[list[tuple[str, str]]]:
        """Rows of (sign, meaning), only for what is in the picture."""
        sectors = dict.fromkeys(room.sector for room in self._area.rooms)
        links = self._plan.links
        signs = [("line", "way")] if any(link.straight for link in links) else []
        signs += [("stair", "up or down")] if any(link.direction not in STEPS for link in links) else []
        bent = [link for link in links if not link.straight and link.direction in STEPS]
        signs += [("bent", "bent way")] if bent else []
        signs += [("arrow", "one way only")] if any(link.back is None for link in links) else []
        ways = [way for link in links for way in (link.way, link.back) if way is not None]
        signs += [("door", "door")] if any(way.door and way.state != "locked" for way in ways) else []
        signs += [("lock", "locked")] if any(way.state == "locked" for way in ways) else []
        signs += [("hidden", "hidden")] if any(map(_hidden, links)) else []
        signs += [("outside", "another area")] if self._plan.outside else []
        return [row for row in ([(f"sector {s}", s.replace("_", " ")) for s in sectors], signs) if row]

    def _row(self, number: int, row: list[tuple[str, str]]) -> list[str]:
        y = self._bottom + LEGEND * number
        step = min(120.0, (self._width - 2 * EDGE) / len(row))
        found: list[str] = []
        for column, (sign, words) in enumerate(row):
            x = EDGE + column * step
            found += [_sign(sign, x, y), f'<text class="note" x="{x + 30:.1f}" y="{y + 4:.1f}">{text_of(words)}</text>']
        return found


def _sign(sign: str, x: float, y: float) -> str:
    """A sign of the legend, 24 pixels wide, at the height `y`."""
    if sign.startswith("sector "):
        fill, border = SECTORS.get(sign.removeprefix("sector "), OTHER)
        return f'<rect x="{x:.1f}" y="{y - 7:.1f}" width="24" height="14" rx="3" fill="{fill}" stroke="{border}"/>'
    if sign == "outside":
        style = f'fill="#ffffff" stroke="{PALE}" stroke-dasharray="5 4"'
        return f'<rect x="{x:.1f}" y="{y - 7:.1f}" width="24" height="14" rx="7" {style}/>'
    colour = STAIR if sign in ("stair", "bent") else LINE
    dashes = {"stair": ' stroke-dasharray="7 4"', "hidden": ' stroke-dasharray="2 4"'}.get(sign, "")
    line = f'<path d="M {x:.1f} {y:.1f} L {x + 24:.1f} {y:.1f}" stroke="{colour}" stroke-width="1.8"{dashes}/>'
    if sign in ("door", "lock"):
        return line + _door((x + 12, y), locked=sign == "lock")
    return line + (_head((x, y), (x + 24, y), colour) if sign == "arrow" else "")


def _hidden(link: Link) -> bool:
    return link.way.hidden or (link.back is not None and link.back.hidden)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _at(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _on(start: Point, bend: Point, end: Point, part: float) -> Point:
    """A point of a quadratic curve; `part` goes from 0 to 1."""
    one, two, three = (1 - part) ** 2, 2 * part * (1 - part), part**2
    return one * start[0] + two * bend[0] + three * end[0], one * start[1] + two * bend[1] + three * end[1]


def _border(middle: Point, towards: Point) -> Point:
    """Where the line from a box's middle to a point leaves the box."""
    dx, dy = towards[0] - middle[0], towards[1] - middle[1]
    scale = min(
        BOX[0] / 2 / abs(dx) if dx else float("inf"),
        BOX[1] / 2 / abs(dy) if dy else float("inf"),
    )
    return middle[0] + dx * min(scale, 1.0), middle[1] + dy * min(scale, 1.0)


def _head(tail: Point, tip: Point, colour: str) -> str:
    """An arrow head at `tip`, coming from `tail`."""
    dx, dy = tip[0] - tail[0], tip[1] - tail[1]
    length = max(1.0, (dx * dx + dy * dy) ** 0.5)
    ux, uy = dx / length, dy / length
    base = (tip[0] - 11 * ux, tip[1] - 11 * uy)
    left, right = (base[0] - 5 * uy, base[1] + 5 * ux), (base[0] + 5 * uy, base[1] - 5 * ux)
    return f'<path d="M {_at(tip)} L {_at(left)} L {_at(right)} Z" fill="{colour}"/>'


def _door(point: Point, locked: bool) -> str:
    """A door: a small square, filled when it is locked."""
    fill = DOOR if locked else "#ffffff"
    x, y = point[0] - 5, point[1] - 5
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="10" height="10" fill="{fill}" stroke="{DOOR}" stroke-width="2"/>'


def _labels(start: Point, bend: Point, end: Point, there: str, back: str) -> list[str]:
    """The directions of a way, each at its end; where there is no room for both, above and below with arrows."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    if abs(dy) < BOX[1] / 2 and abs(dx) < CLOSE:
        x, y = _on(start, bend, end, 0.5)
        right, left = (there, back) if dx > 0 else (back, there)
        return [
            _label((x, y + at), words)
            for words, at in ((right and f"{right} →", -8), (left and f"← {left}", 9))
            if words
        ]
    return [_label(_on(start, bend, end, at), words) for words, at in ((there, 0.2), (back, 0.8)) if words]


def _label(point: Point, words: str) -> str:
    place = f'x="{point[0]:.1f}" y="{point[1] + 3:.1f}"'
    text = text_of(words)
    return f'<text class="label halo" {place}>{text}</text><text class="label" {place}>{text}</text>'
