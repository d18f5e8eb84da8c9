"""Reads the server's log for admins in the game."""

from __future__ import annotations

import asyncio
import logging
import re
from pathlib import Path

from mud.core import events as e

#: The beginning of a record, with its level; lines that do not match (a traceback) belong to the record before.
_RECORD = re.compile(r"\d{4}-\d\d-\d\d [\d:,]+ ([A-Z]+) ")


async def read_log(path: Path, wanted: e.ReadLog) -> str:
    """The last records of a log that have a level and contain a word."""
    found = await asyncio.to_thread(records, path, wanted)
    return "\n".join(found) if found else "There is nothing of that in the log."


def records(path: Path, wanted: e.ReadLog) -> list[str]:
    """The last matching records, oldest first; control characters are shown as question marks."""
    least = logging.getLevelNamesMapping().get(wanted.level, 0)
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        return [f"The log can't be read: {error.strerror}."]
    found: list[list[str]] = []
    for line in lines:
        text = "".join(letter if letter.isprintable() else "?" for letter in line)
        if _RECORD.match(line) or not found:
            found.append([text])
        else:
            found[-1].append(text)
    kept = [rows for rows in found if _level(rows[0]) >= least and wanted.word.casefold() in "\n".join(rows).casefold()]
    return ["\n".join(rows) for rows in kept[-wanted.count :]]


def _level(line: str) -> int:
    match = _RECORD.match(line)
    return logging.getLevelNamesMapping().get(match[1], 0) if match is not None else 0
