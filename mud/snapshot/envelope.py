"""The envelope: the layout in bytes of one participant's state, the same for every use.

    magic "EVWK" | format u16 | length u64 | header length u32 | header (msgpack) | sections ... | BLAKE2b-256

`length` counts everything before the checksum, and the checksum covers all of that: a snapshot that is truncated, or
has a single bit changed, is never read (S1.11).
"""

from __future__ import annotations

import hashlib
import os
import struct
from typing import Literal

import msgspec
from msgspec import Struct

from mud.core.errors import SnapshotError
from mud.snapshot import seal
from mud.snapshot.seal import Encryption, Key

MAGIC = b"EVWK"
FORMAT = 2
#: A snapshot with more bytes than this, packed or unpacked, is not read.
MAX_BYTES = 1 << 30
_FIXED = struct.Struct("!4sHQI")
_SUM = 32

Reason = Literal["copyover", "hot_reload", "migration", "backup", "export", "flush"]


class Metadata(Struct, frozen=True, omit_defaults=True):
    """Why a snapshot was taken and by whom (S1.3). `expires_at` is wall-clock seconds."""

    reason: Reason = "copyover"
    created_by: str = ""
    tags: tuple[str, ...] = ()
    expires_at: float | None = None
    custom: dict[str, str] = {}


class SectionHeader(Struct, frozen=True, omit_defaults=True):
    """One section in the file: `size` bytes, which become `plain` bytes when it is decrypted and decompressed."""

    name: str
    schema: int
    size: int
    plain: int = 0
    compression: str = ""
    encryption: Encryption | None = None
    metadata: dict[str, str] = {}


class Header(Struct, frozen=True, kw_only=True):
    """Whose state this is, and when and why it was taken."""

    id: str
    participant: str
    version: str
    schema: int
    generation: int
    taken: float
    metadata: Metadata = Metadata()
    sections: tuple[SectionHeader, ...]


class _HeaderV1(Struct, frozen=True):
    """The header of format 1, whose sections were neither compressed nor encrypted."""

    participant: str
    version: str
    generation: int
    taken: float
    reason: str
    sections: tuple[SectionHeader, ...]

    def upgraded(self) -> Header:
        """The same as a header of the current format."""
        return Header(
            id="",
            participant=self.participant,
            version=self.version,
            schema=max((s.schema for s in self.sections), default=1),
            generation=self.generation,
            taken=self.taken,
            metadata=Metadata(custom={"because": self.reason}),
            sections=tuple(msgspec.structs.replace(s, plain=s.size) for s in self.sections),
        )


class Section(Struct, frozen=True):
    """A named part of a state (S1.2) as plain bytes; `compression` and `encryption` tell how it was stored."""

    schema: int
    data: bytes
    metadata: dict[str, str] = {}
    compression: str = ""
    encryption: str = ""


class Snapshot(Struct, frozen=True, kw_only=True):
    """One participant's state (S1.1): its owner, and its sections by name. `taken` is wall-clock seconds.

    `checksum` is set in a snapshot that was read.
    """

    id: str = msgspec.field(default_factory=lambda: os.urandom(16).hex())
    participant: str
    version: str
    schema: int
    generation: int = 0
    taken: float
    metadata: Metadata = Metadata()
    sections: dict[str, Section]
    checksum: bytes = b""


def pack(snapshot: Snapshot, key: Key | None = None, compress: bool = True) -> bytes:
    """The bytes of a snapshot. Large sections are compressed; with a key, all sections are encrypted."""
    stored = [_close(snapshot.participant, name, s, key, compress) for name, s in snapshot.sections.items()]
    header = msgspec.msgpack.encode(
        Header(
            id=snapshot.id,
            participant=snapshot.participant,
            version=snapshot.version,
            schema=snapshot.schema,
            generation=snapshot.generation,
            taken=snapshot.taken,
            metadata=snapshot.metadata,
            sections=tuple(head for head, _ in stored),
        )
    )
    body = b"".join((header, *(data for _, data in stored)))
    fixed = _FIXED.pack(MAGIC, FORMAT, _FIXED.size + len(body), len(header))
    return b"".join((fixed, body, checksum(fixed, body)))


