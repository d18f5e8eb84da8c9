"""Python's caches of compiled code. Python compares only a source's second and size: too coarse for two quick saves."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterable
from pathlib import Path


def forget(paths: Iterable[str]) -> None:
    """Remove the caches of source files, so that Python compiles them again."""
    for path in paths:
        if path.endswith(".py"):
            with contextlib.suppress(OSError):  # nothing can have been compiled there
                Path(importlib.util.cache_from_source(path)).unlink(missing_ok=True)
