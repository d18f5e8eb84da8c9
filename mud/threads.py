"""Threads that no signal reaches. The kernel gives a signal that the main thread blocks to any other thread that does
not, and a program that is about to exec would lose it there; blocked in all of them it waits for the next program.
"""

from __future__ import annotations

import signal

#: What the server is told by signals: to end (twice), and to order a copyover.
ENDS = frozenset({signal.SIGTERM, signal.SIGINT})
SIGNALS = ENDS | {signal.SIGUSR1}


def take_no_signals() -> None:
    """Block the server's signals in the thread that calls this first of all, and so in those that it starts."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
