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


def test_no_collection_while_files_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    defs = load(SMALL)

    def reread(directory: Path, before: object, area: str = "") -> Reread:
        seen.append(gc.isenabled())
        return Reread(defs, ())

    monkeypatch.setattr(o, "reread", reread)
    o.outcome(ReadAreas(1, ""), SMALL, defs)
    assert (seen, gc.isenabled()) == ([False], True)


def test_a_collection_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with o.uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


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
