"""The audit: whether the database holds every coin and every item exactly once."""

from __future__ import annotations

from mud.store.connection import DatabaseConnection

#: A text for each kind of fault, and the query that finds it. Each row is one case; its columns go into the text.
CHECKS: tuple[tuple[str, str], ...] = (
    (
        "the accounts sum to {0}, not to 0",
        "SELECT total FROM (SELECT sum(amount) AS total FROM balances) WHERE total <> 0",
    ),
    (
        "account {0} has {1}: only the mint may owe",
        "SELECT account, amount FROM balances WHERE amount < 0 AND account <> 'mint'",
    ),
    (
        "account {0} has {1}, but its entries sum to {2}",
        "SELECT account, sum(has), sum(says) FROM ("
        " SELECT account, amount AS has, 0 AS says FROM balances"
        " UNION ALL SELECT credit, 0, amount FROM ledger UNION ALL SELECT debit, 0, -amount FROM ledger"
        ") GROUP BY account HAVING sum(has) <> sum(says)",
    ),
    (
        "account {0} holds {1} gold, but who or what it belongs to is gone",
        "SELECT account, amount FROM balances WHERE"
        " (account GLOB 'char:*' AND substr(account, 6) NOT IN (SELECT id FROM characters))"
        " OR (account GLOB 'item:*' AND substr(account, 6) NOT IN (SELECT id FROM items))",
    ),
    (
        "item {0} is with {1}, who does not exist",
        "SELECT id, owner FROM items WHERE owner GLOB 'char:*' AND substr(owner, 6) NOT IN (SELECT id FROM characters)",
    ),
    (
        "item {0} is in {1}, which does not exist",
        "SELECT id, owner FROM items WHERE owner GLOB 'item:*' AND substr(owner, 6) NOT IN (SELECT id FROM items)",
    ),
    (
        "item {0} has an owner of no known kind: {1}",
        "SELECT id, owner FROM items WHERE NOT (owner GLOB 'char:?*' OR owner GLOB 'item:?*'"
        " OR owner GLOB 'room:?*' OR owner GLOB 'escrow:?*')",
    ),
    (
        # items that can't be reached from an item that is in no other
        "item {0} is inside itself",
        "WITH RECURSIVE reached (id) AS ("
        " SELECT id FROM items WHERE owner NOT GLOB 'item:*' OR substr(owner, 6) NOT IN (SELECT id FROM items)"
        " UNION ALL SELECT i.id FROM reached JOIN items i ON i.owner = 'item:' || reached.id)"
        " SELECT id FROM items WHERE id NOT IN (SELECT id FROM reached)",
    ),
)


async def audit(db: DatabaseConnection) -> list[str]:
    """Run all checks. Returns a line for each case. Raises sqlite3.Error."""
    return [text.format(*row) for text, sql in CHECKS for row in await db.rows(sql)]
