"""A signal comes to the main thread or waits for the next program: every other thread blocks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.threads import SIGNALS
from tests.e2e.harness import Game, wait_for

pytestmark = pytest.mark.e2e


def listening(pid: int) -> dict[str, set[int]]:
    """The names of a process's threads other than the main one, and which of our signals reach them."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        if task.name != str(pid):
            lines = dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines())
            blocked = int(lines["SigBlk"], 16)
            found[f"{lines['Name']} {task.name}"] = {int(s) for s in SIGNALS if not blocked >> (s - 1) & 1}
    return found


def test_no_thread_but_the_main_one_takes_a_signal_that_is_for_the_server(stopped: Game) -> None:
    stopped.arguments += ("--dev",)
    admin = stopped.start().admin()  # a password is hashed in one thread, the database is read in another
    admin.command("log")  # read in one of the loop's own
    threads = wait_for(lambda: len(found := listening(stopped.pid)) >= 3 and found, "some threads")
    assert not any(threads.values()), threads
    assert stopped.stop() == 0
