"""Modules' own tables: blocks are whole or not at all, once, and reach nothing but their module's tables."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from mud.core.errors import Invalid, StoreError
from mud.core.writes import WriteBlock
from mud.store import blocks as blocks_
from mud.store.batch import Batch
from mud.store.blocks import Refusal
from mud.store.store import Store
from tests.store.instants import instant, only_instant

MAKE = WriteBlock(
    1, "bank", "schema 1", (("CREATE TABLE bank_notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)", ()),), 1
)


def put(serial: int, *texts: str, module: str = "bank") -> WriteBlock:
    sql = "INSERT INTO bank_notes (text) VALUES (?)"
    return WriteBlock(serial, module, f"put {serial}", tuple((sql, (text,)) for text in texts))


def with_store(path: Path, story: Callable[[Store], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        store = await Store.open(path / "everwake.db")
        try:
            return await story(store)
        finally:
            await store.close()

    return asyncio.run(run())


async def notes(store: Store) -> list[str]:
    return [row[0] for row in await store.query("bank", "SELECT text FROM bank_notes ORDER BY id", ())]


def test_a_block_is_part_of_its_flush(tmp_path: Path) -> None:  # S4.5
    async def story(store: Store) -> None:
        batch = instant(1)
        batch.blocks = [MAKE, put(2, "one", "two")]
        assert await store.flush(batch) == []
        assert await notes(store) == ["one", "two"] and await only_instant(store) == 1
        assert (await store.load_active()).module_schemas == [("bank", 1)]

    with_store(tmp_path, story)


def test_a_block_that_is_refused_leaves_nothing_and_keeps_nobody_else(tmp_path: Path) -> None:  # S4.5
    async def story(store: Store) -> None:
        await store.flush(Batch(blocks=[MAKE]))
        batch = instant(1)
        batch.blocks = [put(2, "one"), put(3, "two", "one"), put(4, "three")]
        refused = await store.flush(batch)
        assert refused == [Refusal("bank", "put 3", "UNIQUE constraint failed: bank_notes.text")]
        assert await notes(store) == ["one", "three"] and await only_instant(store) == 1

    with_store(tmp_path, story)


def test_a_step_is_not_taken_without_the_one_before(tmp_path: Path) -> None:  # S4.5
    index = "CREATE UNIQUE INDEX bank_by_text ON bank_notes (lower(text))"
    more = "ALTER TABLE bank_notes ADD COLUMN more"

    async def story(store: Store) -> None:
        await store.flush(Batch(blocks=[MAKE, put(2, "one", "ONE")]))
        steps = [WriteBlock(n, "bank", f"schema {n - 1}", ((sql, ()),), n - 1) for n, sql in ((3, index), (4, more))]
        first, second = await store.flush(Batch(blocks=steps))
        assert first.schema == 2 and "UNIQUE" in first.error
        assert second == Refusal("bank", "schema 3", "the tables have schema 1, and this leads from 2 to 3", 3)
        assert (await store.load_active()).module_schemas == [("bank", 1)]

    with_store(tmp_path, story)


@pytest.mark.parametrize("step", [0, 1])
def test_a_block_that_takes_for_ever_is_refused_and_keeps_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:  # S2.8, S4.5
    monkeypatch.setattr(blocks_, "WRITE_SECONDS", 0.05)
    forever = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0"

    async def story(store: Store) -> None:
        await store.flush(Batch(blocks=[MAKE]))
        batch = instant(1)
        slow = WriteBlock(3, "bank", "slow", ((f"INSERT INTO bank_notes (text) {forever}", ()),), 2 * step)
        batch.blocks = [put(2, "one"), slow, put(4, "two")]
        assert await store.flush(batch) == [Refusal("bank", "slow", "it took longer than 0.05 s", 2 * step)]
        assert await notes(store) == ["one", "two"] and await only_instant(store) == 1
        assert (await store.load_active()).module_schemas == [("bank", 1)]

    with_store(tmp_path, story)


def test_a_block_is_written_once_whatever_became_of_the_first_try(tmp_path: Path) -> None:
    async def story(store: Store) -> None:
        await store.flush(Batch(blocks=[MAKE, put(2, "one")]))
        await store.flush(Batch(blocks=[put(2, "again"), put(3, "two")]))
        assert await notes(store) == ["one", "two"]

    with_store(tmp_path, story)
    with_store(tmp_path, lambda store: store.flush(Batch(blocks=[put(3, "again")])))

    async def look(store: Store) -> None:
        assert await notes(store) == ["one", "two"]

    with_store(tmp_path, look)


REACHING = {
    "another table of ours": ("UPDATE accounts SET role = 'owner'", ()),
    "another module": ("INSERT INTO auction_lots VALUES (1)", ()),
    "reading another table": ("INSERT INTO bank_notes (text) SELECT name FROM accounts", ()),
    "a pragma": ("PRAGMA synchronous = OFF", ()),
    "another file": ("ATTACH 'other.db' AS other", ()),
    "the end of the flush": ("COMMIT", ()),
    "the same, hidden": ("/* */ COMMIT", ()),
    "giving up the flush": ("INSERT OR ROLLBACK INTO bank_notes (id, text) VALUES (1, 'x')", ()),
    "two at once": ("DELETE FROM bank_notes; DELETE FROM doors", ()),
    "nothing": (" ", ()),
    "a table of its own in passing": ("CREATE TABLE bank_more (id)", ()),
    "too few parameters": ("INSERT INTO bank_notes (text) VALUES (?)", ()),
    "no plain value": ("INSERT INTO bank_notes (text) VALUES (?)", (["x"],)),
    "a number too large": ("INSERT INTO bank_notes (id, text) VALUES (?, 'y')", (2**70,)),
}


@pytest.mark.parametrize("case", REACHING)
def test_a_block_reaches_nothing_but_its_own_tables(tmp_path: Path, case: str) -> None:  # S2.6
    async def story(store: Store) -> None:
        batch = instant(1)
        batch.blocks = [MAKE, put(2, "one"), WriteBlock(3, "bank", "reaching", (REACHING[case],))]
        (refusal,) = await store.flush(batch)
        assert refusal.module == "bank" and refusal.name == "reaching" and refusal.error
        assert await notes(store) == ["one"] and await only_instant(store) == 1
        assert await store.flush(Batch(blocks=[put(4, "two")])) == []
        assert await notes(store) == ["one", "two"]

    with_store(tmp_path, story)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE accounts2 (id)",
        "DROP TABLE accounts",
        "CREATE TRIGGER bank_t AFTER INSERT ON bank_notes BEGIN DELETE FROM accounts; END",
        "CREATE VIEW bank_v AS SELECT * FROM accounts",
        "ALTER TABLE accounts ADD COLUMN x",
        "CREATE TABLE bank_x (a REFERENCES accounts (name) DEFERRABLE INITIALLY DEFERRED)",
    ],
)
def test_a_schema_step_makes_only_tables_of_its_own(tmp_path: Path, sql: str) -> None:  # S2.6
    async def story(store: Store) -> None:
        (refusal,) = await store.flush(Batch(blocks=[MAKE, WriteBlock(2, "bank", "schema 2", ((sql, ()),), 2)]))
        assert refusal.name == "schema 2"
        assert (await store.load_active()).module_schemas == [("bank", 1)]

    with_store(tmp_path, story)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT data FROM accounts", "prohibited"),
        ("SELECT load_extension('x')", "not authorized"),
        ("DELETE FROM bank_notes RETURNING id", "syntax error"),
        ("SELECT nonsense FROM bank_notes", "no such column"),
        ("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n", "interrupted"),
        ("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", "more than 10000 rows"),
    ],
)
def test_a_query_reads_nothing_but_its_own_tables_and_ends(
    tmp_path: Path, sql: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # S2.6
    monkeypatch.setattr(blocks_, "QUERY_SECONDS", 0.2)

    async def story(store: Store) -> None:
        await store.flush(Batch(blocks=[MAKE, put(2, "one")]))
        with pytest.raises(Invalid, match=says):
            await store.query("bank", sql, ())
        assert await notes(store) == ["one"]

    with_store(tmp_path, story)


def test_a_database_that_fails_is_no_fault_of_the_block(tmp_path: Path) -> None:
    async def story(store: Store) -> None:
        await store.flush(Batch(blocks=[MAKE]))
        other = sqlite3.connect(tmp_path / "everwake.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError):
            await store.flush(Batch(blocks=[put(2, "one")]))
        other.execute("ROLLBACK")
        other.close()
        await store.flush(Batch(blocks=[put(2, "one")]))
        assert await notes(store) == ["one"]

    async def run() -> None:
        store = await Store.open(tmp_path / "everwake.db", busy_seconds=0.05)
        try:
            await story(store)
        finally:
            await store.close()

    asyncio.run(run())
