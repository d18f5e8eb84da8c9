"""Copyovers that can't be: the game plays on as if nothing had been."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.harness import Game, copyover, inheritable, wait_for
from tests.e2e.injecting import failing
from tests.e2e.saboteur import Saboteur

pytestmark = pytest.mark.e2e


def test_new_code_that_does_not_start_is_refused_and_nobody_notices(stopped: Game, tmp_path: Path) -> None:
    world = tmp_path / "world"
    shutil.copytree(stopped.world, world)
    stopped.world = world
    stopped.start()
    admin, ada = stopped.admin(), stopped.player("Ada")
    with (world / "small.toml").open("a") as file:
        file.write('\n[[room]]\nid = "square"\nname = "Twice"\n')
    admin.send("copyover")
    text = admin.expect("The game plays on.")
    assert re.search(r"small\.toml:\d+: room 'square' is there already", text), text
    assert "blinks" not in ada.command("look")
    assert stopped.ready["generation"] == 1
    shutil.copy(Game(tmp_path).world / "small.toml", world / "small.toml")
    copyover(admin)
    assert stopped.ready["generation"] == 2
    assert stopped.stop() == 0


def test_exec_that_fails_leaves_everything_as_it_was(stopped: Game) -> None:
    """The interpreter is gone in the very moment of exec: ENOENT."""
    stopped.start()
    admin, ada = stopped.admin(), stopped.player("Ada")
    ada.send_raw(b"think half ")
    with failing(stopped.pid, "execve", "ENOENT", follow=False):
        for _ in range(2):
            admin.send("copyover")
            admin.expect(r"can't be executed: No such file or directory.*The game plays on\.")
    ada.send_raw(b"a line\r\n")
    ada.expect('think, "half a line"')
    assert stopped.ready["generation"] == 1
    assert "Everything is saved." in admin.command("save")
    assert inheritable(stopped.pid) == []
    copyover(admin)
    assert stopped.ready["generation"] == 2
    assert "The Square" in ada.command("look")
    assert stopped.stop() == 0


def test_what_a_module_stopped_is_started_again_however_it_ends(stopped: Game, tmp_path: Path) -> None:  # S0.14
    """Refused in the very question before the silence, called off while modules prepare, and not executed."""
    saboteur, done = Saboteur(stopped, tmp_path), tmp_path / "done"

    def notes(text: str) -> str:
        return f"with open({str(done)!r}, 'a') as file:\n    file.write({text!r})\n"

    def ends(says: str) -> None:
        """A copyover comes to nothing; what was prepared has been cleaned up by then, and once."""
        done.unlink(missing_ok=True)
        admin.send("copyover")
        admin.expect(rf"No copyover.*{says}.*The game plays on\.")
        assert done.read_text() == "prepared, cleaned up. ", says
        assert "Everything is saved." in admin.command("save")

    stopped.start()
    admin, other = stopped.admin(), stopped.admin("Boss")
    saboteur.at("prepare", notes("prepared, "))
    saboteur.at("cleanup", notes("cleaned up. "))
    saboteur.at("veto@_once", "raise RuntimeError('not now')")
    ends(r"saboteur \(hard\s+veto\):.*could not be asked")
    (saboteur.folder / "veto@_once").unlink()
    with failing(stopped.pid, "execve", "ENOENT", follow=False):
        ends("can't be executed: No such file or directory")
    wait = "import time\nend = time.monotonic() + 0.4\nwhile time.monotonic() < end: pass\n"
    saboteur.at("prepare", notes("prepared, ") + wait)  # meanwhile the other one's line comes in
    done.unlink()
    admin.send("copyover")
    wait_for(done.exists, "it prepares")
    other.send("copyover cancel")
    admin.expect(r"No copyover.*Boss called it off.*The game plays on\.")
    assert done.read_text() == "prepared, cleaned up. "
    saboteur.peace()
    copyover(admin)
    assert stopped.stop() == 0


def test_too_long_an_environment_leaves_everything_as_it_was(stopped: Game) -> None:
    """E2BIG, for real: the argument space shrinks with the stack's limit."""
    stopped.environment["FILLER"] = "x" * 100_000
    stopped.start()
    admin, ada = stopped.admin(), stopped.player("Ada")
    subprocess.run(["prlimit", f"--pid={stopped.pid}", "--stack=65536:65536"], check=True)
    admin.send("copyover")
    # The rehearsal's start meets it first, or exec does: which depends on how full the stack is.
    admin.expect(r"Argument list too long.*The game plays on\.|can't be started.*The game plays on\.")
    assert "The Square" in ada.command("look")
    assert stopped.stop() == 0


