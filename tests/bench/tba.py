"""Where tbaMUD's stock world lies, if it does: what a large world costs is measured on it."""

from __future__ import annotations

from pathlib import Path

from tests.tools import STOCK_WORLD


def source() -> Path | None:
    """The folder of its files; None when it is not on this machine."""
    return STOCK_WORLD if STOCK_WORLD.is_dir() else None
