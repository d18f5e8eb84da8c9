"""Double-entry gold: each coin that one account gains another loses, so the sum of all accounts is always zero.

An account is a string: "char:p7" (a purse), "item:i12" (a heap of coins), "escrow:...", and two special ones:
`mint`, where gold comes from and which alone may be negative, and `sink`, where it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NoReturn

from msgspec import Struct

from mud.core.errors import EverwakeError
from mud.core.journal import Journal

MINT, SINK = "mint", "sink"
LIMIT = 2**53 - 1  # the largest int that every JSON reader keeps exact


class LedgerError(EverwakeError):
    """A transfer that the ledger refuses: a wrong amount, too little gold, or more than an account can hold."""


class Entry(Struct, frozen=True):
    """One transfer. `at` is wall-clock seconds."""

    seq: int
    debit: str  # who pays
    credit: str  # who receives
    amount: int
    reason: str
    at: float


class Balances:
    """A read-only view of how much gold is in each account."""

    __slots__ = ("balances",)

    balances: Mapping[str, int]

    def __init__(self, balances: Mapping[str, int]) -> None:
        object.__setattr__(self, "balances", balances)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name!r} can't be set: gold is moved by ctx.pay(debit, credit, amount, reason)")

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"there is no {name!r} here: gold is moved by ctx.pay(debit, credit, amount, reason)")

    def balance(self, account: str) -> int:
        """Gold in `account`; 0 for one that does not exist."""
        return self.balances.get(account, 0)

    def total(self) -> int:
        """The sum of all accounts: always zero, unless something is broken."""
        return sum(self.balances.values())


class Ledger(Balances):
    """Balances by account, and the entries that no flush has written yet. Only `transfer` changes them."""

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def __init__(self, journal: Journal, balances: dict[str, int] | None = None, seq: int = 0) -> None:
        self._journal = journal
        self._balances: dict[str, int] = balances or {}
        super().__init__(MappingProxyType(self._balances))
        self.unwritten: list[Entry] = []
        self.seq = seq

    def transfer(self, debit: str, credit: str, amount: int, reason: str, at: float) -> None:
        """Move `amount` from `debit` to `credit`.

        Raises LedgerError, with nothing changed, when the amount is no int from 0 to LIMIT, when `debit` has
        less than it (the mint never has), or when an account would pass LIMIT.
        """
        if type(amount) is not int or not 0 <= amount <= LIMIT:
            raise LedgerError(f"an amount is a whole number from 0 to {LIMIT}, not {amount!r}")
        if debit == credit or amount == 0:
            return
        left, right = self.balance(debit) - amount, self.balance(credit) + amount
        if left < 0 and debit != MINT:
            raise LedgerError(f"{debit} has {self.balance(debit)} gold, not {amount}")
        if right > LIMIT or left < -LIMIT:
            raise LedgerError(f"{credit if right > LIMIT else debit} can't hold more than {LIMIT} gold")
        self._set(debit, left)
        self._set(credit, right)
        self.seq += 1
        self._journal.append(self.unwritten, Entry(self.seq, debit, credit, amount, reason, at))

    def _set(self, account: str, amount: int) -> None:
        self._journal.touch("balances", account)
        if amount:
            self._journal.put(self._balances, account, amount)
        elif account in self._balances:
            self._journal.drop(self._balances, account)
