"""The result of a rehearsal, as data."""

from __future__ import annotations

from msgspec import Struct

#: The report's file name in the rehearsal's folder.
REPORT = "report.json"


class ParticipantReport(Struct, kw_only=True):
    """How the new code took one participant's state. `versions` are the old and the new; the import took `seconds`."""

    name: str
    bytes: int = 0
    seconds: float = 0.0
    versions: tuple[str, str] = ("", "")
    schemas: tuple[int, int] = (0, 0)
    warnings: list[str] = []
    dropped: list[str] = []  # fields that would start with their default

    def __str__(self) -> str:
        old, new = self.versions
        changed = f", {old} -> {new}" if old != new else ""
        changed += f", schema {self.schemas[0]} -> {self.schemas[1]}" if self.schemas[0] != self.schemas[1] else ""
        more = "".join(f"; {text}" for text in [*self.warnings, *(f"dropped: {text}" for text in self.dropped)])
        return f"{self.name}: {self.bytes:,} bytes, {1000 * self.seconds:.0f} ms{changed}{more}"


class RehearsalReport(Struct, kw_only=True):
    """A whole rehearsal. With `errors` there is no copyover. `start` is the seconds until everything was built, `work`
    the part of them in which the processor worked on it."""

    start: float = 0.0
    work: float = 0.0
    seconds: float = 0.0
    parts: list[ParticipantReport] = []
    contracts: list[str] = []  # modules that keep their contract
    ticks: int = 0  # timers that fired
    lines: int = 0  # commands that were tried
    warnings: list[str] = []
    errors: list[str] = []

    def __str__(self) -> str:
        lines = [f"Rehearsed in {self.seconds:.1f} s, ready after {self.start:.1f} s."]
        lines += [f"  {part}" for part in self.parts]
        lines.append(f"  {self.ticks} timers fired, {self.lines} commands tried")
        lines += [f"  warning: {text}" for text in self.warnings]
        lines += [f"  error: {text}" for text in self.errors]
        return "\n".join(lines)
