"""The hand-over: all that the new program needs and no file may hold, in memory that is passed on by descriptor.

Participants' state goes as snapshots in DATA/snapshots; this names them by checksum. What is in here may contain
what somebody typed without echo, so it lives in a memfd, is read once, and is gone with the descriptor.
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
from mud.net.budget import Address
from mud.net.farewell import Parting
from mud.net.wire import Wire


class CarriedJobs(Struct, kw_only=True):
    """Work that was not begun, by kind."""

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
        """All of them again."""
        passwords = [*self.names, *self.logins, *self.registers, *self.hashes, *self.checks]
        return [*passwords, *self.finds, *self.saves, *self.reads]


class Handover(Struct, kw_only=True):
    """What one program leaves to the next.

    `generation` is the new program's. `files` gives each participant's checksum. `began` is when the silence
    began (wall clock, seconds). What a way to carry it needs besides is added by that way (`mud.copyover.carriers`).
    """

    generation: int
    version: str
    by: str
    reason: str
    session: int  # who ordered it, 0 for nobody
    began: float
    files: dict[str, bytes]
    modules: list[str]  # those in service, without which there is no taking over
    contracts: list[str] = []  # those that kept theirs in the rehearsal, and of which nothing was changed since
    listeners: list[int]
    wires: list[Wire]
    partings: list[Parting] = []
    jobs: CarriedJobs
    addresses: dict[str, Address]
    next_session: int
    lock: int
    left: str = ""  # the code that the game goes back from
    report: Draft | None = None  # what is known so far of how this copyover went

    @property
    def frozen(self) -> float | None:
        """When the silence began, by CLOCK_MONOTONIC; None where that is not known."""
        return self.report.began(Phase.STATE_TRANSFERRING.value) if self.report is not None else None

    def descriptors(self) -> list[int]:
        """Every descriptor of the old program that the new one takes over."""
        clients = [*(wire.fd for wire in self.wires), *(parting.fd for parting in self.partings)]
        return [*self.listeners, *clients, self.lock]


H = TypeVar("H", bound=Handover)


def write(handover: Handover) -> int:
    """Put a hand-over into memory; gives the descriptor, not yet inheritable. Raises OSError when there is none."""
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
    """Read the hand-over that `fd` holds, once: the descriptor is closed. Raises SnapshotError when it is none."""
    try:
        with os.fdopen(fd, "rb") as file:
            file.seek(0)
            return msgspec.msgpack.decode(file.read(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise SnapshotError(f"descriptor {fd} holds no hand-over: {error}") from error
