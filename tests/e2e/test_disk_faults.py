"""Disks that are full, read-only or broken, at every write of a copyover: nothing is lost, and nobody is sent away."""

from __future__ import annotations

import contextlib
import os
import re
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import Game, Moved, copyover, wait_for
from tests.e2e.injecting import failing, read_only, small_disk, unmount
from tests.e2e.saboteur import Saboteur
from tests.e2e.test_way_back import Crowd

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("subreaper")]

#: What fails: system calls, with what, for which files of the data folder; and what the admins read, "" for a copyover.
Faults = dict[str, tuple[str, str, tuple[str, ...], str]]
BEFORE: Faults = {
    "no folder for the rehearsal": ("mkdir", "ENOSPC", (), r"the rehearsal can't be prepared: .*No space left"),
    "fsync of everything": ("fsync,fdatasync", "EIO", (), "Input/output error|I/O error"),
    "fsync of the database": ("fsync,fdatasync", "EIO", ("everwake.db", "everwake.db-wal"), "I/O error"),
}
FROZEN: Faults = {
    "world.dat is not made": ("openat", "ENOSPC", ("snapshots/world.dat.tmp",), r"world\.dat: No space left"),
    "world.dat is not written": ("write", "ENOSPC", ("snapshots/world.dat.tmp",), r"world\.dat: No space left"),
    "world.dat gets no name": ("rename", "ENOSPC", ("snapshots/world.dat.tmp",), r"world\.dat: No space left"),
    "sessions.dat is not written": ("write", "EIO", ("snapshots/sessions.dat.tmp",), r"sessions\.dat: Input/output"),
    "a module's is not made": ("openat", "EROFS", ("snapshots/raffle.dat.tmp",), r"raffle\.dat: Read-only"),
    "a module's is not written": ("write", "EIO", ("snapshots/raffle.dat.tmp",), r"raffle\.dat: Input/output"),
    "the hand-over is not written": ("write", "ENOSPC", ("/memfd:everwake-handover",), "No space left"),
}
AFTER: Faults = {
    "snapshots stay": ("unlink", "EROFS", ("snapshots/world.dat", "snapshots/raffle.dat"), ""),
    "ready.json is not made": ("openat", "ENOSPC", ("run/ready.tmp",), ""),
    "ready.json is not written": ("write", "ENOSPC", ("run/ready.tmp",), ""),
    "ready.json gets no name": ("rename", "EROFS", ("run/ready.tmp",), ""),
    "the history is not opened": ("openat", "EROFS", ("copyovers.jsonl",), ""),
    "the history is not written": ("write", "ENOSPC", ("copyovers.jsonl",), ""),
}
BESIDE: Faults = {
    "the logs are not opened": ("openat", "EROFS", ("logs/everwake.log",), ""),
    "the logs are not written": ("write", "ENOSPC", ("logs/everwake.log", "logs/errors.jsonl"), ""),
    "no control socket": ("bind", "ENOSPC", (), ""),
    "the control socket stays": ("unlink", "EROFS", ("run/control.sock",), ""),
    "the compiled world is not kept": ("openat", "EROFS", ("cache",), ""),
}
CALLS = {"before the silence": BEFORE, "in the silence": FROZEN, "after GO": AFTER, "beside the game": BESIDE}


@pytest.mark.parametrize("when", CALLS)
def test_a_write_that_fails_in_a_copyover_costs_nobody_anything(stopped: Game, when: str) -> None:  # S0.3, S0.12
    stopped.start()
    crowd, generation = Crowd(stopped), 1
    for name, (calls, error, files, says) in CALLS[when].items():
        crowd.types()
        with failing(stopped.pid, calls, error, *(stopped.data / file for file in files)):
            ordered(crowd, says, name)
            crowd.keeps_typing()
        generation += not says
        assert stopped.ready["generation"] == generation, name
        is_well(crowd, name)
        crowd.types()
        copyover(crowd.admin, f"after: {name}")
        crowd.is_whole()
        generation += 1
    comes_up_by_itself(stopped)


