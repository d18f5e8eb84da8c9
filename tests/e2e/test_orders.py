"""Orders of a copyover on the real server: from everywhere, one at a time, vetoed, waiting, cancelled, reported."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Client, Game, copyover, wait_for

pytestmark = pytest.mark.e2e

#: A module that objects softly until a file is gone, or hangs while another is there.
GUARD = '''
"""Guard: objects while FOLDER/soft or FOLDER/hard is there, hangs while FOLDER/hang is."""
from pathlib import Path

from mud.api import Context, Module, State, Veto

FOLDER = Path({folder!r})


def veto(ctx: Context[State]) -> Veto | None:
    """Object."""
    while (FOLDER / "hang").exists():
        pass
    if (FOLDER / "hard").exists():
        return Veto.firm("it is made of stone")
    return Veto.soft("it is busy", clears_in=0.5) if (FOLDER / "soft").exists() else None


MODULE = Module(name="guard", version="1.0.0", permissions=("files",), veto=veto)
'''


@pytest.fixture
def folder(stopped: Game, tmp_path: Path) -> Path:
    """What the guard looks at; the server runs with it."""
    module = tmp_path / "mods" / "guard"
    module.mkdir(parents=True)
    (module / "__init__.py").write_text(GUARD.format(folder=str(tmp_path)).lstrip())
    configure(stopped, tmp_path, f'[modules]\nfolders = ["{module.parent}"]\n[permissions]\nguard = ["files"]\n')
    return tmp_path


def configure(game: Game, tmp_path: Path, text: str) -> None:
    (tmp_path / "mud.toml").write_text(text)
    game.arguments = ("--config", str(tmp_path / "mud.toml"))


def records(game: Game) -> list[dict[str, Any]]:
    path = game.data / "copyovers.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def generation(game: Game, number: int) -> None:
    wait_for(lambda: game.ready["generation"] == number, f"generation {number}")


def outside(game: Game, *words: str) -> subprocess.CompletedProcess[str]:
    return game.run("copyover", *words, "--data", str(game.data))


def finished(game: Game) -> None:
    assert game.stop() == 0
    assert game.errors() == ""


def test_a_planned_one_is_announced_and_happens_though_its_admin_left(game: Game) -> None:  # S0.13
    admin, ada = game.admin(), game.player("Ada")
    ada.send_raw(b"think half a ")
    admin.command("copyover in 12s because new quests")
    admin.send("quit")
    admin.expect_end()
    ada.expect("A copyover in 12 seconds because new quests. You stay connected")
    ada.expect("\n> \r\nA copyover in 10 seconds because new quests.\r\n> ")
    ada.expect("The world blinks")
    ada.send_raw(b"line\r\n")
    ada.expect('You think, "half a line"')
    (record,) = wait_for(lambda: records(game), "a record")
    assert (record["outcome"], record["by"], record["reason"]) == ("done", "Root", "new quests")


def test_a_planned_one_outlives_somebody_elses_and_a_second_is_refused(game: Game) -> None:
    admin, other = game.admin(), game.admin("Boss")
    admin.command("copyover in 1h because later")
    assert "Root planned a copyover" in other.command("copyover in 5m")
    copyover(other)
    assert "Root planned a copyover" in other.command("copyover status")
    assert "Root's copyover is called off by Boss." in other.command("copyover cancel")
    admin.expect("called off")
    assert "none is planned" in other.command("copyover cancel")


def test_a_restart_cancels_the_planned_one_with_a_line_in_the_log(stopped: Game) -> None:
    stopped.start()
    stopped.admin().command("copyover in 1h")
    assert stopped.stop() == 0
    stopped.start()
    assert "which cancels the copyover that Root had planned" in stopped.log()
    again = stopped.client()
    again.login("Root")
    assert "none is planned" in again.command("copyover status")
    finished(stopped)


def test_who_comes_second_is_told_who_since_when_and_how_far(game: Game) -> None:
    admin, other = game.admin(), game.admin("Boss")
    admin.send("copyover because first")
    admin.expect("rehearsal")
    other.send("copyover")
    other.expect(
        r"No copyover: Root has ordered one already, (just now|\d+ seconds? ago) \(rehearsing, 10 %, for \d+ s\)"
    )
    admin.expect("Copyover done")
    assert game.ready["generation"] == 2


def test_one_that_is_cancelled_in_its_rehearsal_never_happened(game: Game) -> None:
    admin, other = game.admin(), game.admin("Boss")
    admin.send("copyover")
    admin.expect("rehearsal")
    other.send("copyover cancel")
    other.expect("Root's copyover is called off")
    admin.expect(r"No copyover: Boss called it off\s+The game plays on\.")
    children = Path(f"/proc/{game.pid}/task/{game.pid}/children")
    wait_for(lambda: not children.read_text(), "the rehearsal's end")
    assert [record["outcome"] for record in records(game)] == ["cancelled"]
    copyover(admin)
    assert game.ready["generation"] == 2


def test_a_soft_veto_stops_it_and_force_passes_it_and_says_so(stopped: Game, folder: Path) -> None:  # S0.13
    stopped.start()
    admin = stopped.admin()
    admin.command("set width 500")
    (folder / "soft").touch()
    admin.send("copyover")
    admin.expect(r"No copyover: guard: it is busy \(clears in 0 s\)\. `copyover force`.*The game plays on\.")
    admin.send("copyover force")
    admin.expect(r"Copyover done.*overridden by force: guard: it is busy")
    (folder / "hard").touch()
    admin.send("copyover force")
    admin.expect(r"No copyover: guard \(hard\s+veto\): it is made of stone\s+The game plays on\.")
    outcomes = [(record["outcome"], record["vetoes"]) for record in records(stopped)]
    assert outcomes == [("refused", []), ("done", ["guard: it is busy (clears in 0 s)"]), ("refused", [])]
    finished(stopped)


def test_a_veto_that_comes_up_after_the_order_stops_it_at_the_last_moment(stopped: Game, folder: Path) -> None:
    stopped.start()
    admin = stopped.admin()
    admin.send("copyover")
    admin.expect("rehearsal")
    (folder / "hard").touch()
    admin.expect(r"No copyover while vetoing: guard \(hard\s+veto\): it is made of stone")
    (folder / "hard").unlink()  # nothing is remembered
    copyover(admin)
    finished(stopped)


def test_a_veto_that_hangs_is_a_hard_one_that_names_its_module(stopped: Game, folder: Path) -> None:  # S0.11, S0.12
    stopped.start()
    admin = stopped.admin()
    (folder / "hang").touch()
    admin.send("copyover force")
    admin.expect(r"No copyover: guard \(hard\s+veto\): it could not be\s+asked.*The game plays on\.")
    (folder / "hang").unlink()
    copyover(admin)
    assert stopped.stop() == 0


def test_when_clear_waits_and_goes_on_and_gives_up(stopped: Game, folder: Path) -> None:
    stopped.start()
    admin = stopped.admin()
    admin.command("set width 500")
    (folder / "soft").touch()
    admin.send("copyover when-clear for 60s")
    admin.expect(r"waits for this to clear, for at most (1 minute|59 seconds): guard: it is busy")
    assert "Root ordered a copyover" in admin.command("copyover status")
    (folder / "soft").unlink()
    admin.expect("Copyover done")
    (folder / "soft").touch()
    admin.send("copyover when-clear for 2s")
    admin.expect(r"No copyover: guard: it is busy.*The game plays on\.")
    assert [record["outcome"] for record in records(stopped)] == ["done", "refused"]
    finished(stopped)


def test_the_core_objects_to_too_little_disk_and_too_few_descriptors(stopped: Game, tmp_path: Path) -> None:
    configure(stopped, tmp_path, "[copyover]\ndisk_bytes = 1152921504606846976\nspare_descriptors = 10000000\n")
    stopped.start()
    admin = stopped.admin()
    admin.command("set width 500")
    admin.send("copyover force")
    admin.expect(r"the core \(hard\s+veto\): \d+ descriptors are left.*the core \(hard\s+veto\): .* left on the disk")
    finished(stopped)


def test_sigusr1_orders_one_and_who_sent_it_is_in_the_history(game: Game) -> None:
    admin = game.admin()
    os.kill(game.pid, signal.SIGUSR1)
    admin.expect("Copyover done")
    assert [(record["by"], record["outcome"]) for record in records(game)] == [("SIGUSR1", "done")]


def test_orders_from_outside_wait_for_what_comes_of_them(stopped: Game, folder: Path) -> None:
    assert outside(stopped, "status").returncode == 1
    stopped.start()
    done = outside(stopped, "because", "outside")
    assert done.returncode == 0 and re.search(r"^#1 .* run\.py \(\w+\): 1 to 2, .* because outside", done.stdout)
    (folder / "soft").touch()
    refused = outside(stopped, "now")
    assert refused.returncode == 1 and "refused: guard: it is busy" in refused.stdout
    assert outside(stopped, "whenever").returncode == 2
    planned = outside(stopped, "in", "1h")
    assert planned.returncode == 0 and "guard: it is busy" in planned.stdout
    status = json.loads(outside(stopped, "status", "--json").stdout)
    assert status["generation"] == 2 and status["running"] is None and status["last"]["outcome"] == "refused"
    assert status["planned"]["by"].startswith("run.py (")
    assert outside(stopped, "cancel").returncode == 0
    history = json.loads(outside(stopped, "history", "--json").stdout)
    assert [record["number"] for record in history] == [1, 2]
    picture = folder / "one.svg"
    assert outside(stopped, "report", "1", "--svg", str(picture)).returncode == 0
    assert "handing over" in picture.read_text()
    assert outside(stopped, "report", "77").returncode == 1
    (folder / "soft").unlink()
    (stopped.data / "copyovers.jsonl").unlink()
    (stopped.data / "copyovers.jsonl").mkdir()  # what can't be written is told all the same
    done = outside(stopped, "because", "nobody will know")
    assert done.returncode == 0 and re.search(r"run\.py \(\w+\): 2 to 3, .* nobody will know", done.stdout)
    finished(stopped)


def test_the_history_knows_each_of_three_generations(game: Game) -> None:
    admin, ada, stranger = game.admin(), game.player("Ada"), game.client()
    stranger.expect(r"known\? ")
    for reason in ("one", "two", "three"):
        copyover(admin, reason)
    found = records(game)
    assert [(r["number"], r["generation_from"], r["generation_to"], r["reason"]) for r in found] == [
        (1, 1, 2, "one"),
        (2, 2, 3, "two"),
        (3, 3, 4, "three"),
    ]
    for record in found:
        assert record["kept"] == {"in play": 2, "asked for a name": 1} and record["dropped"] == {}
        assert record["code_from"] == record["code_to"] != "" and record["changed"] == []
        names = [span["name"] for span in record["phases"]]
        assert names == [
            *("rehearsing", "preparing", "vetoing", "state_transferring", "handing_over", "recovering", "going_on"),
        ]
        silent = sum(span["seconds"] for span in record["phases"][3:]) * 1000
        assert 0 < record["silence"]["p50"] <= record["silence"]["longest"] <= silent + 1
    listed = admin.command("copyover history 2")
    assert "#1" not in listed and "2 to 3, 3 kept" in listed and "because three" in listed
    ada.command("look")


SLOW = """
import os, time
if "EVERWAKE_HANDOVER" in os.environ:
    time.sleep(5)
