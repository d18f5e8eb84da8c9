"""Tables for people: columns with a header each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mud.core.text.markup import strip


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows below a header, each column as wide as its widest text; the last one is not filled up."""
    lines = [list(header), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(strip(line[at])) for line in lines) for at in range(len(header) - 1)]
    return "\n".join(
        "  ".join([*(_filled(cell, width) for cell, width in zip(line, widths, strict=False)), line[-1]]).rstrip()
        for line in lines
    )


def _filled(text: str, width: int) -> str:
    """Text that may have colours, filled up to `width` letters that one sees."""
    return text + " " * (width - len(strip(text)))
