"""The hand-over: all of it goes into memory and comes out once, with every descriptor and all work not begun."""

from __future__ import annotations

import os
from typing import Any

import pytest

from mud.copyover import handover
from mud.copyover.handover import CarriedJobs, Handover
from mud.core import events as e
from mud.core.errors import SnapshotError
from mud.net.budget import Bucket
from mud.net.farewell import Parting
from mud.net.wire import Wire

FULL = Bucket(1.0, 0.0)
WIRE = Wire(session=1, fd=11, family=2, inode=5, peer="x 1", address="x", bytes_=FULL, lines_=FULL, commands_=FULL)


def given(**more: Any) -> Handover:
    facts: dict[str, Any] = {
        **{"generation": 2, "version": "1", "by": "Root", "reason": "", "session": 0, "began": 0.0},
        **{"files": {}, "modules": [], "listeners": [7, 8], "wires": [WIRE], "jobs": CarriedJobs()},
        **{"addresses": {}, "next_session": 2, "lock": 9, "partings": [Parting(fd=12, family=2, inode=6)]},
    }
    return Handover(**(facts | more))


def test_all_of_a_large_one_is_read_however_little_is_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    large, write = given(reason="x" * 200_000), os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data[:10_000])))
    assert handover.read(handover.write(large), Handover) == large


def test_it_is_read_once() -> None:
    fd = handover.write(given())
    handover.read(fd, Handover)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
    with pytest.raises(SnapshotError, match="holds no hand-over"):
        handover.read(fd, Handover)


def test_it_names_every_descriptor_that_is_taken_over() -> None:
    assert sorted(given().descriptors()) == [7, 8, 9, 11, 12]


KINDS: tuple[Any, ...] = (
    *(e.CheckName, e.LogIn, e.Register, e.HashPassword, e.VerifyPassword),
    *(e.FindPlayer, e.ReadAreas, e.SaveEdits),
)


def test_work_of_every_kind_is_carried() -> None:
    made = [_any(kind) for kind in KINDS]
    carried = CarriedJobs.of(made).all()
    assert len(carried) == len(made) and all(job in carried for job in made)
    assert len(KINDS) == len(CarriedJobs.__struct_fields__)


def _any(kind: Any) -> Any:
    """One of a kind, whatever is in it."""
    return kind(**dict.fromkeys(kind.__struct_fields__, 0))
