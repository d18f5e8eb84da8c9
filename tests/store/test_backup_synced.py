"""A backup, and what is restored from one, is on the disk before anybody relies on it."""

from __future__ import annotations

from pathlib import Path

from tests.store.test_migrate import with_instant
from tests.traced import disk_work

COPY = """
import sys, pathlib
from mud.store.backup import copy
copy(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
"""
RESTORE = COPY.replace("copy", "restore")


def test_a_backup_is_synced_before_it_has_its_name_and_its_folder_after(tmp_path: Path) -> None:  # S0.3
    with_instant(tmp_path / "everwake.db", 1)
    (tmp_path / "out").mkdir()
    done = disk_work(COPY, tmp_path, tmp_path / "everwake.db", tmp_path / "out" / "backup.db")
    assert done == [("sync", "out/backup.db.tmp"), ("move", "out/backup.db"), ("sync", "out")]


def test_what_is_restored_is_synced_before_it_is_the_database_and_its_folder_after(tmp_path: Path) -> None:  # S0.3
    (tmp_path / "out").mkdir()
    for place in (tmp_path / "backup.db", tmp_path / "out" / "everwake.db"):
        with_instant(place, 1)
    done = disk_work(RESTORE, tmp_path, tmp_path / "backup.db", tmp_path / "out" / "everwake.db")
    assert done[-2:] == [("move", "out/everwake.db"), ("sync", "out")]
    assert ("sync", "out/everwake.db.restoring.tmp") in done
