"""The envelope: read whole and unharmed, or not at all."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import zstandard

from mud.core.errors import SnapshotError
from mud.snapshot import files
from mud.snapshot.envelope import MAX_BYTES, Header, Metadata, Section, Snapshot, checksum, pack, read_header, unpack
from mud.snapshot.seal import Key

SOME = Snapshot(
    id="abc",
    participant="world",
    version="1.2.3",
    schema=2,
    generation=7,
    taken=1000.5,
    metadata=Metadata("backup", "Ada", ("nightly",), 2000.0, {"because": "new quests"}),
    sections={"a": Section(1, b"some data", {"unit": "coins"}), "b": Section(2, b""), "c": Section(2, b"long " * 5000)},
)
KEY = Key(b"k" * 32)


def same(found: Snapshot) -> Snapshot:
    """Without what only one that was read has."""
    plain = {n: msgspec.structs.replace(s, compression="", encryption="") for n, s in found.sections.items()}
    return msgspec.structs.replace(found, sections=plain, checksum=b"")


def test_what_was_packed_is_what_is_read() -> None:
    assert same(unpack(pack(SOME), "here")) == SOME  # S1.1, S1.2, S1.3


def test_large_sections_are_compressed_and_small_ones_are_not() -> None:  # S0.10, S1.12
    packed = pack(SOME)
    assert len(packed) < 2000
    assert {n: s.compression for n, s in unpack(packed, "here").sections.items()} == {"a": "", "b": "", "c": "zstd"}
    assert len(pack(SOME, compress=False)) > 25_000


def test_what_does_not_get_smaller_is_not_compressed() -> None:  # S1.12
    noise = Section(1, os.urandom(10_000))
    found = unpack(pack(msgspec.structs.replace(SOME, sections={"noise": noise})), "here")
    assert found.sections["noise"] == noise


def test_encryption_is_real_and_authenticated() -> None:  # S1.12
    packed = pack(SOME, KEY)
    assert b"some data" not in packed and b"some data" in pack(SOME)
    found = unpack(packed, "here", KEY)
    assert same(found) == SOME and {s.encryption for s in found.sections.values()} == {"aes-256-gcm"}
    assert pack(SOME, KEY) != packed  # a fresh nonce each time
    with pytest.raises(SnapshotError, match=r"here: section 'a' is encrypted with key .* names no file"):
        unpack(packed, "here")
    with pytest.raises(SnapshotError, match=r"here: section 'a' is encrypted by aes-256-gcm with key .*, and ours is"):
        unpack(packed, "here", Key(b"x" * 32))


def test_an_encrypted_section_can_not_be_changed_or_moved_even_with_a_right_checksum() -> None:  # S1.12
    packed = bytearray(pack(SOME, KEY))
    header, at = read_header(bytes(packed), "here")
    packed[at] ^= 1
    packed[-32:] = checksum(bytes(packed[:-32]))
    with pytest.raises(SnapshotError, match="it was changed"):
        unpack(bytes(packed), "here", KEY)
    other = pack(msgspec.structs.replace(SOME, participant="thief"), KEY)
    moved = pack(SOME, KEY).replace(b"\xa5world", b"\xa5thief", 1)[:-32]
    with pytest.raises(SnapshotError, match="comes from another place"):
        unpack(moved + checksum(moved), "here", KEY)
    assert same(unpack(other, "here", KEY)).participant == "thief" and header.participant == "world"


def test_a_key_is_a_private_file_of_32_bytes(tmp_path: Path) -> None:  # S1.12
    path = tmp_path / "key"
    with pytest.raises(SnapshotError, match=r"can't be read: No such file.*to make one: .*head -c 32 /dev/urandom"):
        Key.read(path)
    path.write_bytes(b"short")
    path.chmod(0o640)
    with pytest.raises(SnapshotError, match=r"mode 0640\): chmod 600"):
        Key.read(path)
    path.chmod(0o600)
    with pytest.raises(SnapshotError, match="has 5 bytes, not 32"):
        Key.read(path)
    path.write_bytes(b"k" * 32)
    assert same(unpack(pack(SOME, Key.read(path)), "here", KEY)) == SOME


def test_a_section_that_claims_to_be_too_large_is_refused_before_it_is_unpacked() -> None:
    packed = pack(SOME)
    header, at = read_header(packed, "here")
    greedy = tuple(msgspec.structs.replace(s, plain=MAX_BYTES) for s in header.sections)
    head = msgspec.msgpack.encode(msgspec.structs.replace(header, sections=greedy))
    body = head + packed[at:-32]
    fixed = struct.pack("!4sHQI", b"EVWK", 2, 18 + len(body), len(head))
    with pytest.raises(SnapshotError, match="larger than the"):
        unpack(fixed + body + checksum(fixed, body), "here")


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_cut_short_at_any_byte(key: Key | None) -> None:  # S1.11
    packed = pack(SOME, key)
    for size in range(len(packed)):
        with pytest.raises(SnapshotError, match=r"^here: "):
            unpack(packed[:size], "here", key)


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_any_bit_changed(key: Key | None) -> None:  # S1.11
    packed = pack(SOME, key)
    for at in range(len(packed)):
        for bit in range(8):
            data = bytearray(packed)
            data[at] ^= 1 << bit
            with pytest.raises(SnapshotError, match=r"^here: "):
                unpack(bytes(data), "here", key)


def test_a_newer_format_is_named() -> None:
    data = bytearray(pack(SOME))
    data[5] = 99
    with pytest.raises(SnapshotError, match="format 99"):
        unpack(bytes(data), "here")


def test_a_file_is_private_whole_and_where_it_should_be(tmp_path: Path) -> None:  # S0.3
    folder = tmp_path / "snapshots"
    data = files.write(folder, SOME)
    path = folder / "world.dat"
    assert path.read_bytes() == data and path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in folder.iterdir()] == ["world.dat"]
    read = files.read(folder, "world")
    assert read is not None and same(read) == SOME


def test_a_missing_file_is_no_error(tmp_path: Path) -> None:  # S0.4
    assert files.read(tmp_path, "world") is None


def test_the_state_of_somebody_else_is_refused(tmp_path: Path) -> None:  # S0.6
    files.write(tmp_path, SOME)
    (tmp_path / "world.dat").rename(tmp_path / "sessions.dat")
    with pytest.raises(SnapshotError, match=r"sessions\.dat: this is the state of 'world', not of 'sessions'"):
        files.read(tmp_path, "sessions")


def test_a_bad_file_is_set_aside_not_deleted(tmp_path: Path) -> None:
    files.write(tmp_path, SOME)
    aside = files.set_aside(tmp_path, "world", "corrupt")
    assert aside is not None and aside.exists() and aside.name.startswith("world.dat.corrupt-")
    assert files.set_aside(tmp_path, "world", "corrupt") is None


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    files.write(tmp_path, SOME)
    (tmp_path / "world.dat.tmp").mkdir()
    with pytest.raises(SnapshotError, match=r"world\.dat"):
        files.write(tmp_path, msgspec.structs.replace(SOME, generation=8))
    found = files.read(tmp_path, "world")
    assert found is not None and same(found) == SOME


def test_files_are_encrypted_and_synced_where_asked(tmp_path: Path) -> None:  # S0.3, S1.12
    data = files.write(tmp_path, SOME, KEY, sync=True)
    assert b"some data" not in data
    found = files.read(tmp_path, "world", KEY)
    assert found is not None and same(found) == SOME


def rewritten(snapshot: Snapshot, change: Callable[[Header], Header], body: bytes | None = None) -> bytes:
    """A packed snapshot with another header, and maybe other sections, under a right checksum."""
    packed = pack(snapshot)
    header, at = read_header(packed, "here")
    head = msgspec.msgpack.encode(change(header))
    whole = head + (packed[at:-32] if body is None else body)
    fixed = struct.pack("!4sHQI", b"EVWK", 2, 18 + len(whole), len(head))
    return fixed + whole + checksum(fixed, whole)


BIG = msgspec.structs.replace(SOME, sections={"c": Section(2, b"long " * 5000)})


def claiming(header: Header, plain: int, size: int | None = None) -> Header:
    """A header whose one section claims to become `plain` bytes."""
    (section,) = header.sections
    assert section.compression == "zstd"
    lie = msgspec.structs.replace(section, plain=plain, size=size or section.size)
    return msgspec.structs.replace(header, sections=(lie,))


def test_two_sections_of_one_name_are_refused() -> None:  # S1.11
    def renamed(header: Header) -> Header:
        sections = tuple(msgspec.structs.replace(s, name="a") for s in header.sections)
        return msgspec.structs.replace(header, sections=sections)

    with pytest.raises(SnapshotError, match=r"^here: two sections have one name$"):
        unpack(rewritten(SOME, renamed), "here")


@pytest.mark.parametrize("claimed", [100, 100_000, 1 << 29])
def test_a_compressed_section_that_lies_about_its_size_is_refused(claimed: int) -> None:  # S1.11, S1.12
    """The header says what a section becomes, and so does the frame in it."""
    with pytest.raises(SnapshotError, match="another size in its header than in its data"):
        unpack(rewritten(BIG, lambda header: claiming(header, claimed)), "here")


def test_a_frame_that_holds_more_than_it_says_is_refused() -> None:  # S1.11, S1.12
    """The frame's own header lies, and the section's repeats the lie: no more than that is ever unpacked."""
    frame = bytearray(zstandard.ZstdCompressor(level=1).compress(b"long " * 5000))
    at = frame.index((25_000 - 256).to_bytes(2, "little"))  # RFC 8878, 3.1.1.1.4
    frame[at : at + 2] = (5000 - 256).to_bytes(2, "little")
    assert zstandard.frame_content_size(bytes(frame)) == 5000
    with pytest.raises(SnapshotError, match="section 'c' can't be decompressed"):
        unpack(rewritten(BIG, lambda header: claiming(header, 5000, len(frame)), bytes(frame)), "here")


def test_an_encrypted_section_can_not_pass_for_one_of_another_schema() -> None:  # S1.12
    packed = pack(SOME, KEY)
    header, at = read_header(packed, "here")
    other = tuple(msgspec.structs.replace(s, schema=s.schema + 1) for s in header.sections)
    head = msgspec.msgpack.encode(msgspec.structs.replace(header, sections=other))
    whole = head + packed[at:-32]
    fixed = struct.pack("!4sHQI", b"EVWK", 2, 18 + len(whole), len(head))
    with pytest.raises(SnapshotError, match="comes from another place"):
        unpack(fixed + whole + checksum(fixed, whole), "here", KEY)
