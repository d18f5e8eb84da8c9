"""The database's tables, and how an older one becomes a newer one."""

from __future__ import annotations

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
}

#: What turns a database of version N into one of version N + 1; the first makes a new one. One transaction each.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
        "CREATE TABLE accounts (name TEXT PRIMARY KEY COLLATE NOCASE, role TEXT NOT NULL, data BLOB NOT NULL)",
        # name and account are NULL for mobs; active: is in the world now
        "CREATE TABLE characters (id TEXT PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE, account TEXT COLLATE NOCASE,"
        " active INTEGER NOT NULL, data BLOB NOT NULL)",
        "CREATE INDEX characters_active ON characters (active)",
        "CREATE TABLE items (id TEXT PRIMARY KEY, owner TEXT NOT NULL, data BLOB NOT NULL)",
        "CREATE INDEX items_owner ON items (owner)",
        "CREATE TABLE balances (account TEXT PRIMARY KEY, amount INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE ledger (seq INTEGER PRIMARY KEY, debit TEXT NOT NULL, credit TEXT NOT NULL,"
        " amount INTEGER NOT NULL, reason TEXT NOT NULL, at REAL NOT NULL)",
        "CREATE TABLE doors (id TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE timers (id TEXT PRIMARY KEY, data BLOB NOT NULL)",
        "CREATE TABLE sessions (id INTEGER PRIMARY KEY, inode INTEGER NOT NULL, peer TEXT NOT NULL,"
        " account TEXT NOT NULL, character TEXT NOT NULL)",
    ),
)


def put_sql(table: str) -> str:
    """The statement that puts a row into `table`."""
    columns = TABLES[table]
    marks = ", ".join("?" * len(columns))
    return f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({marks})"


def delete_sql(table: str) -> str:
    """The statement that deletes a row of `table` by its key."""
    return f"DELETE FROM {table} WHERE {TABLES[table][0]} = ?"
