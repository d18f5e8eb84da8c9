"""`run.py --dev`: what is saved is in play a moment later, and what is broken interrupts nobody."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import ROOT, Game, wait_for

pytestmark = pytest.mark.e2e

RAFFLE = "modules/raffle/__init__.py"
TICKET = "You take ticket"


class Desk:
    """A developer's: a copy of the code and of a world, and a server that watches both."""

    def __init__(self, folder: Path, *configuration: str) -> None:
        self.root, self.world = folder / "tree", folder / "world"
        for name in ("mud", "modules"):
            shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__", "tests"))
        shutil.copy(ROOT / "run.py", self.root)
        self.game = Game(folder / "data", self.world, "--dev")
        shutil.copytree(Game(folder).world, self.world)
        self.game.root = self.root
        if configuration:
            (folder / "everwake.toml").write_text("\n".join(configuration))
            self.game.arguments += ("--config", str(folder / "everwake.toml"))

    def start(self) -> Desk:
        """Start, and wait until everything is watched."""
        self.game.start()
        self.heard("watching")
        wait_for(lambda: "notify-rs" in threads(self.game.pid), "a thread that watches")
        return self

    def edit(self, path: str, old: str, new: str) -> None:
        """Save a file with something replaced."""
        file = self.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def heard(self, text: str, times: int = 1) -> str:
        """Wait until the console says this so many times; gives the last line of it."""

        def lines() -> list[str]:
            return [line for line in self.game.said().decode().splitlines() if text in line]

        wait_for(lambda: len(lines()) >= times, f"{text!r} on the console")
        return lines()[-1]


def threads(pid: int) -> str:
    """The names of a process's threads."""
    found = []
    for path in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # it has just ended
            found.append((path / "comm").read_text().strip())
    return " ".join(found)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path)
    try:
        yield found
        assert found.game.stop() == 0
    finally:
        found.game.close()


def test_a_module_that_is_saved_answers_anew_without_a_reconnect(desk: Desk) -> None:
    desk.start()
    ada = desk.game.player("Ada")
    assert TICKET in ada.command("raffle")
    desk.edit(RAFFLE, "You already hold a ticket.", "One is enough.")
    line = desk.heard("after the save")
    parts = r"raffle/__init__.py is in play [\d.]+ s after the save: noticed [\d.]+, rehearsed [\d.]+, silence [\d.]+$"
    assert re.search(parts, line), line
    assert "One is enough." in ada.command("raffle")
    assert desk.game.ready["generation"] == 2
    print(line)
