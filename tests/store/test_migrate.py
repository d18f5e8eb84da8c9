"""A database is made, brought up to date, or refused with nothing changed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mud.core.errors import StoreError
from mud.store import schema
from mud.store.migrate import look
from mud.store.schema import MIGRATIONS, Migrations
from mud.store.store import Store, read_modules, read_sessions
from tests.store.instants import ROOT, held, instant, opened, python
from tests.tools import need_tool


def mark_the_heavy(db: sqlite3.Connection) -> None:
    for (item,) in db.execute("SELECT id FROM items").fetchall():
        db.execute("UPDATE items SET note = 'heavy' WHERE id = ?", (item,))


def fail(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM items")
    raise sqlite3.IntegrityError("the items do not fit")


LATER: Migrations = (
    *MIGRATIONS,
    (3, ("ALTER TABLE items ADD COLUMN note TEXT", "CREATE INDEX items_note ON items (note)")),
    (4, mark_the_heavy),
)
BROKEN: Migrations = (*LATER[:3], (4, fail))


def version(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def opens(path: Path, migrations: Migrations = MIGRATIONS) -> None:
    async def story() -> None:
        await (await Store.open(path, migrations)).close()

    asyncio.run(story())


def with_instant(path: Path, n: int) -> None:
    async def story() -> None:
        async with opened(path) as store:
            for number in range(1, n + 1):
                await store.flush(instant(number))

    asyncio.run(story())


def contents(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, but for the log's index, which whoever reads a log may make."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if not p.name.endswith("-shm")}


def test_new_database_is_for_the_owner_only_and_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "data" / "everwake.db"
    opens(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert version(path) == schema.newest() == 2
    assert os.listdir(path.parent) == ["everwake.db"]
    assert query(path, "PRAGMA journal_mode") == [("wal",)]


def test_log_is_for_the_owner_only(tmp_path: Path) -> None:
    async def story(path: Path) -> None:
        async with opened(path) as store:
            await store.flush(instant(1))
            modes = {p.name: p.stat().st_mode & 0o777 for p in tmp_path.iterdir()}
            assert modes == {"everwake.db": 0o600, "everwake.db-wal": 0o600, "everwake.db-shm": 0o600}

    asyncio.run(story(tmp_path / "everwake.db"))


def test_tables_are_what_the_registry_says(tmp_path: Path) -> None:
    opens(tmp_path / "everwake.db")
    found = {}
    for (table,) in query(tmp_path / "everwake.db", "SELECT name FROM sqlite_schema WHERE type = 'table'"):
        columns = query(tmp_path / "everwake.db", f"PRAGMA table_info({table})")
        found[table] = tuple(column[1] for column in columns)
        assert columns[0][5] == 1, f"the key of {table} does not come first"
    assert found == schema.TABLES


def test_older_database_takes_every_step_and_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"
    with_instant(path, 2)
    opens(path, LATER)
    assert version(path) == 4
    assert query(path, "SELECT DISTINCT note FROM items") == [("heavy",)]
    aside = tmp_path / "everwake.db.before-v3"
    assert aside.stat().st_mode & 0o777 == 0o600
    assert held(aside) == 2
    assert version(aside) == 2


def test_older_database_killed_before_its_log_was_worked_through_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"
    strace = need_tool("strace")
    fault = ["-f", "-o", os.devnull, "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:signal=KILL:when=9"]
    command = [strace, *fault, *python("tests.store.flushing", path, 100)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False).stdout
    last = int(said.splitlines()[-1].split()[1])
    assert (tmp_path / "everwake.db-wal").stat().st_size > 0
    opens(path, LATER)
    assert version(path) == 4
    # The next one may have been written and not yet told.
    assert held(tmp_path / "everwake.db.before-v3") in (last, last + 1)


def test_up_to_date_database_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"
    opens(path, LATER)
    before = contents(tmp_path)
    opens(path, LATER)
    assert contents(tmp_path) == before
    assert list(before) == ["everwake.db"]


def test_failing_step_changes_nothing_and_those_before_it_stay(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"
    with_instant(path, 2)
    with pytest.raises(StoreError, match=r"everwake\.db, to schema version 4: the items do not fit"):
        opens(path, BROKEN)
    assert version(path) == 3
    assert query(path, "SELECT count(*) FROM items") == [(20,)]
    opens(path, LATER)
    assert version(path) == 4
    assert version(tmp_path / "everwake.db.before-v3") == 2
    assert version(tmp_path / "everwake.db.before-v4") == 3


def test_newer_database_is_refused_with_both_numbers_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"
    opens(path, LATER)
    before = contents(tmp_path)
    with pytest.raises(StoreError, match=r"everwake\.db is of schema version 4, but this program .* up to 2$"):
        opens(path)
    assert contents(tmp_path) == before


def test_newer_database_with_a_log_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"

    async def story() -> None:
        newer = await Store.open(path, LATER)
        await newer.relax()
        await newer.flush(instant(1))
        await newer.close()

    asyncio.run(story())
    before = contents(tmp_path)
    assert sorted(before) == ["everwake.db", "everwake.db-wal"]
    with pytest.raises(StoreError, match=r"version 4, .* up to 2$"):
        opens(path)
    assert contents(tmp_path) == before


def text(path: Path) -> None:
    path.write_text("This is no database.\n" * 100)


def cut_off(path: Path) -> None:
    with_instant(path, 3)
    os.truncate(path, path.stat().st_size // 2)


def of_another_program(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")


def without_a_header(path: Path) -> None:
    with_instant(path, 1)
    path.write_bytes(b"\0" * 4096 + path.read_bytes()[4096:])


UNFIT: dict[Callable[[Path], Any], str] = {
    text: "not a database",
    cut_off: "malformed",
    of_another_program: "not one of Everwake",
    without_a_header: "not a database",
    Path.mkdir: "is not a file",
}


@pytest.mark.parametrize("make", UNFIT, ids=lambda f: f.__name__)
def test_file_that_is_no_database_is_refused_by_name_and_not_touched(
    tmp_path: Path, make: Callable[[Path], Any]
) -> None:
    path = tmp_path / "everwake.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    threads = threading.enumerate()
    with pytest.raises(StoreError, match=rf"{path}.*({UNFIT[make]})"):
        opens(path)
    with pytest.raises(StoreError, match=rf"{path}"):
        read_sessions(path)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert os.listdir(tmp_path) == ["everwake.db"]
    assert threading.enumerate() == threads


def test_damaged_page_is_refused_by_name_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"
    with_instant(path, 1)
    ((page,),) = query(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'items'")
    data = path.read_bytes()
    at = (int(str(page)) - 1) * 4096
    path.write_bytes(data[:at] + b"\xff" * 4096 + data[at + 4096 :])

    async def story() -> None:
        async with opened(path) as store:
            with pytest.raises(StoreError, match=rf"{path}: .*malformed"):
                await store.load_active()

    asyncio.run(story())


def test_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "everwake.db").touch()
    assert held(tmp_path / "everwake.db") == 0


def test_an_older_database_is_read_as_if_it_were_new_and_stays_old(tmp_path: Path) -> None:
    """A new program in a copyover may have to give the game back: it writes nothing."""
    path = tmp_path / "everwake.db"
    opens(path, MIGRATIONS[:1])
    before = path.read_bytes()
    assert read_modules(path) == ([], [])
    assert read_sessions(path) == ([], [])
    assert version(path) == 1 and path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["everwake.db"]


def test_a_step_that_fails_when_it_is_only_tried_is_told_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"
    with_instant(path, 1)
    before = query(path, "SELECT count(*) FROM items")
    with pytest.raises(StoreError, match="to schema version 4: the items do not fit"), look(path, BROKEN):
        pass
    with look(path, LATER) as db:
        assert db.execute("SELECT DISTINCT note FROM items").fetchall() == [("heavy",)]
    assert query(path, "SELECT count(*) FROM items") == before and version(path) == MIGRATIONS[-1][0]


def test_a_newer_database_is_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "everwake.db"
    opens(path, LATER)
    with pytest.raises(StoreError, match="of schema version 4, but this program knows versions up to 2"):
        read_sessions(path)
