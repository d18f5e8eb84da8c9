"""Password hashes: argon2id, in its own text form (PHC string), with the library's parameters."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _hasher() -> Any:
    # Imported when the first password is typed: a copyover has no time to spend on it.
    from argon2 import PasswordHasher

    return PasswordHasher()


def warm_up() -> None:
    """Import what hashing needs."""
    _hasher()


def hash_password(password: str) -> str:
    """The argon2id hash of a password. Takes tens of milliseconds: call it in a worker thread."""
    return str(_hasher().hash(password))


def verify_password(password: str, hash_: str) -> bool:
    """Whether a password belongs to a hash. As slow as hashing; a broken hash belongs to no password."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return bool(_hasher().verify(hash_, password))
    except (VerificationError, InvalidHashError):
        return False


#: Compared when a name is unknown, so that an answer takes as long as for a known one.
@cache
def decoy() -> str:
    """A hash that belongs to nobody."""
    import secrets

    return hash_password(secrets.token_hex(16))
