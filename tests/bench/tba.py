"""Where tbaMUD's stock world lies, if it does: what a large world costs is measured on it."""

from __future__ import annotations

import os
from pathlib import Path

from tests.e2e.harness import ROOT


def source() -> Path | None:
    """The folder of its files; None when it is not on this machine."""
    folder = Path(os.environ.get("EVERWAKE_TBA_WORLD", ROOT.parent / "shared/worlds/tbamud/lib/world"))
    return folder if folder.is_dir() else None
