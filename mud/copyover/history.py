"""The history of copyovers: a record of each, as a line of JSON in DATA/copyovers.jsonl, and the draft of a record.

The draft travels in the hand-over, so that the new program can finish the record that the old one began. Its marks are
times of CLOCK_MONOTONIC, which keeps running over an exec.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from mud.copyover.code import Code

Outcome = Literal["done", "refused", "failed", "cancelled"]
#: The size in bytes at which the file is rotated; the previous one stays as copyovers.1.jsonl.
MAX_BYTES = 4 << 20
#: The number of bytes read at once.
BLOCK = 64 << 10


class Span(Struct, kw_only=True):
    """A phase: when it began, in seconds since the order, and how many seconds it took."""

    name: str
    began: float
    seconds: float


class Silence(Struct, kw_only=True):
    """For how many milliseconds players were not served, as measured by the server."""

    p50: float
    p99: float
    longest: float

    @classmethod
    def of(cls, seconds: list[float]) -> Silence | None:
        """The silence of all players, from each one's; None if there were none."""
        if not seconds:
            return None
        ordered = sorted(1000 * each for each in seconds)
        last = len(ordered) - 1
        p50, p99 = (round(ordered[round(part * last)], 1) for part in (0.5, 0.99))
        return cls(p50=p50, p99=p99, longest=round(ordered[-1], 1))


class CopyoverRecord(Struct, kw_only=True):
    """One copyover. `ordered` is in wall-clock seconds; `late` says by how many seconds each wall-clock timer was late.

    `kept` counts sessions by what they are in the middle of, `dropped` by the reason. `doubt` is the remark, at the
    order, that the running code was not confirmed. `start` and `work` are those of the rehearsal, in seconds.
    """

    number: int
    outcome: Outcome = "failed"
    by: str
    reason: str = ""
    ordered: float
    generation_from: int
    generation_to: int
    version_from: str = ""
    version_to: str = ""
    code_from: str = ""
    code_to: str = ""
    changed: list[str] = []
    start: float = 0.0
    work: float = 0.0
    phases: list[Span] = []
    silence: Silence | None = None
    kept: dict[str, int] = {}
    dropped: dict[str, int] = {}
    ended: dict[str, int] = {}  # conversations that could not go on, by module
    vetoes: list[str] = []  # the vetoes that were overridden
    warnings: list[str] = []
    doubt: str = ""
    late: list[float] = []
    error: str = ""

    @property
    def seconds(self) -> float:
        """The time from the order to the end."""
        return max((span.began + span.seconds for span in self.phases), default=0.0)


class Draft(Struct, kw_only=True):
    """An unfinished record. `kinds` says what each session is in the middle of."""

    record: CopyoverRecord
    marks: list[tuple[str, float]] = []
    kinds: dict[int, str] = {}
    code: Code = msgspec.field(default_factory=Code)

    def spans(self, end: float) -> list[Span]:
        """The phases according to the marks; the last one lasts until `end`."""
        if not self.marks:
            return []
        start = self.marks[0][1]
        ends = [*(at for _, at in self.marks[1:]), end]
        return [
            Span(name=name, began=round(at - start, 6), seconds=round(to - at, 6))
            for (name, at), to in zip(self.marks, ends, strict=True)
        ]

    def began(self, name: str) -> float | None:
        """When a phase last began, by the marks' clock."""
        return next((at for mark, at in reversed(self.marks) if mark == name), None)


class History:
    """The file of records."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def _before(self) -> Path:
        return self._path.with_suffix(".1.jsonl")

    def add(self, record: CopyoverRecord) -> None:
        """Append a record. Raises OSError."""
        if self._path.exists() and self._path.stat().st_size > MAX_BYTES:
            self._path.rename(self._before)
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "ab+") as file:
            size = file.seek(0, os.SEEK_END)
            cut_off = size and os.pread(fd, 1, size - 1) != b"\n"  # by a kill: it would swallow this record
            file.write(b"\n" * bool(cut_off) + msgspec.json.encode(record) + b"\n")

    def last(self, count: int) -> list[CopyoverRecord]:
        """The last records, oldest first. A line that can't be read (cut off by a kill) is skipped."""
        return [record for line in self._last(count) if (record := self._decoded(line)) is not None]

    def find(self, number: int) -> CopyoverRecord | None:
        """A record by its number."""
        return next((r for r in self.last(1 << 30) if r.number == number), None)

    def next_number(self) -> int:
        """The number of the next record. A line that can't be read has had a number, too."""
        number = 0
        for line in self._last(5):
            record = self._decoded(line)
            number = number + 1 if record is None else max(number, record.number)
        return number + 1

    def _last(self, count: int) -> list[bytes]:
        lines = self._lines(self._path, count)
        if len(lines) < count:
            lines = self._lines(self._before, count - len(lines)) + lines
        return lines[-count:]

    @staticmethod
    def _lines(path: Path, count: int) -> list[bytes]:
        """The last lines of a file, read from its end, so that a few cost little."""
        data = b""
        try:
            with path.open("rb") as file:
                at = file.seek(0, os.SEEK_END)
                while at > 0 and data.count(b"\n") <= count:
                    at, end = max(0, at - BLOCK), at
                    file.seek(at)
                    data = file.read(end - at) + data
        except OSError:
            return []
        return data.splitlines()[-count:] if count else []

    @staticmethod
    def _decoded(line: bytes) -> CopyoverRecord | None:
        try:
            return msgspec.json.decode(line, type=CopyoverRecord)
        except msgspec.DecodeError:
            return None
