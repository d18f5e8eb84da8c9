"""Python's caches of compiled code. Python compares only a source's second and size: too coarse for two quick saves."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterable
from pathlib import Path

from mud.copyover.code import Code
from mud.copyover.locations import TREE
from mud.store.threads import in_thread


def forget(paths: Iterable[str]) -> None:
    """Remove the caches of source files, so that Python compiles them again."""
    for path in paths:
        if path.endswith(".py"):
            with contextlib.suppress(OSError):  # nothing can have been compiled there
                Path(importlib.util.cache_from_source(path)).unlink(missing_ok=True)


class CompiledCode:
    """What is in Python's caches: the code that runs, and what was rehearsed last."""

    def __init__(self, running: Code) -> None:
        self._running = running
        self._rehearsed = running

    async def renew(self, code: Code) -> None:
        """Before `code` of the source tree is rehearsed: remove the caches of whatever differs."""
        changed = code.other_than(self._running) | code.other_than(self._rehearsed)
        await in_thread(forget, [str(TREE / name) for name in changed])
        self._rehearsed = code