"""


def test_a_wall_clock_timer_that_fell_due_in_the_silence_is_reported_as_late(  # S0.15
    stopped: Game, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW)
    (tmp_path / "everwake.toml").write_text("[copyover]\nstart_seconds = 30\n")
    stopped.environment["PYTHONPATH"] = str(tmp_path)
    stopped.arguments = ("--config", str(tmp_path / "everwake.toml"))
    stopped.start()
    admin = stopped.admin()
    admin.command("copyover in 15s")
    copyover(admin)  # it is silent when ten seconds are left
    (late,) = records(stopped)[0]["late"]
    assert 0 < late < 6
    assert len(re.findall("A copyover in [0-9]+ seconds", admin.text_from(0))) == 2  # at first, and the mark, once
    admin.command("copyover cancel")
    finished(stopped)


@pytest.mark.parametrize("moment", ["at once", "in the rehearsal", "later"])
def test_sigterm_during_one_ends_the_server_cleanly_on_whichever_side(stopped: Game, moment: str) -> None:
    stopped.start()
    admin, ada = stopped.admin(), stopped.player("Ada")
    ada.command("north")
    admin.send("copyover")
    if moment != "at once":
        admin.expect("rehearsal")
    if moment == "later":
        wait_for(lambda: list((stopped.data / "snapshots").glob("*.dat")), "the hand-over")
    assert stopped.stop() == 0
    assert stopped.errors() == ""
    if moment != "at once":
        assert records(stopped)
    stopped.start()
    again: Client = stopped.client()
    assert "The Hall" in again.login("Ada")
    finished(stopped)
