"""Bans of names, addresses and networks; each lasts until a wall-clock time, or for good."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from mud.core.journal import Journal
from mud.core.text.words import duration

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Ban(Struct, frozen=True, kw_only=True):
    """`what` is a casefolded name, or a network as `network` writes it. Times are wall-clock seconds."""

    what: str
    because: str
    by: str
    since: float
    until: float | None = None

    @property
    def is_name(self) -> bool:
        """Whether it bans a name."""
        return self.what.isalpha()

    def ended(self, now: float) -> bool:
        """Whether it is over."""
        return self.until is not None and self.until <= now

    def end(self, now: float) -> str:
        """When it ends, in words."""
        return "for good" if self.until is None else f"for another {duration(max(1, round(self.until - now)))}"

    def words(self, now: float) -> str:
        """What the banned person is told."""
        whose = "You are" if self.is_name else "Your address is"
        return f"{whose} banned {self.end(now)}: {self.because}"


class Bans:
    """All bans. Expired ones are removed when the next one is made."""

    def __init__(self, journal: Journal, bans: Iterable[Ban] = ()) -> None:
        self._journal = journal
        self._by_what = {ban.what: ban for ban in bans}

    def put(self, ban: Ban) -> None:
        """Make a ban, or change one."""
        for old in [b for b in self._by_what.values() if b.ended(ban.since)]:
            self._journal.drop(self._by_what, old.what)
        self._journal.put(self._by_what, ban.what, ban)
        self._journal.touch("meta", "bans")

    def lift(self, what: str) -> Ban:
        """Remove a ban. Raises KeyError."""
        ban = self._journal.drop(self._by_what, what)
        self._journal.touch("meta", "bans")
        return ban

    def all(self) -> list[Ban]:
        """Every stored ban, expired ones included."""
        return list(self._by_what.values())

    def of_name(self, name: str, now: float) -> Ban | None:
        """The ban of a name that is in force."""
        ban = self._by_what.get(name.casefold())
        return ban if ban is not None and not ban.ended(now) else None

    def of_address(self, address: str, now: float) -> Ban | None:
        """A ban in force on a network that contains an address."""
        return next((b for b in self.all() if not b.is_name and not b.ended(now) and covers(b.what, address)), None)

    def refusal(self, address: str, now: float) -> str | None:
        """What a newcomer from `address` is told when banned; None when not."""
        ban = self.of_address(address, now)
        return ban.words(now) if ban is not None else None


@lru_cache(4096)
def network(text: str) -> Network:
    """Parse an address or a network: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32. Raises ValueError."""
    return ipaddress.ip_network(text.partition("%")[0], strict=False)


def covers(what: str, address: str) -> bool:
    """Whether a network contains an address; an address that can't be parsed lies in none."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]) in network(what)
    except ValueError:
        return False
