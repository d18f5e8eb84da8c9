"""The operating system as carriers have it: real processes, descriptors and signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mud.copyover.carriers import system

ROOT = Path(__file__).parents[3]
LIMIT = 10.0
#: Blocks SIGTERM, says so, and ends once its input does.
BLOCKS = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [15, 10]); print(flush=True); input()"


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does not hear SIGTERM and SIGUSR1 yet."""
    with subprocess.Popen([sys.executable, "-c", BLOCKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_pending_signals_are_those_that_a_process_has_not_heard_yet(child: subprocess.Popen[bytes]) -> None:
    os_ = system.real()
    assert os_.pending(child.pid) == frozenset()
    child.send_signal(signal.SIGTERM)
    assert os_.pending(child.pid) == {signal.SIGTERM}
    child.send_signal(signal.SIGUSR1)
    assert os_.pending(child.pid) == {signal.SIGTERM, signal.SIGUSR1}


def test_a_signal_to_one_thread_is_pending_too() -> None:
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    try:
        signal.raise_signal(signal.SIGUSR2)
        assert signal.SIGUSR2 in system.pending(os.getpid())
    finally:
        signal.sigtimedwait({signal.SIGUSR2}, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    assert signal.SIGUSR2 not in system.pending(os.getpid())


#: In a process of its own: here another thread, of whatever runs the tests, would take the signal.
HEARS = """
import os, signal
from mud.copyover.carriers import system
blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
system.real().hear(signal.SIGUSR2)
assert signal.SIGUSR2 in system.pending(os.getpid())
assert signal.sigtimedwait({signal.SIGUSR2}, 0)
signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
system.real().hear(signal.SIGUSR2)  # it would end this very process
print("plays on")
"""


def test_only_a_signal_that_is_blocked_is_heard_later() -> None:
    found = subprocess.run([sys.executable, "-c", HEARS], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT)
    assert (found.stdout, found.stderr) == ("plays on\n", "")


def test_a_process_that_is_gone_has_none_pending(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGTERM)
    child.kill()
    child.wait()
    assert system.pending(child.pid) == frozenset()


def test_the_descriptor_of_a_process_is_readable_from_its_end_on(child: subprocess.Popen[bytes]) -> None:
    os_ = system.real()
    process = os_.process(child.pid)
    try:
        assert not os_.readable(process, 0)
        os_.send_signal(process, signal.SIGKILL)
        before = time.monotonic()
        assert os_.readable(process, LIMIT) and time.monotonic() - before < LIMIT
    finally:
        os.close(process)


def test_a_process_that_may_not_write_a_core_has_a_limit_of_none(child: subprocess.Popen[bytes]) -> None:
    system.real().forbid_core(child.pid)
    with open(f"/proc/{child.pid}/limits", encoding="ascii") as file:
        [line] = [line for line in file if line.startswith("Max core file size")]
    assert line.split()[4:6] == ["0", "0"]
