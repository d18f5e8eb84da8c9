"""The kit with area files of its own: work on them is done when the test says so, as the server's thread would."""

from __future__ import annotations

from pathlib import Path

from mud.areas.load import load
from mud.areas.outcome import outcome
from mud.core import events as e
from mud.core.world.model import Role
from mud.testing import Kit, Player
from tests.play.worlds import SMALL


class Site(Kit):
    """A game on a copy of the small world that may be written to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "small.toml"
        text = (SMALL / "small.toml").read_text("utf-8")
        self.path.write_text(text.replace('name = "Small"\n', 'name = "Small"\nbuilders = ["Ada", "Bob"]\n'), "utf-8")
        super().__init__(world=folder)

    def enter(self, name: str, role: Role = "builder") -> Player:
        """A new character in play, who may build."""
        return self.player(name, role)

    def jobs(self) -> list[e.AreaJob]:
        """What was asked for and is not done."""
        return [effect for effect in self.effects if isinstance(effect, e.ReadAreas | e.SaveEdits)]

    def take(self) -> e.AreaJob:
        """The one job that was asked for."""
        (found,) = self.jobs()
        self.effects.remove(found)
        return found

    def work(self, job: e.AreaJob | None = None) -> None:
        """Do the job, and let the game have what came of it."""
        job = job or self.take()
        found = outcome(job, self.folder, self.game.world.defs)
        if found.defs is not None:
            self.post(e.WorldRead(found.defs, found.areas))
            assert self.game.world.defs is found.defs
        self.post(found.answer(job.session))

    def do(self, player: Player, *lines: str) -> str:
        """Type lines, the last of which asks for a job; do it; give all that was read."""
        text = player.do(*lines)
        self.work()
        return f"{text}\n{player.read()}"

    def read_files(self) -> None:
        """The next program will have what the files say now."""
        self._defs = load(self.folder)

    def copy_over(self) -> None:
        """A copyover: the new program reads the files."""
        self.read_files()
        self.copyover()

    def edit(self, old: str, new: str) -> None:
        """Somebody changes the area's file in an editor of their own."""
        text = self.path.read_text("utf-8")
        assert old in text
        self.path.write_text(text.replace(old, new), "utf-8")
