"""The outcome of work on area files: the world afterwards, and the answer to whoever asked for it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from mud.areas.reload import reread
from mud.areas.save import save
from mud.core.errors import WorldError
from mud.core.events import AreaJob, Built, ReadAreas, SaveEdits
from mud.core.world.area import WorldDef

#: How many problems are listed: nobody corrects more at a time.
MAX_PROBLEMS = 20
#: So many collections of the middle generation never happen.
NEVER = 1_000_000_000


class Outcome(Struct, frozen=True):
    """`defs` is the new world, None if nothing changed; `areas` are the ids of those that changed."""

    done: bool
    text: str
    defs: WorldDef | None = None
    areas: tuple[str, ...] = ()
    saved: bool = False

    def answer(self, session: int) -> Built:
        """The answer to whoever asked for it."""
        return Built(session, self.done, self.text, self.saved)


def outcome(job: AreaJob, directory: Path, defs: WorldDef) -> Outcome:
    """Do a job on the files in `directory`, from which `defs` was read. Too slow for the event loop. Raises OSError."""
    try:
        with young_collections_only():
            return _read_again(job, directory, defs) if isinstance(job, ReadAreas) else _save(job, directory, defs)
    except WorldError as error:
        told = error.problems[:MAX_PROBLEMS]
        if len(error.problems) > len(told):
            told.append(f"and {len(error.problems) - len(told)} more: `run.py world check` says all")
        return Outcome(False, "The game is as before:\n" + "\n".join(f"  {line}" for line in told))


@contextmanager
def young_collections_only() -> Iterator[None]:
    """Inside, the garbage collector looks at nothing but what was made just before.

    While files are read, everything that is made is in use. A full collection would look at all of it, and the game
    would wait for that; afterwards most of it is gone without one. Young collections cost a fraction of a millisecond
    and leave nothing to do in one piece at the end.
    """
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, NEVER)
    try:
        yield
    finally:
        gc.set_threshold(young, middle, old)


def _read_again(job: ReadAreas, directory: Path, defs: WorldDef) -> Outcome:
    found = reread(directory, defs, job.area)
    notes = [f"\n{note}" for note in found.notes]
    if not found.areas:
        what = f"{job.area} is" if job.area else "All areas are"
        return Outcome(True, "".join([f"{what} as before: no file says anything new.", *notes]), found.defs)
    gone = [area for area in found.areas if area not in found.defs.areas]
    here = [area for area in found.areas if area not in gone]
    lines = [f"{verb}: {', '.join(which)}." for verb, which in (("Swapped", here), ("Gone", gone)) if which]
    return Outcome(True, "".join([" ".join(lines), *notes]), found.defs, found.areas)


def _save(job: SaveEdits, directory: Path, defs: WorldDef) -> Outcome:
    found = save(directory, defs, job.edits, job.over)
    text = f"Saved in {' and '.join(found.files)}." if found.files else "Saved: the files say so already."
    return Outcome(True, text, found.defs, found.areas, saved=True)
