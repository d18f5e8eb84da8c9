"""A disk that is full, read-only or broken: nothing is half written, and the store goes on when the disk does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from mud.core.errors import StoreError
from mud.store.store import Store
from tests.store.instants import ROOT, held, instant, only_instant, opened, python, run, small_disk
from tests.tools import mount, need_tool


def fill(path: Path) -> None:
    """Leave not a byte on the disk that holds `path`."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (4096, 1):
            with contextlib.suppress(OSError):
                while file.write(b"x" * size):
                    pass


def test_full_disk_refuses_the_whole_flush_and_takes_it_when_there_is_room_again(tmp_path: Path) -> None:
    async def story(disk: Path) -> None:
        async with opened(disk / "everwake.db") as store:
            await store.flush(instant(1))
            fill(disk / "filler")
            for _ in range(3):
                with pytest.raises(StoreError, match=r"everwake\.db: .*full"):
                    await store.flush(instant(2, weight=5_000))
                assert await only_instant(store) == 1
            (disk / "filler").unlink()
            await store.flush(instant(2, weight=5_000))
            assert await only_instant(store) == 2

    with small_disk(tmp_path / "disk") as disk:
        asyncio.run(story(disk))
        assert held(disk / "everwake.db") == 2


def test_full_disk_refuses_a_new_database_in_words(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        fill(disk / "filler")
        with pytest.raises(StoreError, match=r"everwake\.db"):
            asyncio.run(Store.open(disk / "everwake.db"))
        (disk / "filler").unlink()
        assert held(disk / "everwake.db") == 0


def test_full_disk_leaves_the_backup_before_as_it_was(tmp_path: Path) -> None:
    async def story(disk: Path, database: Path) -> None:
        async with opened(database) as store:
            await store.flush(instant(1))
            await store.backup(disk / "backup.db")
            await store.flush(instant(2, weight=5_000))
            fill(disk / "filler")
            with pytest.raises(StoreError, match=r"backup\.db"):
                await store.backup(disk / "backup.db")
            assert sorted(os.listdir(disk)) == ["backup.db", "filler"]
            (disk / "filler").unlink()

    with small_disk(tmp_path / "disk") as disk:
        asyncio.run(story(disk, tmp_path / "everwake.db"))
        assert held(disk / "backup.db") == 1


def test_files_that_may_not_grow_refuse_the_whole_flush(tmp_path: Path) -> None:
    said = run(python("tests.store.limited", tmp_path / "everwake.db"))
    refused = [line for line in said if line.startswith("refused")]
    assert len(refused) == 3 and all("everwake.db" in line for line in refused)
    assert [line for line in said if line not in refused] == [*["holds 1 threads 2"] * 3, "holds 2"]
    assert held(tmp_path / "everwake.db") == 2


def test_read_only_disk_refuses_in_words_and_changes_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        path = disk / "everwake.db"

        async def flushed(n: int) -> None:
            async with opened(path) as store:
                await store.flush(instant(n))

        asyncio.run(flushed(1))
        before = path.read_bytes()
        mount("-o", "remount,ro", disk)
        with pytest.raises(StoreError, match=r"everwake\.db"):
            asyncio.run(flushed(2))
        assert path.read_bytes() == before
        mount("-o", "remount,rw", disk)
        asyncio.run(flushed(2))
        assert held(path) == 2


def broken(path: Path, calls: str, error: str, when: str) -> list[str]:
    """What makes a child's disk fail, as far as it holds the database. strace counts the calls of each thread, so
    for a new connection, which is a new thread, they begin anew."""
    on_it = [f"--trace-path={path}{side}" for side in ("", "-wal")]
    fault = ["-e", f"trace={calls}", "-e", f"inject={calls}:error={error}:when={when}"]
    return [need_tool("strace"), "-f", "-o", f"{path}.log", *on_it, *fault]


def made(path: Path, instants: int) -> None:
    """A database that has seen a few flushes, without what strace would count."""
    assert run(python("tests.store.flushing", path, instants))[-1] == f"done {instants}"


@pytest.mark.parametrize(
    ("calls", "error", "when"),
    [
        ("pwrite64", "EIO", "100"),  # about thirty calls a flush
        ("pwrite64", "EIO", "110+"),  # and all that SQLite does about it fails as well
        ("pwrite64", "EROFS", "120+"),
        ("pwrite64", "ENOSPC", "130..230"),
        ("fsync,fdatasync", "EIO", "4"),
        ("fsync,fdatasync", "EIO", "5+"),
    ],
)
def test_a_disk_that_fails_now_and_then_costs_nothing(tmp_path: Path, calls: str, error: str, when: str) -> None:
    path = tmp_path / "everwake.db"
    made(path, 3)
    said = run([*broken(path, calls, error, when), *python("tests.store.flushing", path, 40, 200)])
    refused = [line for line in said if line.startswith("refused")]
    assert refused and all("everwake.db: " in line for line in refused)
    assert said[-1] == "done 40"
    assert held(path) == 40


@pytest.mark.parametrize(
    ("calls", "error", "when"),
    [
        ("pwrite64", "EIO", "1+"),
        ("pwrite64", "EIO", "2+"),
        ("pwrite64", "ENOSPC", "9+"),
        ("pwrite64", "EROFS", "20+"),
        ("fsync,fdatasync", "EIO", "1+"),
    ],
)
def test_a_disk_that_does_not_recover_leaves_one_instant(tmp_path: Path, calls: str, error: str, when: str) -> None:
    path = tmp_path / "everwake.db"
    made(path, 3)
    said = run([*broken(path, calls, error, when), *python("tests.store.flushing", path, 40, 20)])
    assert [line.split()[0] for line in said] == ["begin", *["refused"] * 20]
    # a flush of which only the syncing failed may be on the disk all the same, but then as a whole
    assert held(path) in ((3, 4) if "sync" in calls else (3,))


def test_a_disk_that_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"
    made(path, 3)
    command = [*broken(path, "pread64", "EIO", "1+"), *python("tests.store.flushing", path, 40)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr.splitlines()[-1] == f"mud.core.errors.StoreError: {path}: disk I/O error"
    assert held(path) == 3


def test_locked_by_another_program_is_refused_and_goes_on(tmp_path: Path) -> None:
    async def story(path: Path) -> None:
        async with opened(path, busy_seconds=0.05) as store:
            await store.flush(instant(1))
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked"):
                await store.flush(instant(2))
            assert await only_instant(store) == 1
            other.execute("ROLLBACK")
            other.close()
            await store.flush(instant(2))
            assert await only_instant(store) == 2

    asyncio.run(story(tmp_path / "everwake.db"))


@pytest.mark.parametrize("gone", ["moved", "replaced"])
def test_database_that_is_gone_does_not_come_back_empty(tmp_path: Path, gone: str) -> None:
    async def story(path: Path) -> None:
        async with opened(path) as store:
            await store.flush(instant(1))
            path.rename(tmp_path / "elsewhere.db")
            if gone == "replaced":
                path.write_bytes(b"")
            with pytest.raises(StoreError, match="moved or replaced"):
                await store.flush(instant(2))
            assert path.exists() == (gone == "replaced")
            (tmp_path / "elsewhere.db").replace(path)
            await store.flush(instant(2))
            assert await only_instant(store) == 2

    asyncio.run(story(tmp_path / "everwake.db"))
