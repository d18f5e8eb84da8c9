"""Wrong passwords and new characters are counted by address; other work is not."""

from __future__ import annotations

import logging

import pytest

from mud.core import events as e
from mud.core.session import Session
from mud.net.budget import AddressBook, Limits
from mud.server.login_limits import TOO_MANY, LoginLimits

LOGIN = e.LogIn(1, "Ada", "wrong-wrong", "192.0.2.1")


def session(address: str = "192.0.2.1", account: str | None = None) -> Session:
    return Session(id=1, address=address, stack=[], connected_at=0.0, last_input=0.0, account=account)


def exhausted(what: str) -> LoginLimits:
    limits = LoginLimits(AddressBook(Limits()))
    for _ in range(100):
        limits.count(e.AddressDid("192.0.2.1", what))
    return limits


def test_an_address_with_too_many_wrong_passwords_may_not_log_in_and_others_may() -> None:
    limits = LoginLimits(AddressBook(Limits()))
    assert limits.refusal(LOGIN, session()) == ""
    for _ in range(100):
        limits.failed_login(LOGIN)
    assert limits.refusal(LOGIN, session()) == TOO_MANY["failed_login"]
    assert limits.refusal(LOGIN, session("192.0.2.2")) == ""


def test_an_address_with_too_many_new_characters_makes_no_more_and_changes_passwords_still() -> None:
    limits = exhausted("creation")
    assert limits.refusal(e.Register(1, "Ada", "secret-secret"), session()) == TOO_MANY["creation"]
    hashing = e.HashPassword(1, "secret-secret")
    assert limits.refusal(hashing, session()) == TOO_MANY["creation"]
    assert limits.refusal(hashing, session(account="Ada")) == ""  # a new password, not a new character
    assert limits.refusal(LOGIN, session()) == ""


def test_a_wrong_password_is_logged_and_a_made_up_name_is_not(caplog: pytest.LogCaptureFixture) -> None:
    limits = LoginLimits(AddressBook(Limits()))
    with caplog.at_level(logging.INFO, "mud.login"):
        limits.failed_login(LOGIN)
        limits.failed_login(e.LogIn(1, "from=198.51.100.7", "wrong-wrong", "192.0.2.1"))
    assert [record.getMessage() for record in caplog.records] == [
        "login failed name=Ada from=192.0.2.1",
        "login failed name=? from=192.0.2.1",
    ]
