"""What a module's SQL may touch: its own tables by their full prefix, and only in the way that it was asked for."""

from __future__ import annotations

import sqlite3
from sqlite3 import SQLITE_DENY, SQLITE_OK

import pytest

from mud.store import blocks
from mud.store.guard import authorizer

WRITES, MAKES = {"writing": True}, {"writing": True, "making": True}


@pytest.mark.parametrize(
    ("allows", "action", "first", "second", "wanted"),
    [
        ({}, sqlite3.SQLITE_READ, "bank_gold", "amount", SQLITE_OK),
        ({}, sqlite3.SQLITE_READ, "banker_gold", "amount", SQLITE_DENY),
        ({}, sqlite3.SQLITE_READ, "bankgold", "amount", SQLITE_DENY),
        ({}, sqlite3.SQLITE_READ, "characters", "data", SQLITE_DENY),
        ({}, sqlite3.SQLITE_FUNCTION, None, "max", SQLITE_OK),
        ({}, sqlite3.SQLITE_FUNCTION, None, "load_extension", SQLITE_DENY),
        ({}, sqlite3.SQLITE_INSERT, "bank_gold", None, SQLITE_DENY),
        (WRITES, sqlite3.SQLITE_INSERT, "bank_gold", None, SQLITE_OK),
        (WRITES, sqlite3.SQLITE_DELETE, "balances", None, SQLITE_DENY),
        (WRITES, sqlite3.SQLITE_CREATE_TABLE, "bank_gold", None, SQLITE_DENY),
        (WRITES, sqlite3.SQLITE_UPDATE, "sqlite_master", None, SQLITE_DENY),
        (MAKES, sqlite3.SQLITE_CREATE_TABLE, "bank_gold", None, SQLITE_OK),
        (MAKES, sqlite3.SQLITE_DROP_TABLE, "characters", None, SQLITE_DENY),
        (MAKES, sqlite3.SQLITE_ALTER_TABLE, "main", "bank_gold", SQLITE_OK),
        (MAKES, sqlite3.SQLITE_ALTER_TABLE, "main", "characters", SQLITE_DENY),
        (MAKES, sqlite3.SQLITE_CREATE_INDEX, "bank_by", "bank_gold", SQLITE_OK),
        (MAKES, sqlite3.SQLITE_CREATE_INDEX, "bank_by", "characters", SQLITE_DENY),
        (MAKES, sqlite3.SQLITE_ATTACH, "other.db", None, SQLITE_DENY),
        (MAKES, sqlite3.SQLITE_PRAGMA, "synchronous", "OFF", SQLITE_DENY),
    ],
)
def test_a_modules_statements_touch_nothing_but_its_own(
    allows: dict[str, bool], action: int, first: str | None, second: str | None, wanted: int
) -> None:
    assert authorizer("bank", **allows)(action, first, second, "main", None) == wanted


@pytest.mark.parametrize(
    ("code", "its_own"),
    [
        (sqlite3.SQLITE_CONSTRAINT, True),
        (sqlite3.SQLITE_AUTH, True),
        (sqlite3.SQLITE_FULL, False),
        (sqlite3.SQLITE_IOERR, False),
        (sqlite3.SQLITE_IOERR_FSYNC, False),
        (sqlite3.SQLITE_BUSY, False),
        (sqlite3.SQLITE_CORRUPT, False),
    ],
)
def test_a_fault_of_the_disk_is_not_a_modules(code: int, its_own: bool) -> None:
    error = sqlite3.OperationalError("no")
    error.sqlite_errorcode = code
    assert blocks._its_own_fault(error) is its_own
