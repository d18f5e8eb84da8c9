"""The floor of a copyover: how long a Python takes that imports what the new program imports from others, and no more.

What that is stands in no list here: a server that has just been given the game tells it.
"""

from __future__ import annotations

import functools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.crowd import Crowd
from tests.bench.table import Table
from tests.e2e.harness import wait_for

FLOOR = "floor: exec to first byte"
IMPORTS = "import gc, os, sys; gc.disable(); [__import__(name) for name in sys.argv[1:]]; os.write(1, b'x')"
#: Packages of ours, and the program itself, which is run.py in the one and this floor in the other.
OURS = {"mud", "modules", "__main__"}
#: Appended to the new program: at GO it writes down what it has imported so far.
TELLS = """

import sys

_have_game = have_game


def have_game(server, *given):
    server.config.data.joinpath("imported").write_text(" ".join(sys.modules))
    _have_game(server, *given)
"""


@functools.cache
def of_others() -> tuple[str, ...]:
    """The modules that a new program has imported from others when it gets the game, in its order."""
    with tempfile.TemporaryDirectory(prefix="everwake-floor-") as folder:
        crowd = Crowd(Path(folder))
        with (crowd.tree / "mud" / "server" / "main.py").open("a") as file:
            file.write(TELLS)
        told = crowd.game.data / "imported"
        try:
            crowd.start()
            crowd.order("copyover")
            wait_for(lambda: told.exists() and crowd.written(), "the copyover")
        finally:
            crowd.close()
        return tuple(name for name in told.read_text().split() if name.partition(".")[0] not in OURS)


def command(program: str = IMPORTS) -> list[str]:
    """The floor, as a command line."""
    return [sys.executable, "-c", program, *of_others()]


def exec_floor(table: Table, times: int = 3) -> float:
    """Take it so many times; gives the median of these in milliseconds."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    line, found = command(), []
    for _ in range(times):
        began = time.perf_counter()
        child = subprocess.Popen(line, stdout=subprocess.PIPE, env=environment)
        assert child.stdout is not None
        child.stdout.read(1)
        found.append(1000 * (time.perf_counter() - began))
        child.wait()
        child.stdout.close()
    table.add(FLOOR, "ms", *found)
    return statistics.median(found)
