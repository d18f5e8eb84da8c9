"""Compression and encryption of sections. Their libraries are imported at the first use, to keep a start short.

zstandard's level 1 was chosen by measurement (docs/decisions/dependencies.md): four times as fast as zlib at the same
size.
"""

from __future__ import annotations

import hashlib
import os
import stat
import zlib
from pathlib import Path

from msgspec import Struct

from mud.core.errors import SnapshotError

#: Sections smaller than this stay as they are.
COMPRESS_FROM = 4096
LEVEL = 1
CIPHER = "aes-256-gcm"
KEY_BYTES = 32
_NONCE_BYTES = 12


class Encryption(Struct, frozen=True):
    """How a section is encrypted: the cipher, the name of the key (derived from it, not the key), and the nonce."""

    cipher: str
    key: str
    nonce: bytes


def compress(data: bytes) -> tuple[bytes, str]:
    """`data` as it is to be stored, and the compression: "" if that would not help."""
    if len(data) < COMPRESS_FROM:
        return data, ""
    import zstandard

    small = zstandard.ZstdCompressor(level=LEVEL).compress(data)
    return (small, "zstd") if len(small) < len(data) else (data, "")


def decompress(data: bytes, compression: str, size: int, where: str) -> bytes:
    """The reverse of `compress`; never more than `size` bytes. Raises SnapshotError."""
    if not compression:
        return data
    try:
        if compression == "zlib":
            return zlib.decompressobj().decompress(data, max(1, size))
        if compression == "zstd":
            import zstandard

            if zstandard.frame_content_size(data) != size:
                raise SnapshotError(f"{where} has another size in its header than in its data")
            return zstandard.ZstdDecompressor().decompress(data)
    except (zlib.error, ImportError) as error:
        raise SnapshotError(f"{where} can't be decompressed: {error}") from error
    except Exception as error:  # zstandard.ZstdError, which has no name here until it is imported
        if isinstance(error, SnapshotError):
            raise
        raise SnapshotError(f"{where} can't be decompressed: {error}") from error
    raise SnapshotError(f"{where} is compressed by {compression!r}, which this program does not know")


class Key:
    """A key for sections: AES-256 in Galois/Counter mode (NIST SP 800-38D), a fresh nonce each time."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self.name = hashlib.blake2b(secret, digest_size=4, person=b"everwake-key").hexdigest()

    @classmethod
    def read(cls, path: Path) -> Key:
        """The key in a file of 32 bytes and mode 0600. Otherwise raises SnapshotError, which says what to do."""
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            secret = path.read_bytes()
        except OSError as error:
            hint = f"to make one: (umask 077; head -c {KEY_BYTES} /dev/urandom > {path})"
            raise SnapshotError(f"the key {path} can't be read: {error.strerror}; {hint}") from error
        if mode & 0o077:
            raise SnapshotError(f"the key {path} can be read by others (mode {mode:04o}): chmod 600 {path}")
        if len(secret) != KEY_BYTES:
            raise SnapshotError(f"the key {path} has {len(secret)} bytes, not {KEY_BYTES}")
        return cls(secret)

    def encrypt(self, data: bytes, bound: bytes) -> tuple[bytes, Encryption]:
        """`data`, readable only with this key and only for the same `bound`."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_BYTES)
        return AESGCM(self.secret).encrypt(nonce, data, bound), Encryption(CIPHER, self.name, nonce)

    def decrypt(self, data: bytes, how: Encryption, bound: bytes, where: str) -> bytes:
        """The reverse of `encrypt`. Raises SnapshotError for another key, another cipher, or data that was changed."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if how.cipher != CIPHER or how.key != self.name:
            raise SnapshotError(f"{where} is encrypted by {how.cipher} with key {how.key}, and ours is {self.name}")
        try:
            return AESGCM(self.secret).decrypt(how.nonce, data, bound)
        except (InvalidTag, ValueError) as error:
            raise SnapshotError(f"{where} can't be decrypted: it was changed or comes from another place") from error
