"""The envelope: read whole and unharmed, or not at all."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from mud.core.errors import SnapshotError
from mud.core.model import Character, Item
from mud.core.session import Session
from mud.core.timers import LinkDeadEnds, Timer
from mud.core.world import WorldState
from mud.snapshot import files, participants
from mud.snapshot.envelope import Section, Snapshot, pack, unpack

SOME = Snapshot("world", "1.2.3", 7, 1000.5, "copyover", {"a": Section(1, b"some data"), "b": Section(2, b"")})


def test_what_was_packed_is_what_is_read() -> None:
    assert unpack(pack(SOME), "here") == SOME


@pytest.mark.parametrize("size", range(len(pack(SOME))))
def test_cut_short_at_any_byte(size: int) -> None:  # S1.11
    with pytest.raises(SnapshotError, match=r"^here: "):
        unpack(pack(SOME)[:size], "here")


@pytest.mark.parametrize("at", range(len(pack(SOME))))
def test_any_byte_changed(at: int) -> None:  # S1.11
    data = bytearray(pack(SOME))
    data[at] ^= 1 << at % 8
    with pytest.raises(SnapshotError, match=r"^here: "):
        unpack(bytes(data), "here")


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
    assert files.read(folder, "world") == SOME


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
    (tmp_path / "world.tmp").mkdir()
    with pytest.raises(SnapshotError, match=r"world\.dat"):
        files.write(tmp_path, msgspec.structs.replace(SOME, generation=8))
    assert files.read(tmp_path, "world") == SOME


def test_the_world_and_the_sessions_there_and_back() -> None:
    state = WorldState(
        characters=[Character(id="p1", name="Ada", room="a", settings={"x": "y"})],
        items=[Item(id="i1", kind="k", owner="char:p1", values={"n": 3, "s": "t"}, state="locked")],
        doors={"a north": "open"},
        balances={"mint": -5, "char:p1": 5},
        timers=[Timer("t1", 3.5, LinkDeadEnds("p1"))],
        ledger_seq=4, timer_serial=1, serial=9, game_time=77.25,
    )  # fmt: skip
    packed = pack(participants.snapshot("world", participants.world_parts(state), 2, 0.0, "test"))
    parts = participants.parts(unpack(packed, "w"), "w")
    assert participants.world_state(parts) == state
    session = Session(id=1, address="x", stack=[], connected_at=1.0, last_input=2.0)
    packed = pack(participants.snapshot("sessions", {"sessions": [session]}, 2, 0.0, "test"))
    assert participants.parts(unpack(packed, "s"), "s") == {"sessions": [session]}


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({}, "'characters' is missing"),
        ({"characters": Section(9, b"")}, "has schema 9"),
        ({"characters": Section(1, b"\xc3")}, "section 'characters'"),
    ],
)
def test_wrong_sections_are_named(sections: dict[str, Section], says: str) -> None:  # S0.6
    with pytest.raises(SnapshotError, match=says):
        participants.parts(msgspec.structs.replace(SOME, sections=sections), "w")
