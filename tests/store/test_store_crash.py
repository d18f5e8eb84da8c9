"""After kill -9 at any moment the database holds exactly one instant."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.store.instants import ROOT, child, held, python
from tests.tools import need_tool

LAST = 1_000_000


def killed_after(path: Path, flushes: int) -> int:
    """Flush until that many were said to be done, then kill -9. Gives the last one that was."""
    process = child(python("tests.store.flushing", path, LAST))
    assert process.stdout is not None
    with process:
        said = 0
        for _ in range(flushes + 1):  # the first line says where it begins
            said = int(process.stdout.readline().split()[1])
        process.kill()
        rest = [int(line.split()[1]) for line in process.stdout if line.endswith("\n")]
    return rest[-1] if rest else said


def test_killed_while_flushing_it_holds_the_last_flush_or_the_one_under_way(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"
    at_least = 0
    for flushes in (1, 2, 3, 5, 8, 13, 30, 2, 60, 90):  # 90 flushes: beyond a checkpoint
        done = killed_after(path, flushes)
        assert done >= at_least + flushes
        at_least = held(path)
        assert at_least in (done, done + 1)  # the next one may have been written and not yet told


@pytest.mark.parametrize("call", ["pwrite64", "fsync,fdatasync"])
@pytest.mark.parametrize("number", [1, 2, 3, 4, 7, 12, 21, 34])
def test_killed_in_the_very_write(tmp_path: Path, call: str, number: int) -> None:
    strace = need_tool("strace")
    path = tmp_path / "everwake.db"
    kill = ["-f", "-o", str(tmp_path / "log"), "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]
    command = [strace, *kill, *python("tests.store.flushing", path, 40)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert "killed by SIGKILL" in (tmp_path / "log").read_text()
    done = [int(line.split()[1]) for line in said.stdout.splitlines()]
    last = done[-1] if done else 0
    assert last < 40
    assert held(path) in (last, last + 1)  # the next one may have been written and not yet told
