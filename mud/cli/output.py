"""What `run.py` writes: never an error for a letter that the output can't show, tables with a header, and JSON."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any


def write_what_can_be() -> None:
    """From now on a letter that an output has no sign for is written as its escape, such as \\u017c."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def as_json(found: Any, indent: int | None = None) -> str:
    """Data as JSON; where the output has no sign for each letter, in JSON's own escapes."""
    text = json.dumps(found, indent=indent, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return json.dumps(found, indent=indent)
    return text


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under a header, each column as wide as it has to be."""
    lines = [tuple(header), *(tuple(str(cell) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
