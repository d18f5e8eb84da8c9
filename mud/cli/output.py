"""The output of `run.py`: never an error for a character that it can't encode; JSON."""

from __future__ import annotations

import io
import json
import sys
from typing import Any


def write_what_can_be() -> None:
    """From now on write a character that an output can't encode as its escape, such as \\u017c."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def as_json(found: Any, indent: int | None = None) -> str:
    """Data as JSON, with JSON's escapes if the output can't encode every character."""
    text = json.dumps(found, indent=indent, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return json.dumps(found, indent=indent)
    return text
