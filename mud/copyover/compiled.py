"""Python's caches of compiled code, which tell a change by second and size: too coarse for who saves twice."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterable
from pathlib import Path


def forget(paths: Iterable[str]) -> None:
    """Have source files compiled anew."""
    for path in paths:
        if path.endswith(".py"):
            with contextlib.suppress(OSError):  # nobody can have compiled it there
                Path(importlib.util.cache_from_source(path)).unlink(missing_ok=True)
