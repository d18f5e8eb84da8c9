"""What has to outlive a power cut is on the disk before anybody relies on it; a copyover's files wait for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.traced import disk_work

WRITE = """
import sys, pathlib
from mud.snapshot import files
from mud.snapshot.envelope import Section, Snapshot
snapshot = Snapshot(participant="bank", version="1", schema=1, taken=0.0, sections={"a": Section(1, b"x")})
files.write(pathlib.Path(sys.argv[1]), snapshot, sync=sys.argv[2] == "sync")
"""


@pytest.mark.parametrize("way", ["sync", "fast"])
def test_an_exported_snapshot_and_its_folder_are_synced_and_a_copyovers_are_not(tmp_path: Path, way: str) -> None:
    # S0.3
    moved = [("move", "out/bank.dat")]
    synced = [("sync", "out/bank.dat.tmp"), *moved, ("sync", "out")]
    assert disk_work(WRITE, tmp_path, tmp_path / "out", way) == (synced if way == "sync" else moved)
