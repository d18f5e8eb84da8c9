"""The database's tables as data: their columns, the SQL made from them, and the migrations of the schema."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from mud.core.errors import StoreError

#: In the file's header. It distinguishes our database from any other SQLite file.
APPLICATION_ID = int.from_bytes(b"EvWk", "big")

#: Table: its columns, the key first.
TABLES: dict[str, tuple[str, ...]] = {
    "meta": ("key", "value"),
    "accounts": ("name", "role", "data"),
    "characters": ("id", "name", "account", "active", "data"),
    "items": ("id", "owner", "data"),
    "balances": ("account", "amount"),
    "ledger": ("seq", "debit", "credit", "amount", "reason", "at"),
    "doors": ("id", "state"),
    "timers": ("id", "data"),
    "sessions": ("id", "inode", "peer", "account", "character"),
    "modules": ("name", "version", "state"),
    "module_schemas": ("name", "version"),
}

#: A step of a migration: statements, or a function of the open connection that neither commits nor rolls back.
Step = Sequence[str] | Callable[[sqlite3.Connection], None]
#: (version, step): the step that migrates a database from the version before to `version`. In rising order.
Migrations = Sequence[tuple[int, Step]]

_V1 = (
    "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE accounts (name TEXT NOT NULL PRIMARY KEY COLLATE NOCASE, role TEXT NOT NULL, data BLOB NOT NULL)",
    # account is NULL for mobs; active means: in the world now
    "CREATE TABLE characters (id TEXT NOT NULL PRIMARY KEY, name TEXT COLLATE NOCASE,"
    " account TEXT COLLATE NOCASE, active INTEGER NOT NULL, data BLOB NOT NULL)",
    "CREATE UNIQUE INDEX characters_name ON characters (name) WHERE account IS NOT NULL",
    "CREATE INDEX characters_account ON characters (account) WHERE account IS NOT NULL",
    "CREATE INDEX characters_active ON characters (active)",
    # owner: room:ID, char:ID, item:ID (inside of it) or escrow:...
    "CREATE TABLE items (id TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, data BLOB NOT NULL)",
    "CREATE INDEX items_owner ON items (owner)",
    "CREATE TABLE balances (account TEXT NOT NULL PRIMARY KEY, amount INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE ledger (seq INTEGER PRIMARY KEY, debit TEXT NOT NULL, credit TEXT NOT NULL,"
    " amount INTEGER NOT NULL, reason TEXT NOT NULL, at REAL NOT NULL)",
    "CREATE TABLE doors (id TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE timers (id TEXT NOT NULL PRIMARY KEY, data BLOB NOT NULL)",
    "CREATE TABLE sessions (id INTEGER PRIMARY KEY, inode INTEGER NOT NULL, peer TEXT NOT NULL,"
    " account TEXT NOT NULL, character TEXT NOT NULL)",
)

_V2 = (
    # state: a snapshot in its envelope, as in a module's .dat file
    "CREATE TABLE modules (name TEXT NOT NULL PRIMARY KEY, version TEXT NOT NULL, state BLOB NOT NULL)",
    # the schemas of modules' own tables
    "CREATE TABLE module_schemas (name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID",
)

MIGRATIONS: Migrations = ((1, _V1), (2, _V2))


def newest(migrations: Migrations = MIGRATIONS) -> int:
    """The version to which `migrations` lead."""
    return migrations[-1][0]


def columns(table: str) -> tuple[str, ...]:
    """The columns of `table`, the key first. Raises StoreError if there is no such table."""
    if table not in TABLES:
        raise StoreError(f"there is no table {table!r}")
    return TABLES[table]


def put_sql(table: str) -> str:
    """The statement that puts a row into `table`.

    An upsert by the key alone. INSERT OR REPLACE would also delete other rows that conflict, such as another character
    of the same name.
    """
    key, *others = columns(table)
    names = ", ".join((key, *others))
    marks = ", ".join("?" * (1 + len(others)))
    changes = ", ".join(f"{column} = excluded.{column}" for column in others)
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {changes}"


def delete_sql(table: str) -> str:
    """The statement that deletes a row of `table` by its key."""
    return f"DELETE FROM {table} WHERE {columns(table)[0]} = ?"


def select_sql(table: str, rest: str = "") -> str:
    """The statement that reads whole rows of `table`; `rest` says which, and in what order."""
    return f"SELECT {', '.join(columns(table))} FROM {table} {rest}".rstrip()
