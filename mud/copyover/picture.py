"""Draws a copyover as SVG, without scripts: its phases along a time line, and below it the silence, magnified."""

from __future__ import annotations

import re
import time
from html import escape

from mud.copyover.history import CopyoverRecord, Span
from mud.copyover.phases import ROWS, Phase

#: Pixels.
WIDTH, LEFT, RIGHT, ROW, BAR = 860.0, 170.0, 110.0, 26.0, 16.0
TOP, GAP, NOTE = 84.0, 56.0, 18.0
LETTERS = 108  # at most, in the second line
LETTER = 8.0  # the greatest width of one
PLAYS, STILL, GRID, BYTE = "#7fa8c9", "#d9815a", "#e3e6eb", "#8c2f1b"

STYLE = """\
text { font-family: "DejaVu Sans", Verdana, sans-serif; fill: #2b303a; font-size: 12px; }
.title { font-size: 18px; font-weight: bold; }
.sub { fill: #5b6270; }
.head { font-size: 13px; font-weight: bold; }
.name { text-anchor: end; }
.value { fill: #5b6270; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; paint-order: stroke; }
.go { font-size: 10px; font-weight: bold; fill: #8c2f1b; text-anchor: middle; }
.tick { font-size: 10px; fill: #7d8492; text-anchor: middle; }
"""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def draw(record: CopyoverRecord) -> str:
    """The text of an SVG file. A copyover without phases is only a title and its error."""
    spans = record.phases
    still = [span for span in spans if silent(span)]
    parts, y = header(record), TOP
    if spans:
        parts += [*key(), *panel("From the order to the end", spans, y)]
        y += height(spans) + GAP
    if still:
        parts += [*magnified(spans, still, y), *panel("The silence", still, y)]
        y += height(still) + GAP
    for text in notes(record):
        parts.append(label(30, y, text, "sub"))
        y += NOTE
    size = f'width="{WIDTH:.0f}" height="{y + 12:.0f}" viewBox="0 0 {WIDTH:.0f} {y + 12:.0f}"'
    back = '<rect width="100%" height="100%" fill="#ffffff"/>'
    inside = "\n".join([f"<style>\n{STYLE}</style>", back, *parts])
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{inside}\n</svg>\n'


def key() -> list[str]:
    """The key of the colours."""
    parts, x = [], WIDTH - 290
    for colour, text in ((PLAYS, "the game plays"), (STILL, "it stands still")):
        parts.append(f'<rect x="{x:.1f}" y="23" width="12" height="12" rx="2" fill="{colour}"/>')
        parts.append(label(x + 18, 34, text, "sub"))
        x += 140
    return parts


def magnified(spans: list[Span], still: list[Span], y: float) -> list[str]:
    """The area that leads from the silence in the upper panel to the whole width of the lower one."""
    start, end = spans[0].began, max(span.began + span.seconds for span in spans)
    scale = (WIDTH - LEFT - RIGHT) / max(end - start, 1e-6)
    left, right = LEFT + (still[0].began - start) * scale, LEFT + (end - start) * scale
    above, below = y - GAP + 20, y + 10
    points = f"{left:.1f},{above:.1f} {right:.1f},{above:.1f} {WIDTH - RIGHT:.1f},{below:.1f} {LEFT:.1f},{below:.1f}"
    return [f'<polygon points="{points}" fill="{STILL}" opacity="0.13"/>']


def silent(span: Span) -> bool:
    """Whether the game stands still in a phase."""
    return span.name in {p.value for p in ROWS} and ROWS[Phase(span.name)].silent


def header(record: CopyoverRecord) -> list[str]:
    """The title and the second line."""
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.ordered))
    done = record.outcome == "done"
    what = f"generation {record.generation_from} to {record.generation_to}" if done else record.error
    why = f" because {record.reason}" if record.reason else ""
    text = f"{when}, by {record.by}{why}; {' '.join(what.split())}"
    return [
        label(30, 34, f"Copyover {record.number}: {record.outcome}", "title"),
        label(30, 56, text if len(text) <= LETTERS else f"{text[:LETTERS]}...", "sub"),
    ]


def panel(title: str, spans: list[Span], y: float) -> list[str]:
    """One bar for each phase, to scale, below each other."""
    start, end = spans[0].began, max(span.began + span.seconds for span in spans)
    length = max(end - start, 1e-6)
    scale = (WIDTH - LEFT - RIGHT) / length
    parts = [label(30, y, title, "head")]
    bottom = y + 12 + ROW * len(spans)
    for tick in ticks(length):
        x = LEFT + tick * scale
        parts.append(f'<line x1="{x:.1f}" y1="{y + 10:.1f}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="{GRID}"/>')
        parts.append(label(x, bottom + 14, axis(tick, length), "tick"))
    for span in spans:
        if span.name == Phase.GOING_ON.value:
            x = LEFT + (span.began - start) * scale
            line = f'x1="{x:.1f}" y1="{y + 10:.1f}" x2="{x:.1f}" y2="{bottom:.1f}"'
            parts += [f'<line {line} stroke="{BYTE}" stroke-dasharray="3 3"/>', label(x, y + 6, "GO", "go")]
    go = [LEFT + (span.began - start) * scale for span in spans if span.name == Phase.GOING_ON.value]
    for number, span in enumerate(spans):
        x, top = LEFT + (span.began - start) * scale, y + 14 + number * ROW
        wide, colour = max(2.0, span.seconds * scale), STILL if silent(span) else PLAYS
        parts.append(label(LEFT - 10, top + 13, span.name.replace("_", " "), "name"))
        parts.append(f'<rect x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{BAR}" rx="2" fill="{colour}"/>')
        value = shown(span.seconds)
        parts.append(label(clear_of(go, x + wide + 6, len(value) * LETTER), top + 13, value, "value"))
    return parts


def clear_of(lines: list[float], x: float, width: float) -> float:
    """The x of a text, moved right from `x` if one of these vertical lines would cross it."""
    return next((line + 4 for line in lines if x - 2 < line < x + width), x)


def height(spans: list[Span]) -> float:
    """The height of a panel."""
    return 12 + ROW * len(spans)


def ticks(length: float) -> list[float]:
    """Four to ten round numbers of seconds for an axis of `length` seconds."""
    step = 1e-6
    while length / step > 10:
        step *= 10
    step = next(part * step for part in (0.2, 0.5, 1.0) if length / (part * step) <= 10)
    return [number * step for number in range(int(length / step) + 1)]


def shown(seconds: float) -> str:
    """A duration in short form."""
    if seconds >= 1:
        return f"{seconds:.4g} s"
    return f"{1000 * seconds:.3g} ms" if seconds else "0"


def axis(tick: float, length: float) -> str:
    """The label of a tick, in the unit of the whole axis."""
    return f"{tick:.4g} s" if length >= 1 else f"{1000 * tick:.4g} ms"


def notes(record: CopyoverRecord) -> list[str]:
    """Remarks below the bars."""
    found = []
    if record.silence:
        s = record.silence
        found.append(f"Silence of players: p50 {s.p50:.1f} ms, p99 {s.p99:.1f} ms, longest {s.longest:.1f} ms")
    for what, counts in (("Kept", record.kept), ("Dropped", record.dropped)):
        if counts:
            found.append(f"{what}: {', '.join(f'{count} {kind}' for kind, count in sorted(counts.items()))}")
    return [*found, *(f"Warning: {warning}" for warning in record.warnings)]


def label(x: float, y: float, text: str, kind: str) -> str:
    """A text element."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(_NO_XML.sub("", text))}</text>'
