"""Backups while the game plays on, and putting one back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from mud.core.errors import StoreError
from mud.store.backup import copy
from mud.store.store import Store, restore
from tests.store.instants import held, instant, only_instant, opened
from tests.store.test_migrate import LATER, contents, with_instant


def test_backup_while_writing_is_one_instant_and_the_writing_goes_on(tmp_path: Path) -> None:
    async def story(path: Path) -> list[tuple[Path, int, int]]:
        made = []
        written: asyncio.Queue[int] = asyncio.Queue()
        last = 0

        async def write(store: Store) -> None:
            nonlocal last
            for n in range(1, 10_000):
                await store.flush(instant(n))
                last = n
                written.put_nowait(n)

        async with opened(path) as store:
            writing = asyncio.create_task(write(store))
            for number in range(4):
                while await written.get() < 20 * (number + 1):
                    pass
                before = last
                await store.backup(tmp_path / f"backup-{number}.db")
                made.append((tmp_path / f"backup-{number}.db", before, last + 1))
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            assert await only_instant(store) == last
        return made

    for file, low, high in asyncio.run(story(tmp_path / "everwake.db")):
        assert file.stat().st_mode & 0o777 == 0o600
        assert low <= held(file) <= high
    assert not list(tmp_path.glob("*.tmp*"))


def test_backup_is_one_file_that_needs_none_beside_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            await store.flush(instant(1))
            await store.backup(tmp_path / "backups" / "one.db")

    asyncio.run(story())
    assert os.listdir(tmp_path / "backups") == ["one.db"]
    with contextlib.closing(sqlite3.connect(tmp_path / "backups" / "one.db")) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_backup_replaces_an_older_one(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store:
            for n in (1, 2):
                await store.flush(instant(n))
                await store.backup(tmp_path / "backup.db")

    asyncio.run(story())
    assert held(tmp_path / "backup.db") == 2


def test_backup_of_a_damaged_database_is_refused_and_the_one_before_kept(tmp_path: Path) -> None:
    with_instant(tmp_path / "everwake.db", 1)
    copy(tmp_path / "everwake.db", tmp_path / "backup.db")
    before = (tmp_path / "backup.db").read_bytes()
    damaged(tmp_path / "everwake.db")
    with pytest.raises(StoreError, match=r"damaged|malformed"):  # whether SQLite or we notice it first
        copy(tmp_path / "everwake.db", tmp_path / "backup.db")
    assert (tmp_path / "backup.db").read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["backup.db", "everwake.db"]


def test_backup_ignores_what_a_killed_one_left(tmp_path: Path) -> None:
    for name in ("backup.db.tmp", "backup.db.tmp-journal", "backup.db.tmp-wal"):
        (tmp_path / name).write_bytes(b"left over" * 1000)
    with_instant(tmp_path / "everwake.db", 1)
    copy(tmp_path / "everwake.db", tmp_path / "backup.db")
    assert sorted(os.listdir(tmp_path)) == ["backup.db", "everwake.db"]
    assert held(tmp_path / "backup.db") == 1


def test_backup_never_overwrites_a_database_in_use(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "everwake.db") as store, opened(tmp_path / "other.db") as other:
            await store.flush(instant(1))
            with pytest.raises(StoreError, match="the same file"):
                await store.backup(tmp_path / "everwake.db")
            with pytest.raises(StoreError, match=r"other\.db is in use"):
                await store.backup(tmp_path / "other.db")
            assert await only_instant(store) == 1
            assert await only_instant(other) == 0

    asyncio.run(story())


def test_restored_backup_takes_the_place_and_the_old_one_is_kept_whole(tmp_path: Path) -> None:
    path, backup = tmp_path / "data" / "everwake.db", tmp_path / "backup.db"

    async def story() -> None:
        async with opened(path) as store:
            await store.flush(instant(1))
            await store.backup(backup)
        async with opened(path) as store:
            await store.relax()  # so that the last flush is in the log only, as after a kill
            await store.flush(instant(2))

    asyncio.run(story())
    assert path.with_name("everwake.db-wal").stat().st_size > 0
    aside = restore(backup, path)
    assert aside is not None and aside.name.startswith("everwake.db.replaced-")
    assert held(path) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert held(aside) == 2
    assert held(backup) == 1


def test_restore_twice_keeps_both_old_ones(tmp_path: Path) -> None:
    path, backup = tmp_path / "everwake.db", tmp_path / "backup.db"
    with_instant(path, 3)
    with_instant(backup, 1)
    kept = [restore(backup, path), restore(backup, path)]
    assert [held(aside) for aside in kept if aside] == [3, 1]


def test_restore_into_an_empty_folder_sets_nothing_aside(tmp_path: Path) -> None:
    with_instant(tmp_path / "backup.db", 1)
    assert restore(tmp_path / "backup.db", tmp_path / "data" / "everwake.db") is None
    assert os.listdir(tmp_path / "data") == ["everwake.db"]
    assert held(tmp_path / "data" / "everwake.db") == 1


def test_restore_does_not_read_the_log_of_a_database_that_is_gone(tmp_path: Path) -> None:
    path, backup = tmp_path / "everwake.db", tmp_path / "backup.db"
    with_instant(backup, 1)
    shutil.copy(backup, path)

    async def story() -> None:
        async with opened(path) as store:
            await store.relax()
            await store.flush(instant(2))

    asyncio.run(story())
    path.unlink()
    restore(backup, path)
    assert held(path) == 1


def test_restore_of_a_copy_with_its_log_beside_it_takes_both(tmp_path: Path) -> None:
    """What somebody copied by hand, from under a server that was killed."""
    path, copied = tmp_path / "everwake.db", tmp_path / "copied.db"

    async def story() -> None:
        async with opened(copied) as store:
            await store.flush(instant(1))
            await store.checkpoint()
            await store.relax()
            await store.flush(instant(2))

    asyncio.run(story())
    restore(copied, path)
    assert held(path) == 2


def text(backup: Path) -> None:
    backup.write_text("no database")


def empty(backup: Path) -> None:
    backup.touch()


def of_another_program(backup: Path) -> None:
    with contextlib.closing(sqlite3.connect(backup)) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")


def newer(backup: Path) -> None:
    async def story() -> None:
        await (await Store.open(backup, LATER)).close()

    asyncio.run(story())


def damaged(backup: Path) -> None:
    with_instant(backup, 1)
    data = backup.read_bytes()
    backup.write_bytes(data[:8192] + b"\xff" * 4096 + data[12288:])


def missing(backup: Path) -> None:
    """There is none."""


BAD = {
    text: "not a database",
    empty: "is empty",
    of_another_program: "not one of Everwake",
    newer: "of schema version 4, but this program knows versions up to 2",
    damaged: "damaged|malformed",
    missing: "no such file",
}


@pytest.mark.parametrize("make", BAD, ids=lambda f: f.__name__)
def test_bad_backup_is_refused_by_name_and_nothing_changes(tmp_path: Path, make: object) -> None:
    path, backup = tmp_path / "data" / "everwake.db", tmp_path / "backup.db"
    with_instant(path, 1)
    assert callable(make)
    make(backup)
    before = contents(path.parent)
    with pytest.raises(StoreError, match=rf"{backup}.*({BAD[make]})"):
        restore(backup, path)
    assert contents(path.parent) == before
    assert list(before) == ["everwake.db"]


def test_the_database_itself_is_no_backup_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"
    with_instant(path, 1)
    os.symlink(path, tmp_path / "link.db")
    with pytest.raises(StoreError, match="the same file"):
        restore(tmp_path / "link.db", path)
    assert held(path) == 1


def test_file_system_without_hard_links_still_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")  # what link(2) says on FAT

    path, backup = tmp_path / "everwake.db", tmp_path / "backup.db"
    with_instant(path, 2)
    with_instant(backup, 1)
    monkeypatch.setattr(os, "link", refuse)
    aside = restore(backup, path)
    assert aside is not None
    assert (held(path), held(aside)) == (1, 2)
