"""Signatures: Ed25519 (RFC 8032). The library is imported at the first use."""

from __future__ import annotations

from mud.core.errors import SnapshotError


def public_key(secret: bytes) -> str:
    """The public key of a secret one of 32 bytes, as hexadecimal digits."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw().hex()


def sign(secret: bytes, message: bytes) -> str:
    """The signature of a message, as hexadecimal digits."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(secret).sign(message).hex()


def verify(public: str, signature: str, message: bytes) -> None:
    """Raises SnapshotError unless the holder of the secret key signed the message."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError) as error:
        raise SnapshotError(f"it was not signed by the key {public[:16]}..., or was changed since") from error
