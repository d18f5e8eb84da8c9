"""kill -9 in every phase, on both sides of exec: who is left plays on, or a restart has it all."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from pathlib import Path

import pytest

from tests.e2e.crowd import Crowd, refused
from tests.e2e.harness import LIMIT, Game, copyover, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("subreaper")]

#: `at("package.module:Class.name")`: whoever calls that is killed instead, once the file `armed` is there.
AT = """
import importlib
def at(place, when=lambda *a: True):
    module, _, names = place.partition(":")
    *owners, name = names.split(".")
    owner = importlib.import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    whole = getattr(owner, name)
    def killed(*a, **k):
        if (faults / "armed").exists() and when(*a):
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(*a, **k)
    setattr(owner, name, killed)
"""
#: `asks(fd)` is what the new program does when everything is built. It knows its guardian.
ASKS = """
import select, socket, mud.copyover.carriers.channel as channel
guardian, whole = int(os.environ["EVERWAKE_HANDOVER"].split(":")[1]), channel.ask_to_go
def ask(fd):
    if (faults / "armed").exists():
        asks(socket.socket(fileno=fd))
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(fd)
channel.ask_to_go = ask
"""
CHILD = """
import time, mud.copyover.rehearsal.trial
def build(trial, needed):
    os.kill(os.getppid(), signal.SIGKILL)
    while True:
        time.sleep(60)
if (faults / "armed").exists():
    mud.copyover.rehearsal.trial.TrialRun.build = build
"""
IN_A_SNAPSHOT = 'at("pathlib:Path.rename", lambda old, new: str(new).endswith("snapshots/sessions.dat"))'
DEAF = "def asks(sock):\n    sock.sendall(channel.HEALTHY)\n    select.select([sock], [], [])\n"
ALONE = "def asks(sock):\n    os.kill(guardian, signal.SIGKILL)\n"
WAY_BACK = """
(faults / "new").write_text("os.kill(os.getpid(), signal.SIGKILL)")
at("mud.server.main:take_back")
"""
TICKS = 'at("mud.game:Game.handle", lambda game, event: game.clock._stopped is None)'

#: Where the server is killed: in which program, and how.
PLACES = {
    "rehearsing: copies are handed out": ("old", AT + 'at("mud.copyover.rehearsal.process:rehearse")'),
    "rehearsing: by a child that hangs then": ("rehearsal", CHILD),
    "preparing": ("old", AT + 'at("mud.copyover.steps:ServerSteps.prepare")'),
    "preparing: flushed": ("old", AT + 'at("mud.store.store:Store.checkpoint")'),
    "vetoing": ("old", AT + 'at("mud.copyover.steps:ServerSteps.ask")'),
    "state transferring": ("old", AT + 'at("mud.server.server:Server.stop_workers")'),
    "state transferring: flushed": ("old", AT + 'at("mud.server.storage:Storage.close")'),
    "state transferring: in the second snapshot": ("old", AT + IN_A_SNAPSHOT),
    "handing over: before the fork": ("old", AT + 'at("os:fork")'),
    "recovering: HEALTHY, and the guardian before": ("new", ALONE + ASKS),
    "way back: its guardian too": ("old", AT + WAY_BACK),
    "recovering: GO is sent and not heard": ("new", DEAF + ASKS),
    "recovering: after GO": ("new", AT + 'at("mud.copyover.orders:Copyovers.took_over")'),
    "recovering: with the snapshots gone": ("new", AT + 'at("mud.server.main:announce")'),
    "idle: the first ticks": ("new", AT + TICKS),
}
#: From here on the database has everything that anybody has read an answer to.
FLUSHED = list(PLACES).index("state transferring: flushed")


def gold(text: str) -> int:
    """The coins that a text speaks of."""
    return sum(int(n) for n in re.findall(r"(\d+) gold coin", text))


def kept(game: Game) -> list[str]:
    """What is in the folders that a program at work keeps things in; an old snapshot set aside is no harm."""
    found = [*(game.data / "run").iterdir(), *(game.data / "snapshots").glob("*")]
    return sorted(path.name for path in found if ".dat.stale-" not in path.name)


def nobody_is_left() -> bool:
    """Whether every process is gone, once those that ended are taken note of. For a subreaper."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return False
    return True


def restarted(game: Game, before: list[str], dropped: int) -> None:
    """It comes up by itself with what was: all there was, and at least so much of it dropped."""
    game.start()
    wait_for(lambda: kept(game) == before, f"{before} and nothing else")
    admin, ada = game.player("Root", new=False), game.player("Ada", new=False)
    carried = gold(ada.command("i"))
    assert 15 <= carried <= 25 - dropped
    assert "The Hall" in ada.command("look") and "short sword" in ada.command("i")
    ada.command("get all.coins")
    assert gold(ada.command("i")) == 40
    admin.command("set width 500")
    admin.send("audit economy")
    admin.expect(r"sums to 0\..*exactly one owner")
    assert game.stop() == 0 and nobody_is_left()