BREAK = """
import os, pathlib
broken = pathlib.Path(os.environ["BROKEN"])
if "EVERWAKE_HANDOVER" in os.environ and broken.exists():
    with open(broken.read_text(), "a") as file:
        file.write("[[room]")
    broken.unlink()
"""


def test_a_world_that_breaks_between_rehearsal_and_start_is_taken_as_it_was(stopped: Game, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(BREAK)
    broken, world = tmp_path / "broken", tmp_path / "world"
    shutil.copytree(stopped.world, world)
    stopped.world = world
    stopped.environment |= {"PYTHONPATH": str(tmp_path / "site"), "BROKEN": str(broken)}
    stopped.start()
    admin, ada = stopped.admin(), stopped.player("Ada")
    broken.write_text(str(world / "small.toml"))
    copyover(admin)
    assert "The Square" in ada.command("look")
    assert "broken after the rehearsal" in stopped.errors()
    admin.send("copyover")
    admin.expect(r"No copyover while rehearsing.*The game plays on\.")
    assert stopped.stop() == 0


SPOIL = """
import os, pathlib
spoil = pathlib.Path(os.environ["SPOIL"])
if "EVERWAKE_HANDOVER" in os.environ and spoil.exists():
    for path in pathlib.Path(spoil.read_text()).glob("*.dat"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
"""


@pytest.mark.usefixtures("subreaper")
def test_a_snapshot_that_is_damaged_between_write_and_read_costs_nobody_anything(stopped: Game, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SPOIL)
    spoil = tmp_path / "spoil"
    stopped.environment |= {"PYTHONPATH": str(tmp_path / "site"), "SPOIL": str(spoil)}
    stopped.start()
    admin, ada, client = stopped.admin(), stopped.player("Ada"), stopped.client()
    client.expect(r"known\? ")
    for command in ("north", "get sword", "open chest", "get coins chest", "drop 15 gold"):
        ada.command(command)
    ada.send_raw(b"think half ")
    spoil.write_text(str(stopped.data / "snapshots"))
    admin.send("copyover")
    admin.expect(r"No copyover: the new program ended.*world\.dat: the checksum is wrong.*The game plays on\.")
    stopped.moved()
    spoil.unlink()
    ada.send_raw(b"a line\r\n")
    ada.expect('think, "half a line"')
    assert "25 gold coins" in ada.command("i") and "The Hall" in ada.command("look")
    client.send("newcomer")
    client.expect("life as Newcomer")
    assert "the checksum is wrong" in stopped.errors()
    (aside,) = (stopped.data / "snapshots").iterdir()
    assert aside.name.startswith("world.dat.corrupt-")
    admin.send("audit economy")
    admin.expect(r"sums to 0\..*exactly one owner")
    copyover(admin)
    assert stopped.ready["generation"] == 2
    assert stopped.stop() == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("mud/play/talk.py", "def say(", "def say(:", r"talk\.py\", line \d+.*SyntaxError"),
        (
            "mud/play/talk.py",
            "from mud.core.errors",
            "from mud.core.erors",
            r"talk\.py\", line \d+.*ModuleNotFoundError",
        ),
        ("mud/net/interpreter.py", "class Pipe", "class Pipe(", r"interpreter\.py\", line \d+.*SyntaxError"),
        ("mud/game.py", "log = logging", "log = loging", r"game\.py\", line \d+.*NameError"),
    ],
)
def test_new_code_that_is_broken_is_refused_and_good_code_is_taken(
    stopped: Game, tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    stopped.own_code(tmp_path)
    stopped.start()
    admin, ada = stopped.admin(), stopped.player("Ada")
    admin.command("set width 500")
    path = stopped.root / file
    good = path.read_text()
    assert old in good
    path.write_text(good.replace(old, new, 1))
    admin.send("copyover")
    admin.expect(says + r".*The game plays on\.")
    assert "blinks" not in ada.command("look")
    assert stopped.ready["generation"] == 1
    talk = stopped.root / "mud" / "play" / "talk.py"
    path.write_text(good)
    talk.write_text(talk.read_text().replace("You think, ", "You ponder, "))
    copyover(admin)
    ada.send("think new")
    ada.expect('You ponder, "new"')
    assert stopped.stop() == 0
