"""Budgets: what one connection and one address may do. Token buckets are data, so a copyover can carry them."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from msgspec import Meta, Struct

Rate = Annotated[float, Meta(gt=0, le=1e12)]


class Limits(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The budgets. A burst may come at once; after that the rate per second holds.

    Lines and bytes over budget wait (nothing more is read from the connection). Anything else over budget ends the
    connection. `trusted` addresses are not limited as addresses: a proxy's players share its address.
    """

    bytes_per_second: Rate = 65_536
    bytes_burst: Rate = 262_144
    lines_per_second: Rate = 250
    lines_burst: Rate = 500
    telnet_per_second: Rate = 50
    telnet_burst: Rate = 200
    line: Annotated[int, Meta(ge=80, le=1 << 20)] = 4_096
    subnegotiation: Annotated[int, Meta(ge=64, le=1 << 20)] = 8_192
    backlog: Annotated[int, Meta(ge=1024, le=1 << 30)] = 262_144
    connections: Annotated[int, Meta(ge=1, le=1_000_000)] = 20
    connections_per_minute: Rate = 30
    failed_logins_per_minute: Rate = 10
    creations_per_hour: Rate = 5
    trusted: tuple[str, ...] = ("127.0.0.1", "::1")


class Bucket(Struct):
    """A token bucket: `level` tokens were there at `at` (seconds of any one clock)."""

    level: float
    at: float

    def take(self, rate: float, burst: float, now: float, tokens: float = 1.0) -> bool:
        """Take tokens if there are enough; they come back at `rate` a second, up to `burst`."""
        self.level = min(burst, self.level + max(0.0, now - self.at) * rate)
        self.at = now
        if self.level < tokens:
            return False
        self.level -= tokens
        return True

    def spend(self, rate: float, burst: float, now: float, tokens: float) -> float:
        """Take tokens even if that makes a debt. Returns the seconds until the debt is paid."""
        self.level = min(burst, self.level + max(0.0, now - self.at) * rate) - tokens
        self.at = now
        return -self.level / rate if self.level < 0 else 0.0


class Address(Struct):
    """What one address has left."""

    connections: Bucket
    failed_login: Bucket
    creation: Bucket
    open: int = 0


def key_of(address: str) -> str:
    """The address that a budget belongs to: in IPv6 a customer has a whole /64 (RFC 6177)."""
    if ":" not in address or address == "::1":
        return address
    return str(ipaddress.IPv6Network((address.split("%")[0], 64), strict=False).network_address)


class AddressBook:
    """What each address has done recently. Times are wall-clock seconds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._book: dict[str, Address] = {}
        self._rates = {
            "connections": (limits.connections_per_minute / 60, limits.connections_per_minute),
            "failed_login": (limits.failed_logins_per_minute / 60, limits.failed_logins_per_minute),
            "creation": (limits.creations_per_hour / 3600, limits.creations_per_hour),
        }

    def connect(self, address: str, now: float) -> str | None:
        """Count a new connection; or do not, and return the reason for refusing it, in words for people."""
        entry = self._entry(address, now)
        if address not in self._limits.trusted:
            if entry.open >= self._limits.connections:
                return f"Your address has all the connections that it may have ({entry.open}) already."
            if not self._take(entry, "connections", now):
                return "There have been too many new connections from your address. Please wait a minute."
        entry.open += 1
        return None

    def disconnect(self, address: str) -> None:
        """A connection that was counted has ended."""
        entry = self._book.get(address)
        if entry is not None:
            entry.open = max(0, entry.open - 1)

    def count(self, address: str, what: str, now: float) -> None:
        """Count one more `what` ("failed_login" or "creation")."""
        entry = self._entry(address, now)
        bucket: Bucket = getattr(entry, what)
        bucket.spend(*self._rates[what], now, 1.0)

    def exhausted(self, address: str, what: str, now: float) -> bool:
        """Whether the address has no budget left for `what`."""
        if address in self._limits.trusted:
            return False
        bucket: Bucket = getattr(self._entry(address, now), what)
        bucket.take(*self._rates[what], now, 0.0)
        return bucket.level < 1.0

    def export(self) -> dict[str, Address]:
        """For a copyover."""
        return self._book

    def restore(self, book: dict[str, Address]) -> None:
        """After a copyover."""
        self._book = book

    def _take(self, entry: Address, what: str, now: float) -> bool:
        bucket: Bucket = getattr(entry, what)
        return bucket.take(*self._rates[what], now)

    def _entry(self, address: str, now: float) -> Address:
        entry = self._book.get(address)
        if entry is None:
            if len(self._book) > 10_000:
                self._purge(now)
            connections, failed, creation = (Bucket(burst, now) for _, burst in self._rates.values())
            entry = self._book[address] = Address(connections, failed, creation)
        return entry

    def _purge(self, now: float) -> None:
        """Forget addresses that have no connection and did nothing for an hour."""
        self._book = {a: e for a, e in self._book.items() if e.open or now - e.connections.at < 3600}
