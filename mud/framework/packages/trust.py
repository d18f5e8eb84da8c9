"""Who signed a package, and whose signatures an operator trusts (S3.9).

`module.sig` holds one line: "ed25519 PUBLIC SIGNATURE". What is signed is the manifest, whose checksum covers all
other files.
"""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from mud.core.errors import Conflict, Invalid, SnapshotError
from mud.framework.packages import archive
from mud.framework.packages.archive import MANIFEST, SIGNATURE
from mud.framework.packages.manifest import PackageManifest
from mud.snapshot import signature

LINE = re.compile(r"ed25519 ([0-9a-f]{64}) ([0-9a-f]{128})\n?")
MAX_BYTES = 1000


class Trust(Struct, frozen=True):
    """The public keys that an operator trusts, and whether a package must be signed by one of them."""

    keys: tuple[str, ...] = ()
    signed: bool = False


def sign(folder: Path, manifest: PackageManifest, secret: bytes) -> str:
    """Sign a package whose checksum is right; returns the public key. Raises Invalid without a checksum, or OSError."""
    if not manifest.checksum:
        raise Invalid(f"{folder}: it has no checksum, so its signature would not cover its files; add it first")
    message = (folder / MANIFEST).read_bytes()
    public = signature.public_key(secret)
    (folder / SIGNATURE).write_text(f"ed25519 {public} {signature.sign(secret, message)}\n", "ascii")
    return public


def check(folder: Path, manifest: PackageManifest, trust: Trust, shown: str) -> str:
    """Check a package's signature; returns its public key, "" for none.

    Raises Invalid for a wrong one, and Conflict for none, or one of a stranger, where the operator demands signatures.
    """
    public = _signer(folder, manifest, shown)
    if trust.signed and not public:
        text = f"{shown}: it is not signed, and this server takes signed packages only ([packages] signed)"
        raise Conflict(text, package=manifest.name)
    if trust.signed and public not in trust.keys:
        text = f"{shown}: it is signed by {public}, which this server does not trust: add that to [packages] keys if"
        raise Conflict(f"{text} you know whose key it is", package=manifest.name, key=public)
    return public


def _signer(folder: Path, manifest: PackageManifest, shown: str) -> str:
    try:
        with archive.open_plain(folder / SIGNATURE) as file:
            found = LINE.fullmatch(file.read(MAX_BYTES).decode("ascii", "replace"))
    except FileNotFoundError:
        return ""
    if found is None:
        raise Invalid(f'{shown}/{SIGNATURE}: it has to be one line, "ed25519 PUBLIC SIGNATURE"', package=manifest.name)
    if not manifest.checksum:
        raise Invalid(f"{shown}: it is signed, but has no checksum that covers its files", package=manifest.name)
    try:
        signature.verify(found[1], found[2], (folder / MANIFEST).read_bytes())
    except SnapshotError as error:
        raise Invalid(f"{shown}/{SIGNATURE}: the signature is wrong: {error}", package=manifest.name) from error
    return found[1]
