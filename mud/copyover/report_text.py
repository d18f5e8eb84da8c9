"""Reports of copyovers in words: for the admins when one is done, a line for the history, and one in full."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from mud.copyover.code import SHOWN
from mud.copyover.history import CopyoverRecord

#: The number of changed files that a report names; the rest are counted.
NAMED = 8


def told(record: CopyoverRecord) -> str:
    """The report that admins get in the game when a copyover is done."""
    longest, kept = f"{record.silence.longest:.0f}" if record.silence else "0", sum(record.kept.values())
    lines = [
        f"Copyover done: generation {record.generation_to}, {kept} connection{'s' if kept != 1 else ''} kept, "
        f"{longest} ms of silence.",
        *body(record),
    ]
    return "\n".join(lines)


def body(record: CopyoverRecord) -> list[str]:
    """The lines of a full report."""
    lines = [f"  by {record.by}{f' because {record.reason}' if record.reason else ''}; {code(record)}"]
    if record.changed:
        more = f" and {len(record.changed) - NAMED} more" if len(record.changed) > NAMED else ""
        lines.append(f"  files: {', '.join(record.changed[:NAMED])}{more}")
    if record.phases:
        lines.append(f"  phases: {', '.join(f'{s.name} {milliseconds(s.seconds)}' for s in record.phases)}")
    if record.silence:
        s = record.silence
        lines.append(f"  silence: p50 {s.p50:.0f} ms, p99 {s.p99:.0f} ms, longest {s.longest:.0f} ms")
    for label, counts in (("kept", record.kept), ("dropped", record.dropped)):
        if counts:
            lines.append(f"  {label}: {', '.join(f'{count} {what}' for what, count in sorted(counts.items()))}")
    if record.ended:
        lines.append(
            f"  conversations that could not go on: {', '.join(f'{n} of {m}' for m, n in record.ended.items())}"
        )
    if record.vetoes:
        lines.append(f"  overridden by force: {'; '.join(record.vetoes)}")
    lines += [f"  warning: {warning}" for warning in record.warnings]
    if record.late:
        lines.append(f"  late timers: {len(record.late)}, by at most {milliseconds(max(record.late))}")
    return lines


def code(record: CopyoverRecord) -> str:
    """The code before and after, in words."""
    if record.code_to in ("", record.code_from):
        return f"code {record.code_from[:SHOWN] or 'unknown'}, unchanged" if record.code_to else "code unknown"
    return f"code {record.code_from[:SHOWN] or 'unknown'} to {record.code_to[:SHOWN]}"


def milliseconds(seconds: float) -> str:
    """A duration in words."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms"


def line(record: CopyoverRecord) -> str:
    """One line of the history."""
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.ordered))
    if record.outcome == "done":
        longest = f"{record.silence.longest:.0f} ms" if record.silence else "nobody there"
        what = f"{record.generation_from} to {record.generation_to}, {sum(record.kept.values())} kept, {longest}"
    else:
        what = f"{record.outcome}: {' '.join(record.error.split())[:100]}"
    why = f" because {record.reason}" if record.reason else ""
    return f"#{record.number} {when} {record.by}: {what}{why}"


def whole(record: CopyoverRecord) -> str:
    """A report in full."""
    doubt = [f"  {record.doubt}"] if record.doubt else []
    error = [f"  error: {record.error}"] if record.error else []
    return "\n".join([line(record), *body(record), *doubt, *error])


def plain(record: CopyoverRecord) -> dict[str, Any]:
    """A record for programs."""
    found: dict[str, Any] = msgspec.to_builtins(record)
    return found
