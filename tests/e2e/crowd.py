"""Players in the middle of something while a copyover fails, and what a process holds: shared by tests of faults."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.e2e.harness import Game, inheritable, select_nothing, wait_for


def descriptors(pid: int) -> list[str]:
    """What a process holds open, without the numbers that tell one socket from the other."""
    found = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.append(re.sub(r"\d+", "N", os.readlink(f"/proc/{pid}/fd/{name}")))
        except FileNotFoundError:
            continue
    # The log of errors is opened when first written to; SQLite keeps a copy's descriptor until the database is closed.
    return sorted(name for name in found if not name.endswith(("errors.jsonl", "everwake.db")))


def children(pid: int) -> list[int]:
    """The living and dead children of a process."""
    found = [
        int(n) for task in os.listdir(f"/proc/{pid}/task") for n in read(f"/proc/{pid}/task/{task}/children").split()
    ]
    return sorted(found)


def read(path: str) -> str:
    """A file's text; none of one that is gone."""
    try:
        return Path(path).read_text()
    except FileNotFoundError:
        return ""


class Crowd:
    """Players in the middle of something, whose every line and every answer is counted."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.admin = game.admin()
        self.admin.command("set width 500")
        self.ada, self.bob = game.player("Ada"), game.player("Bob")
        for command in ("north", "get sword", "open chest", "get coins chest", "drop 15 gold"):
            self.ada.command(command)
        self.stranger = game.client()
        self.stranger.expect(r"known\? ")
        self.stranger.send_raw(b"newco")
        self.admin.command("save")
        self.before = descriptors(game.pid)
        self._sent = self._answered = 0

    def types(self) -> None:
        """Everybody types: whole lines, and half a one."""
        self.ada.send_raw(b"".join(b"think %d\r\n" % n for n in range(self._sent, self._sent + 300)))
        self._sent += 300
        self.bob.send_raw(b"think half ")

    def keeps_typing(self) -> None:
        """More comes, before, while and after nobody is there to read it."""
        for _ in range(50):
            self.ada.send_raw(b"think %d\r\n" % self._sent)
            self._sent += 1
            select_nothing(0.01)

    def is_whole(self) -> None:
        """Every line was answered once and in order; everybody has what they had."""
        self.bob.send_raw(b"a line\r\n")
        self.bob.expect('think, "half a line"')
        text = self.ada.expect(rf'think, "{self._sent - 1}"')
        assert [int(n) for n in re.findall(r'think, "(\d+)"', text)] == list(range(self._answered, self._sent))
        self._answered = self._sent
        assert "25 gold coins" in self.ada.command("i") and "The Hall" in self.ada.command("look")
        self.admin.send("audit economy")
        self.admin.expect(r"sums to 0\..*exactly one owner")
        assert "Everything is saved." in self.admin.command("save")
        # A thread that warms up opens a library now and then, for a moment.
        wait_for(lambda: descriptors(self.game.pid) == self.before, f"the descriptors of before: {self.before}")
        wait_for(lambda: not children(self.game.pid), "no other process")
        assert inheritable(self.game.pid) == []


def refused(crowd: Crowd, says: str) -> str:
    """Order a copyover that comes to nothing, while players type; gives what the admins are told."""
    crowd.types()
    crowd.admin.send("copyover")
    crowd.keeps_typing()
    return crowd.admin.expect(rf"No copyover: {says}.*?The game plays on\.")
