"""`make mutants`: try mutants, each in a copy of the tree; tell how many were killed, and which were not."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.laboratory import SECONDS, Fate, Laboratory
from tests.mutants.mutant import ROOT, Mutant, load

#: Tests that pass without a mutant are run in so many at a time, and get so many times the seconds of one.
BATCH = 100


def chosen(mutants: dict[str, Mutant], words: list[str], sample: int) -> dict[str, Mutant]:
    """The mutants in whose name or file one of the words is; of quick ones a sample, which HEAD decides on."""
    found = {n: m for n, m in mutants.items() if not words or any(word in n or word in m.file for word in words)}
    if not sample:
        return found
    quick = sorted(name for name, mutant in found.items() if mutant.quick)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return {name: found[name] for name in random.Random(head.strip()).sample(quick, min(sample, len(quick)))}


def sound(laboratory: Laboratory, mutants: dict[str, Mutant], seconds: float) -> bool:
    """Whether the tests pass while nothing is changed: else their failing would say nothing."""
    tests = sorted({test for mutant in mutants.values() for test in mutant.tests})
    for at in range(0, len(tests), BATCH):
        fate, said = laboratory.run(tests[at : at + BATCH], seconds * 10)
        if fate is not Fate.SURVIVED:
            print(f"without any mutant these tests do not pass ({fate.value}):\n{said}", file=sys.stderr)
            return False
    return True


def try_all(folder: Path, mutants: dict[str, Mutant], seconds: float, jobs: int) -> dict[str, Fate] | None:
    """Try mutants, some beside each other. None when the tests don't pass without them."""
    free: SimpleQueue[Laboratory] = SimpleQueue()
    for number in range(jobs):
        free.put(Laboratory(ROOT, folder / str(number)))

    def fate(name: str) -> Fate:
        laboratory, begun = free.get(), time.monotonic()
        try:
            found, said = laboratory.try_(mutants[name], seconds)
        finally:
            free.put(laboratory)
        print(f"{found.value:10} {time.monotonic() - begun:5.1f} s  {name}", flush=True)
        if found is Fate.UNFIT:
            print(said)
        return found

    first = free.get()
    if not sound(first, mutants, seconds):
        return None
    free.put(first)
    with ThreadPoolExecutor(jobs) as pool:
        return dict(zip(mutants, pool.map(fate, mutants), strict=True))


def report(mutants: dict[str, Mutant], fates: dict[str, Fate]) -> bool:
    """Print the figure and the survivors; gives whether all is as the list says."""
    killed = [name for name, fate in fates.items() if fate in (Fate.KILLED, Fate.HUNG)]
    print(f"\n{len(killed)} of {len(fates)} killed ({100 * len(killed) / max(1, len(fates)):.1f} %)")
    well = True
    for name, fate in fates.items():
        reason = mutants[name].survives
        if fate in (Fate.SURVIVED, Fate.UNFIT):
            print(f"{fate.value}: {name} ({mutants[name].file}): {mutants[name].breaks}. {reason or 'NO REASON'}")
            well = well and bool(reason)
        elif reason:
            print(f"{name} is said to survive, and does not any more")
            well = False
    return well


def main() -> int:
    """Exit code 0 when every mutant was killed, or survived for a reason that it carries."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="of names or files: which to try; all of them otherwise")
    parser.add_argument("--sample", type=int, default=0, help="so many quick ones, which the commit decides on")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="that each gets")
    parser.add_argument("--jobs", type=int, default=2, help="how many are tried at a time")
    given = parser.parse_args()
    mutants = load()
    faults = [f"{name}: {fault}" for name, mutant in mutants.items() for fault in mutant.faults(ROOT)]
    if faults:
        print(*faults, sep="\n", file=sys.stderr)
        return 1
    some = chosen(mutants, given.words, given.sample)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        fates = try_all(Path(folder), some, given.seconds, max(1, given.jobs))
    return 0 if fates is not None and report(some, fates) else 1


if __name__ == "__main__":
    sys.exit(main())
