"""`world check` in the game: a process of its own looks at the files, for reading them takes seconds of a core."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from mud.copyover.locations import CODE
from mud.copyover.rehearsal.process import end_of
from mud.core.errors import EverwakeError

#: Findings that a builder is shown at once; the command line shows all.
SHOWN = 30


async def check_world(world: Path, area: str) -> str:
    """What is wrong with the world's files, or with one area's, in words for a builder.

    Raises EverwakeError when it can't be looked at. The child ends with this, whatever ends it.
    """
    command = [sys.executable, str(CODE / "run.py"), "world", "check", "--json", str(world.absolute())]
    command += ["--area", area] if area else []
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complaint:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=complaint)
        try:
            await end_of(child)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        said.seek(0)
        complaint.seek(0)
        answer, trouble = said.read(), complaint.read().decode("utf-8", "replace").strip()
    if not answer:
        raise EverwakeError(trouble.removeprefix("run.py: ") or "The check ended without a word.")
    return report(json.loads(answer))


def report(found: dict[str, list[str]]) -> str:
    """The findings, as many as one reads at a time."""
    lines = [f"error    {line}" for line in found["problems"]] + [f"warning  {line}" for line in found["warnings"]]
    if not lines:
        return f"All is well: {found['rooms']} rooms."
    counts = f"{counted(found['problems'], 'error')} and {counted(found['warnings'], 'warning')}"
    head = f"{counts} in the files as they are now:"
    more = len(lines) - SHOWN
    rest = [f"and {more} more; `run.py world check` shows all, `world check AREA` those of an area"] if more > 0 else []
    return "\n".join([head, *lines[:SHOWN], *rest])


def counted(found: list[str], what: str) -> str:
    """How many there are: "1 error", "2 errors"."""
    return f"{len(found)} {what}" if len(found) == 1 else f"{len(found)} {what}s"