@pytest.mark.parametrize("place", PLACES)
def test_a_server_that_is_killed_comes_up_by_itself_with_what_was(stopped: Game, faults: Path, place: str) -> None:
    role, does = PLACES[place]
    (faults / role).write_text(does)
    crowd = Crowd(stopped.start())
    before = kept(stopped)
    (faults / "armed").touch()
    crowd.types()
    crowd.admin.send("copyover")
    crowd.ada.send_raw(b"drop 2 gold\r\n" * 5)
    dropped = 2 * crowd.ada.expect_end().count("You drop 2 gold coins.")
    for client in (crowd.admin, crowd.bob, crowd.stranger):
        client.expect_end()  # nobody holds the sockets of a dead server
    assert stopped.process is not None and stopped.process.wait(LIMIT) == -signal.SIGKILL
    wait_for(nobody_is_left, "the end of every process")
    (faults / "armed").unlink()
    stopped.kill()
    flushed = list(PLACES).index(place) >= FLUSHED
    if flushed:
        assert dropped
    restarted(stopped, before, dropped if flushed else 0)
    assert stopped.errors() == ""


#: After the full flush of a copyover it waits, with the game playing on, until `dropped` is there.
HOLDS = """
import asyncio, mud.copyover.confirmation
whole = mud.copyover.confirmation.Confirmation.end
async def end(self):
    (faults / "holds").touch()
    while not (faults / "dropped").exists():
        await asyncio.sleep(0.01)
    await whole(self)
mud.copyover.confirmation.Confirmation.end = end
"""


def test_what_is_done_between_the_last_full_flush_and_the_silence_is_there_after_a_kill(  # S0.3
    stopped: Game, faults: Path, tmp_path: Path
) -> None:
    config = tmp_path / "everwake.toml"
    config.write_text("[store]\nflush_seconds = 60\n")  # nobody but the copyover writes
    stopped.arguments = ("--config", str(config))
    (faults / "old").write_text(HOLDS)
    (faults / "new").write_text(AT + 'at("mud.copyover.orders:Copyovers.took_over")')
    crowd = Crowd(stopped.start())
    before = kept(stopped)
    (faults / "armed").touch()
    crowd.admin.send("copyover")
    wait_for((faults / "holds").exists, "the full flush")
    assert "You drop 2 gold coins." in crowd.ada.command("drop 2 gold")
    (faults / "dropped").touch()
    crowd.ada.expect_end()
    assert stopped.process is not None and stopped.process.wait(LIMIT) == -signal.SIGKILL
    wait_for(nobody_is_left, "the end of every process")
    (faults / "armed").unlink()
    stopped.kill()
    restarted(stopped, before, 2)
    assert stopped.errors() == ""


def test_a_server_killed_between_fork_and_exec_lives_on_in_its_guardian(stopped: Game, faults: Path) -> None:
    (faults / "old").write_text(AT + 'at("os:execve")')
    crowd = Crowd(stopped.start())
    before = kept(stopped)
    (faults / "armed").touch()
    refused(crowd, "the new program ended before it was ready")
    stopped.moved()
    crowd.is_whole()
    (faults / "armed").unlink()
    crowd.types()
    copyover(crowd.admin)
    crowd.is_whole()
    stopped.kill()  # the one that was the guardian, this time
    wait_for(nobody_is_left, "the end of every process")
    restarted(stopped, before, 0)


def test_a_new_program_that_dies_of_its_last_word_gives_the_game_back(stopped: Game, faults: Path) -> None:
    """It says HEALTHY and is gone before it could hear GO: the guardian, who learns of both at once, has to notice."""
    stops = "    os.kill(guardian, signal.SIGSTOP)\n    (faults / 'guardian').write_text(str(guardian))\n"
    (faults / "new").write_text(f"def asks(sock):\n{stops}    sock.sendall(channel.HEALTHY)\n{ASKS}")
    crowd = Crowd(stopped.start())
    (faults / "armed").touch()
    crowd.types()
    crowd.admin.send("copyover")
    process = stopped.process
    wait_for(lambda: process is not None and process.poll() is not None, "the new program's end")
    os.kill(int((faults / "guardian").read_text()), signal.SIGCONT)
    crowd.admin.expect(r"No copyover: the new program ended before it was ready.*The game plays on\.")
    (faults / "armed").unlink()
    stopped.moved()
    crowd.is_whole()
    crowd.types()
    copyover(crowd.admin)
    crowd.is_whole()
    assert stopped.stop() == 0 and nobody_is_left()


def test_a_guardian_that_is_killed_before_an_exec_that_fails_leaves_nothing_behind(stopped: Game, faults: Path) -> None:
    (faults / "old").write_text(
        "whole = os.execve\ndef execve(path, argv, env):\n    if not (faults / 'armed').exists():\n"
        "        whole(path, argv, env)\n"
        "    os.kill(int(env['EVERWAKE_HANDOVER'].split(':')[1]), signal.SIGKILL)\n    raise OSError(2, 'it is gone')\n"
        "os.execve = execve\n"
    )
    crowd = Crowd(stopped.start())
    (faults / "armed").touch()
    refused(crowd, "the new program can't be executed: it is gone")
    crowd.is_whole()
    (faults / "armed").unlink()
    copyover(crowd.admin)
    assert stopped.stop() == 0 and nobody_is_left()
