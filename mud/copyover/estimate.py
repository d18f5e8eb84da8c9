"""How long players would not be heard if a copyover came now.

What a rehearsal measured decides it: the silence is about half of the time in which the rehearsed program got ready,
on an idle machine (150 of 300 ms) as on one with five programs for each core (1.2 of 2.5 s). The rehearsal has the same
world, the same sessions and the same moment; more of any of them makes both longer. Earlier copyovers on this machine
say which part it really is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from statistics import median

from msgspec import Struct

from mud.copyover.history import CopyoverRecord
from mud.copyover.rehearsal.report import RehearsalReport
from mud.core.text.words import count

#: The part of the rehearsed start that the silence is, where no copyover has shown it yet: as a rule, and at worst.
PART, WORST_PART = 0.5, 1.0
#: How many earlier copyovers are looked at.
LOOKED_AT = 10
#: Seconds between two looks at the loop.
BETWEEN = 0.05
#: With less than this part of the start spent working, the machine has not enough processor time.
BUSY = 0.6


class Lateness:
    """How late the event loop is: the longest, in seconds, while `watch` runs."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        """Look until it is cancelled."""
        while True:
            due = time.monotonic() + BETWEEN
            await asyncio.sleep(BETWEEN)
            self.longest = max(self.longest, time.monotonic() - due)


class Estimate(Struct, frozen=True, kw_only=True):
    """Seconds of silence, as a rule and at worst; from how many earlier copyovers, and whether the machine is busy."""

    usual: float
    worst: float
    known: int
    busy: bool

    @classmethod
    def of(cls, report: RehearsalReport, earlier: Iterable[CopyoverRecord], late: float) -> Estimate:
        """From a rehearsal, the records of earlier copyovers, and how many seconds late the loop was meanwhile."""
        parts = [r.silence.longest / 1000 / r.start for r in earlier if r.outcome == "done" and r.silence and r.start]
        usual, worst = (median(parts), max(*parts, PART)) if parts else (PART, WORST_PART)
        busy = report.work < BUSY * report.start
        return cls(usual=usual * report.start, worst=worst * report.start + late, known=len(parts), busy=busy)


def told(found: Estimate, report: RehearsalReport, sessions: int, things: int, late: float) -> str:
    """An estimate for people, with what it rests on."""
    rests = [
        f"a rehearsed start of {report.start:.2f} s, of which {report.work:.2f} s were work",
        count(sessions, "connection"),
        f"{things:,} mobs and things",
        f"a loop that was {1000 * late:.0f} ms late at most",
        f"{count(found.known, 'earlier copyover')} here" if found.known else "no earlier copyover here",
    ]
    lines = [
        f"Players would not be heard for about {1000 * found.usual:.0f} ms now, at worst {1000 * found.worst:.0f} ms.",
        f"  This rests on {', '.join(rests)}.",
    ]
    if found.busy:
        lines.append("  The machine is busy: the same copyover is shorter when other programs leave it more time.")
    return "\n".join(lines)
