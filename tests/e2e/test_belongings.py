"""All that is a module's, through the doors that an operator has: export, backup, import, verify, check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Game
from tests.e2e.test_modules import COUNTER, Modded

pytestmark = pytest.mark.e2e


@pytest.fixture
def modded(stopped: Game, tmp_path: Path) -> Modded:
    (tmp_path / "mods").mkdir()
    return Modded(stopped, tmp_path / "mods")


def shown(modded: Modded, file: Path) -> dict[str, Any]:
    """A snapshot as `snapshot show` prints it."""
    found: dict[str, Any] = json.loads(modded.run("snapshot", "show", str(file)).stdout)
    return found


def test_what_is_a_modules_is_exported_backed_up_verified_and_taken_back(modded: Modded, tmp_path: Path) -> None:
    """S1.2, S1.3, S1.9, S1.13"""
    modded.game.start()
    modded.game.admin()
    ada = modded.game.player("Ada")
    assert "VERSION 1" in ada.command("count")
    ada.command("ring 3000")

    out = tmp_path / "counter.dat"
    done = modded.run("module", "export", "counter", str(out), "--tag", "spring", "--custom", "why=moving house")
    assert done.returncode == 0, done.stderr
    found = shown(modded, out)
    about = found["metadata"]
    assert about["reason"] == "export" and about["tags"] == ["spring"] and about["created_by"].startswith("run.py (")
    assert about["custom"]["why"] == "moving house" and about["custom"]["server"]
    assert found["sections"][".timers"]["metadata"]["count"] == "1"
    assert found["sections"]["notes"]["metadata"] == {"count": "1", "ids": "Ada"}

    copy = tmp_path / "copy.db"
    done = modded.run("backup", str(copy), "--tag", "nightly")
    assert done.returncode == 0, done.stderr
    kept = shown(modded, tmp_path / "copy.modules" / "counter.dat")
    assert kept["metadata"]["reason"] == "backup" and kept["metadata"]["tags"] == ["nightly"]
    assert (kept["participant"], kept["schema"]) == ("counter", 1)
    assert kept["sections"][".timers"]["data"] == found["sections"][".timers"]["data"]
    assert kept["sections"]["count"]["data"] == 1
    assert (tmp_path / "copy.modules" / "counter.dat").stat().st_mode & 0o777 == 0o600
    assert {path.stem for path in (tmp_path / "copy.modules").iterdir()} >= {"counter"}

    ada.command("count")
    ada.command("ring 4000")
    for _ in range(2):  # twice is once (S0.5)
        taken = modded.run("module", "import", "counter", str(copy))
        assert taken.returncode == 0, taken.stderr
        assert "1 timer" in taken.stdout, taken.stdout
    assert "VERSION 2" in ada.command("count")
    again = tmp_path / "again.dat"
    modded.run("module", "export", "counter", str(again))
    (timer,) = shown(modded, again)["sections"][".timers"]["data"]
    (first,) = found["sections"][".timers"]["data"]
    assert timer["payload"] == first["payload"] and 0 <= timer["due"] - first["due"] < 600

    good = modded.run("snapshot", "verify", str(out), "--json")
    (known,) = json.loads(good.stdout)
    assert good.returncode == 0 and known["validation"]["score"] == 1.0 and known["validation"]["is_valid"]
    fine = modded.run("module", "check", "counter")
    assert fine.returncode == 0, fine.stdout
    modded.write(
        COUNTER.replace("class Ring(Timer):\n    who: str", "class Ring(Timer):\n    who: str\n    loud: bool")
    )
    bad = modded.run("snapshot", "verify", str(out))
    assert bad.returncode == 1 and "NOT valid, score 0." in bad.stdout
    why = "a timer Ring does not fit: Object missing required field `loud`"
    assert f"section .timers: error: counter: {why}" in bad.stdout and "(1 pending)" in bad.stdout
    checked = modded.run("module", "check", "counter")
    assert checked.returncode == 1 and why in checked.stdout and "running game" in checked.stdout
    assert "Traceback" not in bad.stderr + checked.stderr
    assert (
        "not tried with its module's code"
        in modded.run(
            "snapshot", "verify", str(Path(__file__).parent.parent / "snapshot" / "stored" / "auction-2.dat")
        ).stdout
    )
    modded.game.stop()
    offline = modded.run("backup", str(tmp_path / "off.db"))
    assert offline.returncode == 0, offline.stderr
    assert shown(modded, tmp_path / "off.modules" / "counter.dat")["sections"][".timers"]["metadata"]["count"] == "1"
