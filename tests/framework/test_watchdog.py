"""Time limits: what hangs is interrupted, in its own code only, and no alarm is left behind."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mud.core.errors import TimedOut
from mud.core.journal import Journal
from mud.core.ledger import Ledger
from mud.framework.watchdog import WATCH, Interrupted

ROOT = Path(__file__).parents[2]


def stubborn() -> None:
    """Never comes back, and takes what is raised for a usual error."""
    while True:
        try:
            while True:
                pass
        except Exception:
            continue


def test_what_hangs_is_interrupted_in_its_time() -> None:  # S0.11
    began = time.monotonic()
    with pytest.raises(
        TimedOut,
        match=r"^a hook took longer than 0\.05 s and was interrupted at tests/framework/test_watchdog\.py:\d+$",
    ):
        WATCH.call(0.05, "a hook", stubborn)
    assert time.monotonic() - began < 5
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_what_is_quick_is_left_alone_and_timed() -> None:  # S0.11
    found, seconds = WATCH.call(5.0, "a hook", lambda: "done")
    assert found == "done" and 0 <= seconds < 5
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


class Slow(dict[Any, Any]):
    """Takes longer than anybody may, right after it has given something away or taken something in."""

    def pop(self, *key: Any) -> Any:
        value = super().pop(*key)
        self._dawdle()
        return value

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        self._dawdle()

    @staticmethod
    def _dawdle() -> None:
        end = time.monotonic() + 0.1
        while time.monotonic() < end:
            pass


@pytest.fixture
def uncollected() -> Iterator[None]:
    """What is raised in a callback of the collector's (hypothesis has one) is reported, and not raised."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
def test_our_own_code_is_never_interrupted_between_a_change_and_the_note_of_how_to_undo_it() -> None:  # S0.12
    journal, values = Journal(), Slow(dict.fromkeys("abc", 0))

    def churn() -> None:
        for key in "abc":
            journal.drop(values, key)
            journal.put(values, key, 1)
        stubborn()

    with pytest.raises(TimedOut):
        WATCH.call(0.02, "churn", churn)
    journal.rollback()
    assert values == dict.fromkeys("abc", 0)


@pytest.mark.usefixtures("uncollected")
def test_our_own_code_is_never_interrupted_between_the_two_sides_of_a_payment() -> None:  # S0.12
    ledger = Ledger(Journal(), Slow({"char:a": 1000, "mint": -1000}))

    def churn() -> None:
        ledger.transfer("char:a", "char:b", 1, "churn", 0.0)
        stubborn()

    with pytest.raises(TimedOut):
        WATCH.call(0.02, "churn", churn)
    assert ledger.total() == 0 and ledger.balance("char:b") == len(ledger.unwritten) == 1


def test_one_watch_at_a_time() -> None:
    assert WATCH.begin(5.0, time.perf_counter())
    try:
        assert not WATCH.begin(0.001, time.perf_counter())
        assert WATCH.call(0.001, "inner", lambda: 7)[0] == 7
    finally:
        WATCH.end()
        WATCH.disarm()


def test_other_threads_have_no_limits() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(WATCH.call(0.0001, "x", lambda: sum(range(10**6)))[0]))
    thread.start()
    thread.join()
    assert found == [499999500000]


def test_an_interruption_is_no_usual_error() -> None:
    assert not issubclass(Interrupted, Exception)


ENDING = """
import time
from mud.framework.watchdog import WATCH
WATCH.begin(2.0, time.perf_counter())
WATCH.end()
import atexit
atexit.register(lambda: None)
class Slow:
    def __del__(self):
        end = time.monotonic() + 0.4
        while time.monotonic() < end:
            pass
slow = Slow()
"""


def test_no_alarm_rings_while_python_ends() -> None:
    done = subprocess.run([sys.executable, "-c", ENDING], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done


def test_an_alarm_that_rings_a_moment_before_the_sleep_it_should_end_rings_again() -> None:  # S0.11
    def unheard() -> None:
        left = signal.setitimer(signal.ITIMER_REAL, 0.0)  # the one alarm is lost
        signal.setitimer(signal.ITIMER_REAL, left[1], left[1])
        while True:
            time.sleep(60 if left[1] else 0)
            assert left[1], "no alarm would ring again"

    with pytest.raises(TimedOut):
        WATCH.call(0.05, "a hook", unheard)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
