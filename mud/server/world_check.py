"""`world check` in the game: a separate process reads the files, because that takes seconds of CPU time."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from mud.copyover.locations import CODE
from mud.copyover.rehearsal.process import end_of
from mud.core.errors import EverwakeError

#: How many findings a builder is shown at once; the command line shows all.
SHOWN = 30


async def check_world(world: Path, area: str) -> str:
    """Check the world's files, or one area's, and describe the problems to a builder.

    Raises EverwakeError if the check fails. The child process never outlives this call.
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
    """The first findings, in words."""
    lines = [f"error    {line}" for line in found["problems"]] + [f"warning  {line}" for line in found["warnings"]]
    if not lines:
        return f"All is well: {found['rooms']} rooms."
    counts = f"{counted(found['problems'], 'error')} and {counted(found['warnings'], 'warning')}"
    head = f"{counts} in the files as they are now:"
    more = len(lines) - SHOWN
    rest = [f"and {more} more; `run.py world check` shows all, `world check AREA` those of an area"] if more > 0 else []
    return "\n".join([head, *lines[:SHOWN], *rest])


def counted(found: list[str], what: str) -> str:
    """A count in words: "1 error", "2 errors"."""
    return f"{len(found)} {what}" if len(found) == 1 else f"{len(found)} {what}s"
