"""Disks that are full, read-only or broken, at every write of a copyover: nothing is lost, and nobody is sent away."""

from __future__ import annotations

import pytest

from tests.e2e.harness import Game, copyover
from tests.e2e.injecting import failing
from tests.e2e.test_way_back import Crowd

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("subreaper")]

#: Calls that fail: which, with what, for which files of the data folder; and what the admins read, "" for a copyover.
CALLS = {
    "no folder for the rehearsal": ("mkdir", "ENOSPC", (), r"the rehearsal can't be prepared: .*No space left"),
    "fsync of the database": ("fsync,fdatasync", "EIO", ("everwake.db", "everwake.db-wal"), "I/O error"),
    "fsync of everything": ("fsync,fdatasync", "EIO", (), "Input/output error|I/O error"),
    "world.dat is not made": ("openat", "ENOSPC", ("snapshots/world.dat.tmp",), r"world\.dat: No space left"),
    "world.dat is not written": ("write", "ENOSPC", ("snapshots/world.dat.tmp",), r"world\.dat: No space left"),
    "sessions.dat is not written": ("write", "EIO", ("snapshots/sessions.dat.tmp",), r"sessions\.dat: Input/output"),
    "a module's is not made": ("openat", "EROFS", ("snapshots/raffle.dat.tmp",), r"raffle\.dat: Read-only"),
    "a module's is not written": ("write", "EIO", ("snapshots/raffle.dat.tmp",), r"raffle\.dat: Input/output"),
    "world.dat gets no name": ("rename", "ENOSPC", ("snapshots/world.dat.tmp",), r"world\.dat: No space left"),
    "snapshots stay": ("unlink", "EROFS", ("snapshots/world.dat", "snapshots/raffle.dat"), ""),
    "the hand-over": ("write", "ENOSPC", ("/memfd:everwake-handover",), "No space left"),
    "the history is not opened": ("openat", "EROFS", ("copyovers.jsonl",), ""),
    "the history is not written": ("write", "ENOSPC", ("copyovers.jsonl",), ""),
    "ready.json is not made": ("openat", "ENOSPC", ("run/ready.tmp",), ""),
    "ready.json is not written": ("write", "ENOSPC", ("run/ready.tmp",), ""),
    "ready.json gets no name": ("rename", "EROFS", ("run/ready.tmp",), ""),
    "the logs are not opened": ("openat", "EROFS", ("logs/everwake.log",), ""),
    "the logs are not written": ("write", "ENOSPC", ("logs/everwake.log", "logs/errors.jsonl"), ""),
    "no control socket": ("bind", "ENOSPC", (), ""),
    "the control socket stays": ("unlink", "EROFS", ("run/control.sock",), ""),
    "the compiled world is not kept": ("openat", "EROFS", ("cache",), ""),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_write_that_fails_in_a_copyover_costs_nobody_anything(stopped: Game, name: str) -> None:
    calls, error, files, says = CALLS[name]
    stopped.start()
    crowd = Crowd(stopped)
    crowd.types()
    paths = [file if file.startswith("/") else stopped.data / file for file in files]
    with failing(stopped.pid, calls, error, *paths):
        if says:
            crowd.admin.send("copyover")
            crowd.admin.expect(rf"No copyover.*({says}).*The game plays on\.")
        else:
            copyover(crowd.admin)
        crowd.keeps_typing()
    crowd.admin.send("module restart raffle")  # which is in the log: that is opened again
    crowd.admin.expect("runs again")
    crowd.is_whole()
    crowd.types()
    copyover(crowd.admin)
    crowd.is_whole()
    assert stopped.ready["generation"] == (2 if says else 3)
    stopped.kill()
    stopped.start()
    assert "25 gold coins" in stopped.player("Ada", new=False).command("i")
    assert stopped.stop() == 0
