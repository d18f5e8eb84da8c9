"""A module that raises, hangs or loops in any of its hooks: it costs a copyover at most, and nobody anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.harness import Game, copyover, wait_for
from tests.e2e.saboteur import Saboteur
from tests.e2e.test_way_back import Crowd

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("subreaper")]

WAYS = {
    "raises": "raise RuntimeError('no such luck')",
    "ends the program": "raise SystemExit('no such luck')",
    "loops": "while True:\n    pass",
    "sleeps": "import time\nwhile True:\n    time.sleep(60)",
}
DEAF = """
import asyncio
async def wait():
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass
"""
#: The hooks that are asked before exec: then there is no copyover, and why is said.
BEFORE = {
    "veto": r".*saboteur \(hard\s+veto\):.*could not be asked",
    "prepare": r".*the module saboteur could not prepare",
    "save_state": r".*saboteur",
    "save_state@ServerSteps.export": r".*the module saboteur can't save",
}


@pytest.fixture
def saboteur(stopped: Game, tmp_path: Path) -> Saboteur:
    found = Saboteur(stopped, tmp_path)
    stopped.start()
    return found


def refused(crowd: Crowd, says: str) -> None:
    """Order a copyover that comes to nothing, while players type."""
    crowd.types()
    crowd.admin.send("copyover")
    crowd.admin.expect(rf"No copyover{says}.*?The game plays on\.")


@pytest.mark.parametrize("way", WAYS)
def test_a_hook_that_fails_before_exec_refuses_the_copyover(stopped: Game, saboteur: Saboteur, way: str) -> None:
    # S0.11, S0.12
    crowd, pid = Crowd(stopped), stopped.pid
    for done, (hook, says) in enumerate(BEFORE.items()):
        crowd.admin.command("count")
        assert "Everything is saved." in crowd.admin.command("save")
        saboteur.at(hook, WAYS[way])
        refused(crowd, says)
        saboteur.peace()
        crowd.admin.send("module restart saboteur")
        crowd.admin.expect("saboteur runs again")
        assert f"VERSION {2 * done + 2} ." in crowd.admin.command("count"), hook
        crowd.is_whole()
    assert stopped.pid == pid


#: The new program's own time is far longer in this test, so that it is the hook's that is over.
PATIENT = "[copyover]\nstart_seconds = 30\n"
LATE = "restore_state took longer than 4 s"
#: What is said when it fails after exec, before GO: the old program plays on.
TAKING_OVER = {
    "raises": "no such luck",
    "ends the program": "no such luck",
    "loops": LATE,
    "sleeps": LATE,
}


def test_a_state_that_is_not_taken_in_the_real_start_gives_the_game_back(  # S0.7, S0.12
    stopped: Game, tmp_path: Path
) -> None:
    saboteur = Saboteur(stopped, tmp_path, PATIENT)
    stopped.start()
    crowd = Crowd(stopped)
    for done, (way, says) in enumerate(TAKING_OVER.items()):
        crowd.admin.command("count")
        pid = stopped.pid
        saboteur.at("restore_state", WAYS[way])
        refused(crowd, f".*({says})")
        assert stopped.pid != pid, way
        stopped.moved()
        crowd.is_whole()
        assert f"VERSION {2 * done + 2} ." in crowd.admin.command("count"), way
    saboteur.peace()
    crowd.types()
    copyover(crowd.admin)
    crowd.is_whole()
    assert "VERSION 9 ." in crowd.admin.command("count")
    assert stopped.stop() == 0


WAITS = "import asyncio\nasync def wait():\n    await asyncio.Event().wait()"


@pytest.mark.parametrize("hook", ["initialize", "start"])
def test_a_module_that_does_not_start_after_go_costs_only_itself(  # S2.9, S0.12
    stopped: Game, saboteur: Saboteur, hook: str
) -> None:
    crowd, pid, ways = Crowd(stopped), stopped.pid, list(WAYS.values()) if hook == "initialize" else [WAITS]
    for done, does in enumerate(ways):
        assert f"VERSION {done + 1} ." in crowd.admin.command("count"), does
        saboteur.at(hook, does)
        crowd.types()
        copyover(crowd.admin)
        crowd.is_whole()
        saboteur.peace()
        assert (stopped.pid, stopped.ready["generation"]) == (pid, done + 2)
        wait_for(lambda: told(crowd) == done + 1, f"the admins are told: {does}")  # noqa: B023
        assert "out of service just now (failed)" in crowd.admin.command("count")
        crowd.admin.send("module restart saboteur")
        crowd.admin.expect("saboteur runs again")
    assert f"VERSION {len(ways) + 1} ." in crowd.admin.command("count")
    crowd.types()
    copyover(crowd.admin)
    crowd.is_whole()
    assert stopped.stop() == 0


def told(crowd: Crowd) -> int:
    """How often the admin was told that the module is not there."""
    crowd.admin.command("look")
    return crowd.admin.text_from(0).count("The module saboteur is out of service: ")


#: What fails beside the game, or at once when it goes on; and what the log says of it.
MEANWHILE = {
    "cleanup": "cleanup failed: ",
    "in service": "undone: Signalled",
    "timer": "undone: Due",
    "job": "the job job failed",
    "check": "The module saboteur is unhealthy: check: ",
}


@pytest.mark.parametrize("way", WAYS)
def test_what_fails_when_the_game_goes_on_is_undone_and_the_copyover_is_done(  # S0.11, S0.12, S0.15
    stopped: Game, saboteur: Saboteur, way: str
) -> None:
    crowd = Crowd(stopped)
    crowd.admin.command("count")
    crowd.admin.command("arm 3")  # not before GO
    for moment in MEANWHILE:
        saboteur.at(moment, WAYS[way])
    crowd.types()
    copyover(crowd.admin)
    crowd.is_whole()
    wait_for(lambda: "VERSION 1 one two." in crowd.admin.command("showcount"), "the timers")
    for says in MEANWHILE.values():
        wait_for(lambda: says in stopped.log(), says)  # noqa: B023
    saboteur.peace()
    copyover(crowd.admin)
    crowd.types()
    crowd.is_whole()
    assert "VERSION 2 one two." in crowd.admin.command("count")
    assert stopped.stop() == 0


@pytest.mark.parametrize("way", [*WAYS, "deaf"])
def test_a_module_that_does_not_want_to_end_ends_with_the_server(stopped: Game, saboteur: Saboteur, way: str) -> None:
    crowd = Crowd(stopped)
    crowd.admin.command("count")
    for moment in ("stop", "shutdown") if way != "deaf" else ("job",):
        saboteur.at(moment, WAYS.get(way, DEAF))
    if way == "deaf":
        crowd.types()
        copyover(crowd.admin)
        crowd.is_whole()
        crowd.types()
        copyover(crowd.admin)
        crowd.is_whole()
    assert stopped.stop() == 0
    saboteur.peace()
    stopped.start()
    again = stopped.client()
    again.login("Root")
    assert "VERSION 2 ." in again.command("count")
    assert stopped.stop() == 0
