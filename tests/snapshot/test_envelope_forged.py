"""Snapshots with a right checksum and a wrong content: whoever made them, they are refused in words."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from mud.core.errors import SnapshotError
from mud.snapshot.envelope import Header, Section, SectionHeader, Snapshot, checksum, pack, read_header, unpack
from mud.snapshot.seal import KEY_BYTES, Key

KEY = Key(b"k" * KEY_BYTES)
SOME = Snapshot(
    participant="bank",
    version="1.0.0",
    schema=1,
    taken=0.0,
    sections={"a": Section(1, b"aaaa"), "b": Section(1, b"bbbb")},
)


def forged(change: Callable[[Header], Header], packed: bytes = pack(SOME), body: bytes | None = None) -> bytes:
    """A snapshot with another header, and with another content, all of it with a right checksum."""
    header, at = read_header(packed, "here")
    head = msgspec.msgpack.encode(change(header))
    rest = head + (packed[at:-32] if body is None else body)
    fixed = struct.pack("!4sHQI", b"EVWK", 2, 18 + len(rest), len(head))
    return fixed + rest + checksum(fixed, rest)


def sections(**changed: dict[str, Any]) -> Callable[[Header], Header]:
    """The header with other facts about its sections, by their names."""

    def change(header: Header) -> Header:
        found = tuple(msgspec.structs.replace(s, **changed.get(s.name, {})) for s in header.sections)
        return msgspec.structs.replace(header, sections=found)

    return change


def test_what_is_changed_back_is_read() -> None:
    assert unpack(forged(sections()), "here").sections == SOME.sections


@pytest.mark.parametrize("data", [b"PK" * 40, b"EVWJ" + bytes(80)])
def test_what_is_no_snapshot_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(SnapshotError, match=r"^here: not a snapshot of Everwake$"):
        unpack(data, "here")


@pytest.mark.parametrize(
    "changed",
    [{"a": {"size": 5}}, {"a": {"size": 3}}, {"a": {"size": -4}, "b": {"size": 12}}, {"b": {"size": 1 << 40}}],
)
def test_sections_that_are_not_as_large_as_the_file_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(SnapshotError, match="the sections do not add up to the size of the file"):
        unpack(forged(sections(**changed)), "here")


@pytest.mark.parametrize("plain", [0, 3, 5])
def test_a_section_that_is_not_as_large_as_it_says_is_refused(plain: int) -> None:
    with pytest.raises(SnapshotError, match=rf"section 'a' has 4 bytes, not {plain}"):
        unpack(forged(sections(a={"plain": plain})), "here")


def test_an_encrypted_section_does_not_pass_for_another_of_the_same_snapshot() -> None:  # S1.12
    packed = pack(SOME, KEY)
    header, at = read_header(packed, "here")
    first, second = header.sections
    swapped = packed[at + first.size : -32] + packed[at : at + first.size]

    def change(header: Header) -> Header:
        def with_data_of(head: SectionHeader, other: SectionHeader) -> SectionHeader:
            return msgspec.structs.replace(other, name=head.name)

        return msgspec.structs.replace(header, sections=(with_data_of(first, second), with_data_of(second, first)))

    with pytest.raises(SnapshotError, match="comes from another place"):
        unpack(forged(change, packed, swapped), "here", KEY)


def test_an_old_section_that_unpacks_to_more_than_it_says_takes_no_memory() -> None:  # S1.12
    bomb = zlib.compress(bytes(50 << 20), 9)
    facts: dict[str, dict[str, Any]] = {"a": {"compression": "zlib", "size": len(bomb)}, "b": {"size": 0, "plain": 0}}
    data = forged(sections(**facts), body=bomb)
    tracemalloc.start()
    try:
        assert unpack(data, "here").sections["a"].data == bytes(4)
        assert tracemalloc.get_traced_memory()[1] < 5 << 20
    finally:
        tracemalloc.stop()


def test_a_small_section_stays_as_it_is_and_costs_no_compression() -> None:
    small = Snapshot(participant="bank", version="1", schema=1, taken=0.0, sections={"a": Section(1, bytes(4095))})
    large = msgspec.structs.replace(small, sections={"a": Section(1, bytes(4096))})
    assert [unpack(pack(each), "here").sections["a"].compression for each in (small, large)] == ["", "zstd"]


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(tmp_path: Any, size: int) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"k" * size)
    path.chmod(0o600)
    with pytest.raises(SnapshotError, match=f"has {size} bytes, not 32"):
        Key.read(path)
