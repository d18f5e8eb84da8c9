"""`make bench`, `make bench ARGS="--only copyover --json"`: one table; each figure median, min to max, n; and ratios to
the floor. The sections are below; each takes from seconds to minutes, all of them about a quarter of an hour.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import buffs, commands, copyovers, economy, modules, play, pulse, start, tba
from tests.bench.crowd import WORLD, raise_limit
from tests.bench.execfloor import exec_floor
from tests.bench.table import Table


def kernel(table: Table, folder: Path, options: argparse.Namespace) -> None:
    """Modules, trade and effects, in process."""
    modules.measure(table.add)
    economy.measure(table.add)
    buffs.measure(table.add)


def starts(table: Table, folder: Path, options: argparse.Namespace) -> None:
    """Warm starts of the starter world and of a large one, in turn."""
    start.measure(table.add, folder, options.large)
    warm = "warm start, 12,700 rooms"
    table.ratio("warm start with 12,700 rooms to the starter world's", warm, "warm start, starter world", "<= 1.5")


def pulses(table: Table, folder: Path, options: argparse.Namespace) -> None:
    """A world that is awake."""
    source = tba.source()
    if source is not None:
        pulse.measure(table.add, source, options.quick)


#: What can be measured by itself.
SECTIONS: dict[str, Callable[[Table, Path, argparse.Namespace], None]] = {
    "kernel": kernel,
    "start": starts,
    "play": lambda table, folder, options: play.measure(table, folder, options.world),
    "pulse": pulses,
    "commands": lambda table, folder, options: commands.measure(table, folder),
    "large": lambda table, folder, options: play.measure_large(table, folder),
    "copyover": lambda table, folder, options: copyovers.silence(table, folder, options.quick),
    "rehearsal": lambda table, folder, options: copyovers.rehearsal(table, folder, options.quick),
    "way-back": lambda table, folder, options: copyovers.way_back(table, folder, options.quick),
    "dev": lambda table, folder, options: copyovers.develop(table, folder, options.quick),
}


def main() -> int:
    """Measure, print."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--json", action="store_true", help="figures for programs")
    parser.add_argument("--quick", action="store_true", help="fewer runs of each")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="these sections")
    parser.add_argument("--world", type=Path, default=WORLD, help="another world than the starter one to play in")
    parser.add_argument("--large", type=Path, help="a large world to start with, instead of a made one of 12,700 rooms")
    options = parser.parse_args()
    raise_limit()
    if tba.source() is None:
        print("The tbaMUD world is not on this machine: EVERWAKE_TBA_WORLD may name it.", file=sys.stderr)
    table = Table()
    try:
        for name in options.only:
            began = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="everwake-bench-") as folder:
                SECTIONS[name](table, Path(folder), options)
            exec_floor(table)  # again after each: the machine may not be the same all the time
            print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    finally:  # what was measured is told, whatever a later section came to
        print(table.json() if options.json else table.text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
