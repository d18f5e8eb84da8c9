"""Work on area files leaves no work for the garbage collector, which would hold the game."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from mud.areas import outcome as o
from mud.areas.load import load
from mud.areas.reload import Reread
from mud.core.events import ReadAreas
from tests.play.worlds import SMALL


def test_no_full_collection_while_files_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int, int]] = []
    young, middle, old = before = gc.get_threshold()
    defs = load(SMALL)

    def reread(directory: Path, known: object, area: str = "") -> Reread:
        seen.append(gc.get_threshold())
        return Reread(defs, ())

    monkeypatch.setattr(o, "reread", reread)
    o.outcome(ReadAreas(1, ""), SMALL, defs)
    assert old < o.NEVER and seen == [(young, middle, o.NEVER)] and gc.get_threshold() == before


def test_reading_a_world_makes_next_to_no_cycles() -> None:
    """Cyclic garbage outlives the reading, and the next collection finds all of it at once."""
    load(SMALL)
    gc.collect()
    gc.disable()
    try:
        load(SMALL)
        found = gc.collect()
    finally:
        gc.enable()
    assert found < 20, f"{found} objects in cycles"
