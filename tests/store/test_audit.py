"""The audit finds each kind of damage, and nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mud.store.batch import Batch
from tests.store.instants import opened

SOUND = Batch(
    puts={
        "characters": [("p1", "Ada", "Ada", 0, b""), ("m1", None, None, 1, b"")],
        "items": [
            ("i1", "room:1", b""),
            ("i2", "item:i1", b""),
            ("i3", "char:p1", b""),
            ("i4", "char:m1", b""),
            ("i5", "escrow:auction:1", b""),
        ],
        "balances": [("mint", -9), ("char:p1", 4), ("item:i1", 2), ("escrow:auction:1", 1), ("sink", 2)],
        "ledger": [
            (1, "mint", "char:p1", 9, "grant", 0.0),
            (2, "char:p1", "item:i1", 2, "drop", 0.0),
            (3, "char:p1", "escrow:auction:1", 1, "bid", 0.0),
            (4, "char:p1", "sink", 2, "toll", 0.0),
        ],
    }
)

PLANTED: dict[str, tuple[Batch, list[str]]] = {
    "gold out of nothing": (
        Batch(puts={"balances": [("char:p1", 5)]}),
        ["the accounts sum to 1, not to 0", "account char:p1 has 5, but its entries sum to 4"],
    ),
    "gold moved without an entry": (
        Batch(puts={"balances": [("char:p1", 5), ("sink", 1)]}),
        ["account char:p1 has 5, but its entries sum to 4", "account sink has 1, but its entries sum to 2"],
    ),
    "an account lost": (
        Batch(deletes={"balances": ["sink"]}),
        ["the accounts sum to -2, not to 0", "account sink has 0, but its entries sum to 2"],
    ),
    "a debt": (
        Batch(
            puts={
                "balances": [("char:p1", -1), ("sink", 7)],
                "ledger": [(5, "char:p1", "sink", 5, "toll", 0.0)],
            }
        ),
        ["account char:p1 has -1: only the mint may owe"],
    ),
    "a purse of nobody": (
        Batch(
            puts={
                "balances": [("char:p9", 1), ("sink", 1)],
                "ledger": [(5, "sink", "char:p9", 1, "?", 0.0)],
            }
        ),
        ["account char:p9 holds 1 gold, but who or what it belongs to is gone"],
    ),
    "a heap that is gone": (
        Batch(deletes={"items": ["i1", "i2"]}),
        ["account item:i1 holds 2 gold, but who or what it belongs to is gone"],
    ),
    "an item of nobody": (
        Batch(puts={"items": [("i6", "char:p9", b"")]}),
        ["item i6 is with char:p9, who does not exist"],
    ),
    "an item in nothing": (
        # what is inside of it is no case of its own
        Batch(puts={"items": [("i6", "item:i9", b""), ("i7", "item:i6", b"")]}),
        ["item i6 is in item:i9, which does not exist"],
    ),
    "an item inside of itself": (
        Batch(puts={"items": [("i6", "item:i6", b"")]}),
        ["item i6 is inside itself"],
    ),
    "a ring of containers": (
        Batch(puts={"items": [("i6", "item:i7", b""), ("i7", "item:i8", b""), ("i8", "item:i6", b"")]}),
        ["item i6 is inside itself", "item i7 is inside itself", "item i8 is inside itself"],
    ),
    "owners of no known kind": (
        Batch(puts={"items": [("i6", "shelf:1", b""), ("i7", "", b""), ("i8", "CHAR:p1", b""), ("i9", "room:", b"")]}),
        [
            "item i6 has an owner of no known kind: shelf:1",
            "item i7 has an owner of no known kind: ",
            "item i8 has an owner of no known kind: CHAR:p1",
            "item i9 has an owner of no known kind: room:",
        ],
    ),
}


def audited(path: Path, *batches: Batch) -> list[str]:
    async def story() -> list[str]:
        async with opened(path) as store:
            for batch in batches:
                await store.flush(batch)
            return await store.audit()

    return asyncio.run(story())


def test_nothing_is_wrong_with_an_empty_or_a_sound_database(tmp_path: Path) -> None:
    assert audited(tmp_path / "everwake.db") == []
    assert audited(tmp_path / "everwake.db", SOUND) == []


@pytest.mark.parametrize("case", PLANTED)
def test_finds(tmp_path: Path, case: str) -> None:
    planted, found = PLANTED[case]
    assert sorted(audited(tmp_path / "everwake.db", SOUND, planted)) == sorted(found)
