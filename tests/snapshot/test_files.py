"""Snapshot files: what a server that was killed left is out of the way, and nothing of it is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.snapshot import files


def test_what_was_left_is_set_aside_and_what_was_half_written_is_gone(tmp_path: Path) -> None:  # S0.7
    for name in ("world.dat", "raffle.dat", "sessions.dat.tmp", "bank.dat.corrupt-1", "notes"):
        (tmp_path / name).write_text(name)
    aside = files.clear_away(tmp_path)
    assert [path.name.rpartition("-")[0] for path in aside] == ["raffle.dat.stale", "world.dat.stale"]
    assert [path.read_text() for path in aside] == ["raffle.dat", "world.dat"]
    assert {path.name for path in tmp_path.iterdir()} == {*(path.name for path in aside), "bank.dat.corrupt-1", "notes"}
    assert files.clear_away(tmp_path) == []


def test_no_folder_is_no_error_and_a_disk_that_refuses_is_one(tmp_path: Path) -> None:
    assert files.clear_away(tmp_path / "missing") == []
    (tmp_path / "world.dat.tmp").mkdir()
    with pytest.raises(OSError, match=r"world\.dat\.tmp"):
        files.clear_away(tmp_path)


def test_what_is_restored_goes_away_and_what_nobody_could_take_is_set_aside(tmp_path: Path) -> None:  # S0.7
    for name in ("world", "raffle", "bank"):
        (tmp_path / f"{name}.dat").write_text(name)
    files.use_up(tmp_path, ["world", "raffle"], {"raffle"})
    left = {path.name.rpartition("-")[0] or path.name: path.read_text() for path in tmp_path.iterdir()}
    assert left == {"raffle.dat.corrupt": "raffle", "bank.dat": "bank"}
