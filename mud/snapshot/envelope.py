"""The envelope: how one participant's state is laid out in bytes, whichever way a copyover carries it.

    magic "EVWK" | format u16 | length u64 | header length u32 | header (msgpack) | sections ... | BLAKE2b-256

`length` counts everything before the checksum, and the checksum covers all of that: a snapshot that is cut
short, or has any bit changed, is never read (S1.11).
"""

from __future__ import annotations

import hashlib
import struct

import msgspec
from msgspec import Struct

from mud.core.errors import SnapshotError

MAGIC = b"EVWK"
FORMAT = 1
_FIXED = struct.Struct("!4sHQI")
_SUM = 32


class SectionHeader(Struct, frozen=True):
    """One section: its name, the schema version of its data, and how many bytes it takes."""

    name: str
    schema: int
    size: int


class Header(Struct, frozen=True):
    """Whose state this is, and when and why it was taken. `taken` is wall-clock seconds."""

    participant: str
    version: str
    generation: int
    taken: float
    reason: str
    sections: tuple[SectionHeader, ...]


class Section(Struct, frozen=True):
    """A named part of a participant's state."""

    schema: int
    data: bytes


class Snapshot(Struct, frozen=True):
    """One participant's state: who it is of, and its sections by name."""

    participant: str
    version: str
    generation: int
    taken: float
    reason: str
    sections: dict[str, Section]


def pack(snapshot: Snapshot) -> bytes:
    """The bytes of a snapshot."""
    header = msgspec.msgpack.encode(
        Header(
            snapshot.participant,
            snapshot.version,
            snapshot.generation,
            snapshot.taken,
            snapshot.reason,
            tuple(SectionHeader(name, s.schema, len(s.data)) for name, s in snapshot.sections.items()),
        )
    )
    body = b"".join((header, *(s.data for s in snapshot.sections.values())))
    fixed = _FIXED.pack(MAGIC, FORMAT, _FIXED.size + len(body), len(header))
    return b"".join((fixed, body, checksum(fixed, body)))


def unpack(data: bytes, source: str) -> Snapshot:
    """Read the bytes of a snapshot.

    Raises SnapshotError, naming `source` and the reason, for anything but an unharmed one of a known format.
    """
    if len(data) < _FIXED.size + _SUM:
        raise SnapshotError(f"{source}: {len(data)} bytes are too few for a snapshot")
    magic, format_, length, header_size = _FIXED.unpack_from(data)
    if magic != MAGIC:
        raise SnapshotError(f"{source}: not a snapshot of Everwake")
    if format_ > FORMAT:
        raise SnapshotError(f"{source}: format {format_}, but this program reads up to {FORMAT}")
    if length + _SUM != len(data):
        raise SnapshotError(f"{source}: {len(data)} bytes, but {length + _SUM} were written")
    if checksum(data[:length]) != data[length:]:
        raise SnapshotError(f"{source}: the checksum is wrong: the file was changed or damaged")
    try:
        header = msgspec.msgpack.decode(data[_FIXED.size : _FIXED.size + header_size], type=Header)
    except msgspec.DecodeError as error:
        raise SnapshotError(f"{source}: unreadable header: {error}") from error
    return _with_sections(header, data[_FIXED.size + header_size : length], source)


def _with_sections(header: Header, body: bytes, source: str) -> Snapshot:
    if sum(s.size for s in header.sections) != len(body):
        raise SnapshotError(f"{source}: the sections do not add up to the size of the file")
    sections, at = {}, 0
    for section in header.sections:
        sections[section.name] = Section(section.schema, body[at : at + section.size])
        at += section.size
    return Snapshot(header.participant, header.version, header.generation, header.taken, header.reason, sections)


def checksum(*parts: bytes) -> bytes:
    """BLAKE2b-256 over `parts`."""
    total = hashlib.blake2b(digest_size=_SUM)
    for part in parts:
        total.update(part)
    return total.digest()
