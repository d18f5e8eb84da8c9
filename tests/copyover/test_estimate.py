"""What `copyover check` says of the silence, and from what."""

from __future__ import annotations

import asyncio
import time

import pytest

from mud.copyover.estimate import BETWEEN, PART, WORST_PART, Estimate, Lateness, told
from mud.copyover.history import CopyoverRecord, Outcome, Silence
from mud.copyover.rehearsal.report import RehearsalReport

IDLE = RehearsalReport(start=0.3, work=0.29)


def record(longest: float, start: float = 1.0, outcome: Outcome = "done") -> CopyoverRecord:
    """A copyover whose silence was so many milliseconds."""
    silence = Silence(p50=longest, p99=longest, longest=longest)
    return CopyoverRecord(
        number=1,
        by="Boss",
        ordered=0.0,
        generation_from=1,
        generation_to=2,
        silence=silence,
        start=start,
        outcome=outcome,
    )


def test_with_nothing_to_go_by_it_is_half_of_the_start_and_all_of_it_at_worst() -> None:
    found = Estimate.of(IDLE, [], 0.0)
    assert found == Estimate(usual=0.3 * PART, worst=0.3 * WORST_PART, known=0, busy=False)


def test_earlier_copyovers_say_which_part_of_the_start_it_is() -> None:
    found = Estimate.of(IDLE, [record(400), record(600), record(800)], 0.02)
    assert (found.usual, found.worst, found.known) == (pytest.approx(0.18), pytest.approx(0.26), 3)


def test_what_was_not_done_or_has_no_figures_is_no_example() -> None:
    assert Estimate.of(IDLE, [record(9000, outcome="failed"), record(9000, start=0.0)], 0.0).known == 0


def test_it_says_from_what_and_when_the_machine_is_busy() -> None:
    busy = RehearsalReport(start=2.5, work=0.5)
    text = told(Estimate.of(busy, [record(480)], 0.1), busy, 3, 1234, 0.1)
    assert "about 1200 ms now, at worst 1350 ms" in text
    assert "3 connections, 1,234 mobs and things, a loop that was 100 ms late at most, 1 earlier copyover here" in text
    assert "The machine is busy" in text
    quiet = told(Estimate.of(IDLE, [], 0.0), IDLE, 1, 1, 0.0)
    assert "busy" not in quiet and "no earlier copyover here" in quiet


def test_a_loop_that_is_held_is_late() -> None:
    async def hold() -> float:
        lateness = Lateness()
        watching = asyncio.create_task(lateness.watch())
        await asyncio.sleep(0)
        end = time.monotonic() + 3 * BETWEEN
        while time.monotonic() < end:
            pass
        await asyncio.sleep(BETWEEN)
        watching.cancel()
        return lateness.longest

    assert asyncio.run(hold()) >= 1.5 * BETWEEN
