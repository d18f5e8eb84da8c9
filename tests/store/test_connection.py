"""One open database: how it is set up, and that it is none where there is none."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from mud.store.connection import DatabaseConnection


def test_a_database_that_is_gone_does_not_come_back_empty(tmp_path: Path) -> None:
    threads = threading.active_count()
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        asyncio.run(DatabaseConnection.open(tmp_path / "gone.db", 1.0))
    assert list(tmp_path.iterdir()) == [] and threading.active_count() == threads


def test_a_commit_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:  # S0.3
    (tmp_path / "a.db").touch()

    async def story() -> list[int]:
        db = await DatabaseConnection.open(tmp_path / "a.db", 1.0)
        try:
            names = ("synchronous", "foreign_keys", "wal_autocheckpoint")
            return [(await db.rows(f"PRAGMA {name}"))[0][0] for name in names]
        finally:
            await db.close()

    assert asyncio.run(story()) == [2, 1, 1000]  # 2 is FULL
