"""Password hashes: argon2id as PHC strings, with the library's default parameters."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _hasher() -> Any:
    # Imported when the first password is typed: a copyover has no time to spend on it.
    from argon2 import PasswordHasher

    return PasswordHasher()


def warm_up() -> None:
    """Import the hashing library."""
    _hasher()


def hash_password(password: str) -> str:
    """The argon2id hash of a password. Takes tens of milliseconds: call it in a thread."""
    return str(_hasher().hash(password))


def verify_password(password: str, hash_: str) -> bool:
    """Whether a password matches a hash. As slow as hashing; a malformed hash matches nothing."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return bool(_hasher().verify(hash_, password))
    except (VerificationError, InvalidHashError):
        return False


#: Compared if a name is unknown, so that the answer takes as long as for a known one.
@cache
def decoy() -> str:
    """A hash that belongs to nobody."""
    import secrets

    return hash_password(secrets.token_hex(16))
