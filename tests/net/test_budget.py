"""Budgets, on a clock that is a parameter."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mud.net.budget import Address, AddressBook, Bucket, Limits, key_of

NOW = 1_000_000.0


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(3, NOW)
    assert [bucket.take(2, 3, NOW) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(2, 3, NOW + 0.5), bucket.take(2, 3, NOW + 0.5)] == [True, False]
    assert [bucket.take(2, 3, NOW + 1000) for _ in range(4)] == [True, True, True, False]


def test_a_debt_is_given_in_seconds() -> None:
    bucket = Bucket(100, NOW)
    assert bucket.spend(10, 100, NOW, 100) == 0
    assert bucket.spend(10, 100, NOW, 50) == 5
    assert bucket.spend(10, 100, NOW + 5, 0) == 0


@given(st.lists(st.tuples(st.floats(-10, 10), st.booleans()), max_size=60))
def test_no_clock_makes_more_than_the_burst_and_the_rate(steps: list[tuple[float, bool]]) -> None:
    bucket, now, passed, taken = Bucket(5, NOW), NOW, 0.0, 0
    for step, back in steps:
        now += -abs(step) if back else abs(step)
        passed += abs(step)
        taken += bucket.take(2, 5, now)
        assert -1e-6 <= bucket.level <= 5
    assert taken <= 5 + 2 * passed + 1e-6


def test_an_address_has_so_many_connections_at_once() -> None:
    book = AddressBook(Limits(connections=2, connections_per_minute=100))
    assert [book.connect("192.0.2.1", NOW) for _ in range(2)] == [None, None]
    assert book.connect("192.0.2.1", NOW) == "Your address has all the connections that it may have (2) already."
    assert book.connect("192.0.2.2", NOW) is None
    book.disconnect("192.0.2.1")
    assert book.connect("192.0.2.1", NOW) is None


def test_an_address_makes_so_many_connections_a_minute() -> None:
    book = AddressBook(Limits(connections_per_minute=3))
    for _ in range(3):
        assert book.connect("192.0.2.1", NOW) is None
        book.disconnect("192.0.2.1")
    assert "too many new connections" in (book.connect("192.0.2.1", NOW) or "")
    assert book.connect("192.0.2.1", NOW + 21) is None


@pytest.mark.parametrize(("what", "allowed", "seconds"), [("failed_login", 10, 6.1), ("creation", 5, 721)])
def test_logins_and_creations_are_counted(what: str, allowed: int, seconds: float) -> None:
    book = AddressBook(Limits())
    for _ in range(allowed):
        assert not book.exhausted("192.0.2.1", what, NOW)
        book.count("192.0.2.1", what, NOW)
    assert book.exhausted("192.0.2.1", what, NOW)
    assert not book.exhausted("192.0.2.2", what, NOW)
    assert not book.exhausted("192.0.2.1", what, NOW + seconds)


def test_a_trusted_address_is_not_limited() -> None:
    book = AddressBook(Limits(connections=1, connections_per_minute=1))
    assert [book.connect("127.0.0.1", NOW) for _ in range(50)] == [None] * 50
    for _ in range(50):
        book.count("::1", "failed_login", NOW)
    assert not book.exhausted("::1", "failed_login", NOW)


def test_what_addresses_did_goes_over_a_copyover() -> None:
    book, after = AddressBook(Limits(connections=1)), AddressBook(Limits(connections=1))
    book.connect("192.0.2.1", NOW)
    for _ in range(10):
        book.count("192.0.2.1", "failed_login", NOW)
    data = msgspec.msgpack.encode(book.export())
    after.restore(msgspec.msgpack.decode(data, type=dict[str, Address]))
    assert after.connect("192.0.2.1", NOW) is not None
    assert after.exhausted("192.0.2.1", "failed_login", NOW)
    after.disconnect("192.0.2.1")
    assert after.connect("192.0.2.1", NOW + 60) is None


def test_addresses_that_are_idle_are_forgotten() -> None:
    book = AddressBook(Limits())
    book.connect("192.0.2.1", NOW)
    for number in range(10_000):
        address = f"10.0.{number // 256}.{number % 256}"
        book.connect(address, NOW)
        book.disconnect(address)
    book.connect("192.0.2.9", NOW + 3600)
    assert sorted(book.export()) == ["192.0.2.1", "192.0.2.9"]


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("2001:db8:1:2::3", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::"),
        ("2001:db8:1:3::3", "2001:db8:1:3::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::1"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_a_customer_of_ipv6_is_a_whole_64(address: str, key: str) -> None:
    assert key_of(address) == key


def test_a_clock_that_is_set_back_takes_nothing_away() -> None:
    bucket = Bucket(3, NOW)
    assert bucket.take(1, 3, NOW - 1000) and bucket.level == 2
    assert bucket.spend(1, 3, NOW - 2000, 1) == 0 and bucket.level == 1
