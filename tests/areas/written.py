"""Area files in a folder of their own."""

from __future__ import annotations

from pathlib import Path

from mud.areas.destination import Destination
from mud.core.world.area import AreaDef


def write_world(areas: list[AreaDef], folder: Path, start: str | None) -> None:
    """What `run.py world import` writes."""
    Destination(folder, "now").write(areas, start)
