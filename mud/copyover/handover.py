"""The hand-over: what the new program needs and no file may hold, in memory that is passed on as a descriptor.

Participants' states travel as snapshots in DATA/snapshots, which this names by checksum. The hand-over may contain
text that somebody typed without echo, so it is in a memfd, is read once, and vanishes with the descriptor.
"""

from __future__ import annotations

import os
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from mud.copyover.history import Draft
from mud.copyover.phases import Phase
from mud.core.errors import SnapshotError
from mud.core.events import (
    CheckName,
    FindPlayer,
    HashPassword,
    LogIn,
    ReadAreas,
    Register,
    SaveEdits,
    VerifyPassword,
)
from mud.core.journal import Key
from mud.net.budget import Address
from mud.net.farewell import Parting
from mud.net.wire import Wire


class CarriedJobs(Struct, kw_only=True):
    """Jobs that were not begun, by kind."""

    names: list[CheckName] = []
    logins: list[LogIn] = []
    registers: list[Register] = []
    hashes: list[HashPassword] = []
    checks: list[VerifyPassword] = []
    finds: list[FindPlayer] = []
    reads: list[ReadAreas] = []
    saves: list[SaveEdits] = []

    @classmethod
    def of(cls, jobs: list[Any]) -> CarriedJobs:
        """Sort jobs by kind."""
        return cls(
            names=[j for j in jobs if isinstance(j, CheckName)],
            logins=[j for j in jobs if isinstance(j, LogIn)],
            registers=[j for j in jobs if isinstance(j, Register)],
            hashes=[j for j in jobs if isinstance(j, HashPassword)],
            checks=[j for j in jobs if isinstance(j, VerifyPassword)],
            finds=[j for j in jobs if isinstance(j, FindPlayer)],
            reads=[j for j in jobs if isinstance(j, ReadAreas)],
            saves=[j for j in jobs if isinstance(j, SaveEdits)],
        )

    def all(self) -> list[Any]:
        """All jobs, as one list."""
        passwords = [*self.names, *self.logins, *self.registers, *self.hashes, *self.checks]
        return [*passwords, *self.finds, *self.saves, *self.reads]


class Handover(Struct, kw_only=True):
    """What one program leaves to the next.

    `generation` is the new program's. `files` maps each participant to its snapshot's checksum. `began` is when the
    silence began (wall-clock seconds). Each carrier adds the fields that it needs (`mud.copyover.carriers`).
    """

    generation: int
    version: str
    by: str
    reason: str
    session: int  # the session that ordered it; 0: none
    began: float
    files: dict[str, bytes]
    modules: list[str]  # modules in service, all of which the new program needs
    contracts: list[str] = []  # modules that passed the contract check in the rehearsal, unchanged since
    listeners: list[int]
    wires: list[Wire]
    partings: list[Parting] = []
    jobs: CarriedJobs
    addresses: dict[str, Address]
    next_session: int
    lock: int
    unwritable: list[Key] = []  # rows that can't be encoded, so that the database has them as they were
    rejected: str = msgspec.field(name="left", default="")  # the code that the game rolls back from
    report: Draft | None = None  # the record of this copyover so far

    @property
    def frozen(self) -> float | None:
        """When the silence began, by CLOCK_MONOTONIC; None if that is unknown."""
        return self.report.began(Phase.STATE_TRANSFERRING.value) if self.report is not None else None

    def descriptors(self) -> list[int]:
        """Every descriptor of the old program that the new one takes over."""
        clients = [*(wire.fd for wire in self.wires), *(parting.fd for parting in self.partings)]
        return [*self.listeners, *clients, self.lock]


H = TypeVar("H", bound=Handover)


def write(handover: Handover) -> int:
    """Write a hand-over into a memfd; returns the descriptor, not yet inheritable. Raises OSError if there is none."""
    fd = os.memfd_create("everwake-handover")
    data = memoryview(msgspec.msgpack.encode(handover))
    try:
        while data:
            data = data[os.write(fd, data) :]
    except OSError:
        os.close(fd)
        raise
    return fd


def read(fd: int, kind: type[H]) -> H:
    """Read a hand-over from `fd`, and close it. Raises SnapshotError if it holds none."""
    try:
        with os.fdopen(fd, "rb") as file:
            file.seek(0)
            return msgspec.msgpack.decode(file.read(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise SnapshotError(f"descriptor {fd} holds no hand-over: {error}") from error