def ordered(crowd: Crowd, says: str, name: str) -> None:
    """Order a copyover; it is refused for what `says`, or with "" it is done."""
    try:
        if says:
            crowd.admin.send("copyover")
            crowd.admin.expect(rf"No copyover.*({says}).*The game plays on\.")
        else:
            copyover(crowd.admin)
    except AssertionError as error:
        raise AssertionError(f"{name}: {error}") from error


def is_well(crowd: Crowd, name: str) -> None:
    """Nothing is lost, and everything is written again."""
    crowd.admin.send("module restart raffle")  # which is in the log: that is opened again
    crowd.admin.expect("runs again")
    try:
        crowd.is_whole()
    except AssertionError as error:
        raise AssertionError(f"{name}: {error}") from error


def comes_up_by_itself(game: Game) -> None:
    """Killed and started, it has what was."""
    game.kill()
    game.start()
    ada = game.player("Ada", new=False)
    assert "25 gold coins" in ada.command("i") and "The Hall" in ada.command("look")
    assert game.stop() == 0


FILL = """
def fill():
    with open({filler!r}, "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass
"""
RELAX = """
import mud.store.store as s
relax = s.Store.relax
async def fills(self):
    s.Store.relax = relax
    await relax(self)
    fill()
s.Store.relax = fills
"""
#: When the disk becomes full: in which hook of a module's, how; and what the admins read, "" for a copyover.
FULL = {
    "before the flush": ("prepare", "fill()", "full|No space left"),
    "before the silence": ("veto@ServerSteps.ask", "fill()", "left on the disk"),
    "before the last flush": ("prepare", RELAX, "full|No space left"),
    "before the snapshots": ("save_state@ServerSteps.export", "fill()", "No space left"),
    "before GO": ("restore_state", "fill()", ""),
    "after GO": ("start", "fill()", ""),
}


def test_a_disk_that_is_full_from_any_moment_on_costs_nobody_anything(stopped: Game, tmp_path: Path) -> None:
    # S0.3, S0.12
    with small_disk(tmp_path / "disk") as disk:
        try:
            stopped.data = disk / "data"
            saboteur = Saboteur(stopped, tmp_path, "[copyover]\ndisk_bytes = 0\n")
            stopped.start()
            crowd, fills = Crowd(stopped), FILL.format(filler=str(disk / "filler"))
            for name, (moment, does, says) in FULL.items():
                crowd.admin.command("count")
                crowd.types()
                saboteur.at(moment, fills + does)
                ordered(crowd, says, name)
                crowd.keeps_typing()
                saboteur.peace()
                (disk / "filler").unlink()
                is_well(crowd, name)
            crowd.types()
            saboteur.at("taking over", f"{fills}fill()\nimport os\nos._exit(3)")
            ordered(crowd, "ended before it was ready", "on the way back")
            stopped.moved()  # ready.json says so: it was written in place
            assert str(stopped.pid) in (stopped.data / "run" / "lock").read_text()
            saboteur.peace()
            (disk / "filler").unlink()
            is_well(crowd, "on the way back")
            crowd.types()
            copyover(crowd.admin)
            is_well(crowd, "afterwards")
            assert f"VERSION {len(FULL) + 1} ." in crowd.admin.command("count")
            comes_up_by_itself(stopped)
        finally:
            stopped.close()
            stopped.process = None


MOUNT = """
import subprocess
subprocess.run(["mount", "--bind", {folder!r}, {folder!r}], check=True)
subprocess.run(["mount", "-o", "remount,bind,ro", {folder!r}], check=True)
"""


@contextlib.contextmanager
def made_read_only(saboteur: Saboteur, folder: Path, more: str = "") -> Iterator[None]:
    """The next new program finds a folder read-only, until this is over."""
    with read_only(folder):  # so that a test which may not do it is skipped
        pass
    saboteur.at("taking over", MOUNT.format(folder=str(folder)) + more)
    try:
        yield
    finally:
        saboteur.peace()
        unmount(folder)


