"""Work on area files leaves no work for the garbage collector, which would hold the game."""

from __future__ import annotations

import gc
from pathlib import Path

import msgspec
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


def test_what_a_table_needs_is_looked_up_once_for_each_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look takes longer than reading the table, and leaves cycles that only a collection finds."""
    load(SMALL)
    looked: list[object] = []
    monkeypatch.setattr(msgspec.structs, "fields", looked.append)
    load(SMALL)
    assert looked == []