def _close(
    participant: str, name: str, section: Section, key: Key | None, compress: bool
) -> tuple[SectionHeader, bytes]:
    data, compression = seal.compress(section.data) if compress else (section.data, "")
    encryption = None
    if key is not None:
        data, encryption = key.encrypt(data, _bound(participant, name, section.schema))
    head = SectionHeader(name, section.schema, len(data), len(section.data), compression, encryption, section.metadata)
    return head, data


def unpack(data: bytes, source: str, key: Key | None = None) -> Snapshot:
    """Read the bytes of a snapshot.

    Raises SnapshotError, naming `source` and the reason, unless it is undamaged and of a known format.
    """
    header, at = read_header(data, source)
    sections = {}
    for head in header.sections:
        sections[head.name] = _open(header.participant, head, data[at : at + head.size], key, source)
        at += head.size
    return Snapshot(
        id=header.id,
        participant=header.participant,
        version=header.version,
        schema=header.schema,
        generation=header.generation,
        taken=header.taken,
        metadata=header.metadata,
        sections=sections,
        checksum=data[-_SUM:],
    )


def read_header(data: bytes, source: str) -> tuple[Header, int]:
    """Check everything but the sections' contents. Returns the header and the offset of the first section."""
    if len(data) < _FIXED.size + _SUM:
        raise SnapshotError(f"{source}: {len(data)} bytes are too few for a snapshot")
    magic, format_, length, header_size = _FIXED.unpack_from(data)
    if magic != MAGIC:
        raise SnapshotError(f"{source}: not a snapshot of Everwake")
    if format_ > FORMAT:
        raise SnapshotError(f"{source}: format {format_}, but this program reads up to {FORMAT}")
    if length + _SUM != len(data):
        raise SnapshotError(f"{source}: {len(data)} bytes, but {length + _SUM} were written")
    if len(data) > MAX_BYTES:
        raise SnapshotError(f"{source}: {len(data)} bytes are more than the {MAX_BYTES} that a snapshot may have")
    if checksum(memoryview(data)[:length]) != data[length:]:
        raise SnapshotError(f"{source}: the checksum is wrong: the file was changed or damaged")
    at = _FIXED.size + header_size
    try:
        if format_ == 1:
            header = msgspec.msgpack.decode(data[_FIXED.size : at], type=_HeaderV1).upgraded()
        else:
            header = msgspec.msgpack.decode(data[_FIXED.size : at], type=Header)
    except msgspec.DecodeError as error:
        raise SnapshotError(f"{source}: unreadable header: {error}") from error
    if at + sum(s.size for s in header.sections) != length or any(s.size < 0 for s in header.sections):
        raise SnapshotError(f"{source}: the sections do not add up to the size of the file")
    if sum(s.plain for s in header.sections) > MAX_BYTES:
        raise SnapshotError(f"{source}: unpacked it is larger than the {MAX_BYTES} bytes that a snapshot may have")
    if len({s.name for s in header.sections}) != len(header.sections):
        raise SnapshotError(f"{source}: two sections have one name")
    return header, at


def _open(participant: str, head: SectionHeader, data: bytes, key: Key | None, source: str) -> Section:
    where = f"{source}: section {head.name!r}"
    if head.encryption is not None:
        if key is None:
            raise SnapshotError(f"{where} is encrypted with key {head.encryption.key}: [snapshots] key names no file")
        data = key.decrypt(data, head.encryption, _bound(participant, head.name, head.schema), where)
    data = seal.decompress(data, head.compression, head.plain, where)
    if len(data) != head.plain:
        raise SnapshotError(f"{where} has {len(data)} bytes, not {head.plain}")
    cipher = head.encryption.cipher if head.encryption is not None else ""
    return Section(head.schema, data, head.metadata, head.compression, cipher)


def _bound(participant: str, name: str, schema: int) -> bytes:
    """What an encrypted section is bound to, so that it can't be passed off as another."""
    return f"{participant}\0{name}\0{schema}".encode()


def checksum(*parts: bytes | memoryview) -> bytes:
    """BLAKE2b-256 over `parts`."""
    total = hashlib.blake2b(digest_size=_SUM)
    for part in parts:
        total.update(part)
    return total.digest()
