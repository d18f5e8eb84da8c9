"""What a rehearsal found: data, for people and for whoever decides."""

from __future__ import annotations

from msgspec import Struct

#: What it is called in the folder of the rehearsal.
REPORT = "report.json"


class ParticipantReport(Struct, kw_only=True):
    """One participant: how its state went into the new code. `versions` are old and new, `seconds` for taking it in."""

    name: str
    bytes: int = 0
    seconds: float = 0.0
    versions: tuple[str, str] = ("", "")
    schemas: tuple[int, int] = (0, 0)
    warnings: list[str] = []
    dropped: list[str] = []  # what would start with its default

    def __str__(self) -> str:
        old, new = self.versions
        changed = f", {old} -> {new}" if old != new else ""
        changed += f", schema {self.schemas[0]} -> {self.schemas[1]}" if self.schemas[0] != self.schemas[1] else ""
        more = "".join(f"; {text}" for text in [*self.warnings, *(f"dropped: {text}" for text in self.dropped)])
        return f"{self.name}: {self.bytes:,} bytes, {1000 * self.seconds:.0f} ms{changed}{more}"


class RehearsalReport(Struct, kw_only=True):
    """A whole rehearsal. With `errors` there will be no copyover. `start` are the seconds until all was built."""

    start: float = 0.0
    seconds: float = 0.0
    parts: list[ParticipantReport] = []
    contracts: list[str] = []  # modules that keep theirs
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
