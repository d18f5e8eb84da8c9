"""The ledger: what one account gains another loses; amounts, bounds, and what is left to write."""

from __future__ import annotations

import pytest

from mud.core.journal import Journal
from mud.core.ledger import LIMIT, MINT, Entry, Ledger, LedgerError


def ledger(**balances: int) -> Ledger:
    return Ledger(Journal(), dict(balances))


def test_a_transfer_moves_gold_and_leaves_an_entry() -> None:
    found = ledger(a=10, mint=-10)
    found.transfer("a", "b", 3, "a test", 5.0)
    assert found.balances == {"a": 7, "b": 3, MINT: -10} and found.total() == 0
    assert found.unwritten == [Entry(1, "a", "b", 3, "a test", 5.0)]


def test_both_balances_are_written_by_the_next_flush() -> None:
    journal = Journal()
    found = Ledger(journal, {"a": 10, MINT: -10})
    found.transfer("a", "b", 3, "a test", 5.0)
    journal.commit()
    assert journal.dirty == {("balances", "a"), ("balances", "b")}


def test_an_account_that_is_empty_is_gone() -> None:
    found = ledger(a=10, mint=-10)
    found.transfer("a", "b", 10, "all of it", 0.0)
    assert "a" not in found.balances and found.balance("a") == 0


def test_who_pays_himself_or_nothing_has_paid_nothing() -> None:
    found = ledger(a=10, mint=-10)
    for amount, credit in ((3, "a"), (10, "a"), (0, "b")):
        found.transfer("a", credit, amount, "a test", 0.0)
    assert found.balances == {"a": 10, MINT: -10} and found.unwritten == [] and found.seq == 0


@pytest.mark.parametrize("amount", [-1, 0.5, 1.0, True, "1", LIMIT + 1])
def test_an_amount_is_a_whole_number(amount: object) -> None:
    found = ledger(a=10, mint=-10)
    with pytest.raises(LedgerError, match="an amount is a whole number from 0 to"):
        found.transfer("a", "b", amount, "a test", 0.0)  # type: ignore[arg-type]
    assert found.balances == {"a": 10, MINT: -10}


def test_only_the_mint_may_owe() -> None:
    found = ledger(a=10, mint=-10)
    with pytest.raises(LedgerError, match=r"^a has 10 gold, not 11$"):
        found.transfer("a", "b", 11, "a test", 0.0)
    found.transfer(MINT, "b", 1000, "a test", 0.0)
    assert found.balance(MINT) == -1010 and found.total() == 0


def test_no_account_holds_more_than_every_reader_keeps_exact_and_the_mint_owes_no_more() -> None:
    found = Ledger(Journal(), {"a": LIMIT, "b": 1, "c": 1 - LIMIT, MINT: -2})
    with pytest.raises(LedgerError, match=r"^a can't hold more than"):
        found.transfer("b", "a", 1, "a test", 0.0)
    owing = Ledger(Journal(), {"a": LIMIT, MINT: -LIMIT})
    with pytest.raises(LedgerError, match=r"^mint can't hold more than"):
        owing.transfer(MINT, "b", 1, "a test", 0.0)
