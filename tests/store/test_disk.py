"""A disk that is full, read-only or broken: nothing is half written, and the store goes on when the disk does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from pathlib import Path

import pytest

from mud.core.errors import StoreError
from mud.store.store import Store
from tests.store.instants import held, instant, mount, only_instant, opened, python, run, small_disk
from tests.tools import need_tool


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


INJECTED = [
    ("pwrite64", "EIO"),
    ("pwrite64", "ENOSPC"),
    ("pwrite64", "EROFS"),
    ("fsync,fdatasync", "EIO"),
    ("pread64", "EIO"),
]


@pytest.mark.parametrize(("call", "error"), INJECTED)
def test_a_disk_that_fails_for_a_while_costs_nothing(tmp_path: Path, call: str, error: str) -> None:
    """Not only one call fails but a run of them: what SQLite does about the first may meet the second."""
    strace, path = need_tool("strace"), tmp_path / "everwake.db"
    log = tmp_path / "log"
    asyncio.run(_made(path))
    fault = ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when=30..44"]
    on_it = [f"--trace-path={path}{side}" for side in ("", "-wal")]
    said = run([strace, "-f", "-o", str(log), *on_it, *fault, *python("tests.store.flushing", path, 60, 200)])
    assert "(INJECTED)" in log.read_text()
    refused = [line for line in said if line.startswith("refused")]
    assert bool(refused) or call == "pread64"  # pages that are in memory are not read again
    assert all("everwake.db" in line for line in refused)
    assert said[-1] == "done 60"
    assert held(path) == 60


@pytest.mark.parametrize(("call", "error"), INJECTED[:4])
def test_a_disk_that_never_recovers_leaves_one_instant(tmp_path: Path, call: str, error: str) -> None:
    strace, path = need_tool("strace"), tmp_path / "everwake.db"
    asyncio.run(_made(path))
    fault = ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when=30+"]
    on_it = [f"--trace-path={path}{side}" for side in ("", "-wal")]
    said = run([strace, "-f", "-o", os.devnull, *on_it, *fault, *python("tests.store.flushing", path, 60, 60)])
    done = [int(line.split()[1]) for line in said if line.startswith("done")][-1]
    assert 0 < done < 60 and sum(line.startswith("refused") for line in said) > 10
    # a flush of which only the syncing failed may have reached the disk, but then as a whole
    assert held(path) in (done, done + 1)


async def _made(path: Path) -> None:
    async with opened(path):
        pass


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
