"""The floor of a copyover: how long a Python takes that only imports what the game does."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

from tests.bench.table import Table

FLOOR = "floor: exec to first byte"
IMPORTS = "import os, asyncio, telnetlib3, aiosqlite, msgspec, watchfiles, colorama, argon2; os.write(1, b'x')"


def exec_floor(table: Table, times: int = 3) -> float:
    """Take it so many times; gives the median of these in milliseconds."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    found = []
    for _ in range(times):
        began = time.perf_counter()
        child = subprocess.Popen([sys.executable, "-c", IMPORTS], stdout=subprocess.PIPE, env=environment)
        assert child.stdout is not None
        child.stdout.read(1)
        found.append(1000 * (time.perf_counter() - began))
        child.wait()
        child.stdout.close()
    table.add(FLOOR, "ms", *found)
    return statistics.median(found)