def test_folders_that_are_read_only_for_the_new_program_cost_nobody_anything(stopped: Game, tmp_path: Path) -> None:
    saboteur = Saboteur(stopped, tmp_path)
    stopped.start()
    crowd = Crowd(stopped)
    for folder in ("run", "logs", "snapshots", "cache", "."):
        crowd.admin.command("count")
        crowd.types()
        with made_read_only(saboteur, stopped.data / folder):
            ordered(crowd, "", folder)
            crowd.keeps_typing()
        is_well(crowd, folder)
    crowd.types()
    copyover(crowd.admin)
    is_well(crowd, "afterwards")
    assert stopped.ready["generation"] == 7
    assert "VERSION 6 ." in crowd.admin.command("count")
    comes_up_by_itself(stopped)


def test_a_way_back_to_a_disk_that_is_read_only_costs_nobody_anything(stopped: Game, tmp_path: Path) -> None:
    saboteur = Saboteur(stopped, tmp_path)
    stopped.start()
    crowd = Crowd(stopped)
    crowd.types()
    with made_read_only(saboteur, stopped.data, "import os\nos._exit(3)"):
        ordered(crowd, "ended before it was ready", "read-only")
        crowd.keeps_typing()
        said = wait_for(lambda: re.search(rb"does not say that process (\d+) serves", stopped.said()), "who serves")
        assert stopped.process is not None and stopped.process.wait() is not None
        stopped.process = Moved(int(said[1]), stopped.process.stdout)
    crowd.admin.send("module restart raffle")
    crowd.admin.expect("runs again")
    copyover(crowd.admin)
    is_well(crowd, "afterwards")
    assert (stopped.pid, stopped.ready["generation"]) == (int(said[1]), 2)
    comes_up_by_itself(stopped)


def limit_descriptors(pid: int, most: int) -> None:
    """The most descriptors that a process may have. The program that takes over allows itself more again."""
    hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, hard))


def test_a_copyover_without_descriptors_is_refused_in_words_or_done(stopped: Game, tmp_path: Path) -> None:
    # S0.12
    config = tmp_path / "everwake.toml"
    config.write_text("[copyover]\nspare_descriptors = 0\n")
    stopped.arguments = ("--config", str(config))
    stopped.start()
    crowd, (most, _) = Crowd(stopped), resource.prlimit(stopped.pid, resource.RLIMIT_NOFILE)
    for spare in range(7):
        limit_descriptors(stopped.pid, len(os.listdir(f"/proc/{stopped.pid}/fd")) + spare)
        crowd.types()
        crowd.admin.send("copyover")
        # Which of them still does: that depends on what Python and SQLite open meanwhile. Each says it its own way.
        told = crowd.admin.expect(r"No copyover.*?The game plays on\.|Copyover done.*?\n> ")
        if "Copyover done" not in told:
            assert any(says in told for says in ("Too many open files", "unable to open", "descriptor")), told
        limit_descriptors(stopped.pid, most)
        is_well(crowd, f"{spare} to spare")
    crowd.types()
    copyover(crowd.admin)
    is_well(crowd, "afterwards")
    comes_up_by_itself(stopped)


def test_a_note_of_what_was_saved_that_can_not_be_written_costs_nobody_anything(stopped: Game) -> None:
    stopped.arguments = ("--dev",)
    stopped.start()
    crowd = Crowd(stopped)
    crowd.types()
    with failing(stopped.pid, "openat", "ENOSPC", stopped.data / "run" / "saves.json"):
        copyover(crowd.admin)
        crowd.keeps_typing()
    assert "may go unnoticed" in stopped.log()
    crowd.bob.send_raw(b"a line\r\n")
    crowd.bob.expect('think, "half a line"')
    crowd.types()
    copyover(crowd.admin)
    comes_up_by_itself(stopped)
