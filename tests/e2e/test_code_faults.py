"""New code and state that are no good, found as late as can be: after the rehearsal, before GO and after it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.harness import Game, copyover, wait_for
from tests.e2e.saboteur import CODE, Saboteur
from tests.e2e.test_way_back import Crowd

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("subreaper")]

#: A module's new code that is refused in the rehearsal: what becomes of its text, and what the admins read.
REFUSED = {
    "a syntax error": ("def count(", "def count(:", r"__init__\.py:\d+: invalid syntax"),
    "an import error": ("Command, Context", "Comand, Context", r"__init__\.py:\d+: ImportError.*Comand"),
    "a dependency that is not installed": ("import inspect", "import numpyy", r"No module named 'numpyy'"),
    "an import that raises": ("import inspect", "import inspect\n1 / 0", "ZeroDivisionError"),
}


def refused(crowd: Crowd, says: str) -> None:
    """Order a copyover that comes to nothing, while players type."""
    crowd.types()
    crowd.admin.send("copyover")
    crowd.admin.expect(rf"No copyover.*({says}).*?The game plays on\.")


def test_a_module_whose_new_code_is_broken_is_refused_and_its_old_code_plays_on(  # S2.7
    stopped: Game, tmp_path: Path
) -> None:
    saboteur = Saboteur(stopped, tmp_path)
    stopped.start()
    crowd, pid = Crowd(stopped), stopped.pid
    for done, (old, new, says) in enumerate(REFUSED.values()):
        assert old in CODE
        saboteur.module.write_text(CODE.replace(old, new, 1))
        refused(crowd, says)
        assert f"VERSION {done + 1} ." in crowd.admin.command("count"), says
        crowd.is_whole()
    saboteur.module.write_text(CODE.replace("VERSION", "MENDED"))
    crowd.types()
    copyover(crowd.admin)
    crowd.is_whole()
    assert f"MENDED {len(REFUSED) + 1} ." in crowd.admin.command("count")
    assert (stopped.pid, stopped.ready["generation"]) == (pid, 2)
    assert stopped.stop() == 0


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        ("raise SystemExit('no such luck')", "no such luck"),
        ("import os\nos._exit(3)", "ended before it was ready"),
    ],
)
def test_an_import_that_fails_outside_of_the_rehearsal_gives_the_game_back(  # S0.7, S2.7
    stopped: Game, tmp_path: Path, does: str, says: str
) -> None:
    saboteur = Saboteur(stopped, tmp_path)
    stopped.start()
    crowd, pid = Crowd(stopped), stopped.pid
    crowd.admin.command("count")
    saboteur.module.write_text(CODE.replace("import inspect\n", "trouble('importing')\n"))
    saboteur.at("importing", does)
    refused(crowd, says)
    assert stopped.pid != pid
    stopped.moved()
    crowd.is_whole()
    assert "VERSION 2 ." in crowd.admin.command("count")
    saboteur.peace()
    crowd.types()
    copyover(crowd.admin)
    crowd.is_whole()
    assert "VERSION 3 ." in crowd.admin.command("count")
    assert stopped.stop() == 0


@pytest.mark.parametrize("moment", ["in service", "timer", "start", "cleanup"])
def test_new_code_that_ends_the_process_after_go_loses_nothing_that_was_flushed(  # S0.3, S1.13
    stopped: Game, tmp_path: Path, moment: str
) -> None:
    saboteur = Saboteur(stopped, tmp_path)
    stopped.start()
    crowd = Crowd(stopped)
    crowd.admin.command("count")
    crowd.admin.command("arm 4")  # not before GO
    saboteur.at(moment, "import os\nos._exit(3)")
    crowd.types()
    crowd.admin.send("copyover")
    assert stopped.process is not None and stopped.process.stdout is not None
    assert stopped.process.wait() == 3
    crowd.ada.expect_end()
    saboteur.peace()
    stopped.process.stdout.close()
    stopped.start()
    admin, ada = stopped.client(), stopped.player("Ada", new=False)
    admin.login("Root")
    wait_for(lambda: "VERSION 1 one two." in admin.command("showcount"), "both timers, each once")
    assert "25 gold coins" in ada.command("i") and "The Hall" in ada.command("look")
    admin.send("audit economy")
    admin.expect(r"sums to 0\..*exactly one owner")
    copyover(admin)
    assert "VERSION 2 one two." in admin.command("count")
    assert stopped.stop() == 0


#: What becomes of a snapshot between write and read: `data`, with `size` bytes.
DAMAGES = {
    "cut to nothing": "data = b''",
    "cut in half": "data = data[: size // 2]",
    "a bit of the first byte": "data[0] ^= 1",
    "a bit in the middle": "data[size // 2] ^= 128",
    "a bit of the checksum": "data[-1] ^= 1",
    "another one's": "data = bytearray(path.with_name('raffle.dat').read_bytes())",
    "gone": "",
}
DAMAGE = """
import pathlib
path = pathlib.Path({path!r})
data = bytearray(path.read_bytes())
size = len(data)
{does}
path.write_bytes(data) if {does!r} else path.unlink()
"""


@pytest.mark.parametrize("participant", ["world", "sessions", "saboteur"])
def test_a_snapshot_that_is_damaged_anyhow_gives_the_game_back(  # S0.6, S0.7
    stopped: Game, tmp_path: Path, participant: str
) -> None:
    saboteur = Saboteur(stopped, tmp_path)
    stopped.start()
    crowd, path = Crowd(stopped), stopped.data / "snapshots" / f"{participant}.dat"
    crowd.admin.command("count")
    for name, does in DAMAGES.items():
        pid = stopped.pid
        saboteur.at("taking over", DAMAGE.format(path=str(path), does=does))
        crowd.types()
        crowd.admin.send("copyover")
        text = crowd.admin.expect(r"No copyover.*?The game plays on\.")
        assert re.search(rf"the new program ended before.*{participant}\.dat: ", text, re.S), (name, text)
        assert stopped.pid != pid, name
        stopped.moved()
        assert not list(path.parent.glob("*.dat")), name
        for aside in path.parent.iterdir():
            assert aside.name.startswith(f"{participant}.dat.corrupt-"), name
            aside.unlink()
        crowd.is_whole()
    saboteur.peace()
    crowd.types()
    copyover(crowd.admin)
    crowd.is_whole()
    assert "VERSION 2 ." in crowd.admin.command("count")
    assert stopped.stop() == 0
