"""Many players at work in different ways, each line and each answer counted, through one copyover after the other."""

from __future__ import annotations

import json
import os
import re
import select
import statistics
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from tests.e2e.harness import PASSWORD, Client, Game, wait_for

ARENA = Path(__file__).parent.parent / "worlds" / "arena" / "arena.toml"
#: Seconds that a copyover of a crowd may take on a busy machine, and those between two lines meanwhile. They get longer
#: after forty turns: then there is no more to do on a busy machine than on an idle one.
LIMIT, PAUSE = 120.0, 0.02
#: Into how many groups the company is divided: they take turns at sending a line.
GROUPS = 8


class Worker:
    """A player who thinks numbers: each is answered once and in order, whatever else happens."""

    def __init__(self, name: str, client: Client) -> None:
        self.name = name
        self.client = client
        self.sent = self.answered = 0

    def begin(self) -> None:
        """Get to work."""

    def think(self) -> None:
        """Send the next number."""
        self.client.send(f"think {self.sent}")
        self.sent += 1

    def work(self) -> None:
        """Send a line, or more; nothing is waited for."""
        self.think()

    def check(self) -> None:
        """Read what was answered since, up to a last number. Raises AssertionError for what is lost or doubled."""
        self.think()
        text = self.client.expect(rf'You think, "{self.sent - 1}"', LIMIT)
        numbers = [int(n) for n in re.findall(r'You think, "(\d+)"', text)]
        assert numbers == list(range(self.answered, self.sent)), f"{self.name}: {numbers}"
        self.answered = self.sent
        self.saw(text)

    def saw(self, text: str) -> None:
        """All that came since the last check."""


class Walker(Worker):
    """Goes to and fro, as far as the legs carry, and a number after each step."""

    steps = 0
    room = "The Yard"

    def begin(self) -> None:
        self.client.command("north")

    def work(self) -> None:
        self.client.send("west" if self.sent % 2 else "east")
        self.think()

    def saw(self, text: str) -> None:
        for answer in re.split(r'You think, "\d+"', text):
            found = re.search(r"The (?:Yard|Ring)(?=\r\n)", answer)
            self.steps += found is not None and found[0] != self.room
            self.room = found[0] if found else self.room
        assert self.room in self.client.command("look"), self.name


class Fighter(Worker):
    """Fights what it can't kill; whoever dies of it in the long run goes back there."""

    def begin(self) -> None:
        self.client.command("set linkdead fight")
        self.fight()

    def fight(self) -> None:
        """Go there and begin."""
        for text in ("set prompt off", "north", "up", "kill elephant"):
            self.client.command(text)

    def saw(self, text: str) -> None:
        score = self.client.command("score")
        if "You are dead!" in text + score:
            self.fight()
        else:
            assert "fighting an elephant" in score, f"{self.name}: {text}"


class Reader(Worker):
    """Is in the middle of a text, and turns a page each time."""

    at, last = 0, 21

    def begin(self) -> None:
        self.client.command("set pager 5")
        self.check()

    def work(self) -> None:
        """Reads slowly."""

    def check(self) -> None:
        if not self.at:
            self.client.command("look")
        self.client.send("" if self.at else "commands")
        self.at = self.at + 5 if self.at + 5 < self.last else 0
        text = self.client.expect(rf"-- {self.at} of \d+ lines.*?-- " if self.at else r"\n> ", LIMIT)
        self.last = int(re.findall(r"of (\d+) lines", text)[0]) if self.at else self.last


class Writer(Worker):
    """Has an editor half filled, and a line half typed."""

    def begin(self) -> None:
        self.lines: list[str] = []
        self.half = ""
        self.client.command("set width 500")
        self.client.send("description")
        self.client.expect("1> ")

    def work(self) -> None:
        if len(self.half) < 200:
            self.client.send_raw(b"and ")
            self.half += "and "

    def check(self) -> None:
        if len(self.lines) == 9:
            self.client.send_raw(b"\r\n.clear\r\n")
            self.client.expect("11> .*?1> ", LIMIT)
            self.lines, self.half = [], ""
        self.client.send("on")
        self.lines.append(f"{self.half}on")
        self.half = "half "
        self.client.expect(f"{len(self.lines) + 1}> ", LIMIT)
        self.client.send(".show")
        text = self.client.expect(f"{len(self.lines) + 1}> ", LIMIT)
        assert re.findall(r" \d: (.*)\r\n", text) == self.lines, f"{self.name}: {text}"
        self.client.send_raw(b"half ")


#: Who works in which way, of ten; the others think.
WAYS = (Walker, Fighter, Reader, Writer, Walker)


class Figures(Struct):
    """The server's process at one moment; memory in kB."""

    memory: int
    descriptors: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> Figures:
        """Now."""
        status = Path(f"/proc/{pid}/status").read_text()
        memory, threads = (int(re.findall(rf"{name}:\s+(\d+)", status)[0]) for name in ("VmRSS", "Threads"))
        return cls(memory, len(os.listdir(f"/proc/{pid}/fd")), threads)


class Company:
    """So many players, one of them at the password prompt all the time, and an admin who orders the copyovers."""

    def __init__(self, game: Game, count: int) -> None:
        self.game = game
        self.figures: list[Figures] = []
        self.admin = game.admin()
        self.admin.command("set width 500")
        names = [f"Worker{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(count)]
        clients = [game.client() for _ in names]
        for name, client in zip(names, clients, strict=True):
            client.send(f'create {name} "{PASSWORD}"')
        for client in clients:
            client.expect(r"known\? .*\n> ", LIMIT)
        clients.pop().close()
        self.sleeper = game.client()  # never gets further than half a password
        self.sleeper.send(names[-1])
        self.sleeper.expect("Password: ")
        ways = [WAYS[n % 10] if n % 10 < len(WAYS) else Worker for n in range(count - 1)]
        self.workers = [way(name, client) for way, name, client in zip(ways, names, clients, strict=False)]
        for worker in self.workers:
            worker.begin()

    def copyover(self) -> None:
        """Order one; all the while everybody works, and after it everything is accounted for."""
        typed = PASSWORD.encode()[len(self.figures) :][:1]
        self.sleeper.send_raw(typed if len(self.figures) < len(PASSWORD) - 1 else b"")
        self.admin.send("copyover")
        for turn in range(500):
            for worker in self.workers[turn % GROUPS :: GROUPS]:
                worker.work()
            if select.select([self.admin.sock], [], [], PAUSE * (1 + turn // 40))[0]:
                assert self.admin.read(), "the admin was dropped"
                if re.search("Copyover done|No copyover", self.admin.unread):  # which, the caller asks
                    break
        self.admin.expect(r"Copyover done.*?\n> ", LIMIT)
        for worker in self.workers:
            worker.check()
            worker.client.forget()
        self.admin.forget()
        self.game.said()  # nobody waits for a reader of what it prints
        self.figures.append(wait_for(self.at_rest, "the game's thread and the database's alone"))

    def at_rest(self) -> Figures | None:
        """The figures, once the thread that warms up is gone and the database is open again."""
        found = Figures.of(self.game.pid)
        return found if found.threads == 2 else None

    def slope(self, figure: Callable[[Figures], float]) -> float:
        """By how much a figure grows in a copyover, by least squares; the first tenth is to warm up."""
        found = [figure(each) for each in self.figures[max(2, len(self.figures) // 10) :]]
        return statistics.linear_regression(range(len(found)), found).slope

    def text(self) -> str:
        """For people."""
        first, last = self.figures[max(2, len(self.figures) // 10)], self.figures[-1]
        commands = sum(worker.sent for worker in self.workers)
        steps = sum(worker.steps for worker in self.workers if isinstance(worker, Walker))
        return (
            f"{len(self.figures)} copyovers, {len(self.workers) + 2} connections, {commands} numbered commands, "
            f"{steps} steps: memory {first.memory} to {last.memory} kB, "
            f"{self.slope(lambda f: f.memory):+.2f} kB a copyover; descriptors {first.descriptors} to "
            f"{last.descriptors}, {self.slope(lambda f: f.descriptors):+.4f} a copyover"
        )

    def is_whole(self) -> None:
        """Nobody was dropped, nothing is left over, and who was asked for a password can still give it."""
        count = len(self.figures)
        assert self.game.ready["generation"] == count + 1
        lines = (self.game.data / "copyovers.jsonl").read_text().splitlines()
        records = [json.loads(line) for line in lines]
        assert [r["outcome"] for r in records] == ["done"] * len(records) and records[-1]["number"] == count
        assert [r["dropped"] for r in records if r["dropped"]] == []
        assert Path(f"/proc/{self.game.pid}/task/{self.game.pid}/children").read_text() == ""
        self.sleeper.send(PASSWORD[min(count, len(PASSWORD) - 1) :])
        self.sleeper.expect("Exits: .*> ")
        assert f"{len(self.workers) + 2} souls" in self.admin.command("who")
        self.admin.send("audit economy")
        self.admin.expect(r"sums to 0\..*exactly one owner")


def endless(folder: Path) -> Path:
    """The arena, with an elephant that is good for any number of rounds."""
    text = ARENA.read_text("utf-8")
    elephant = 'hit_dice = "1d1+2000"\ndamage_dice = "1d1"'
    assert elephant in text
    folder.mkdir()
    more = 'hit_dice = "1d1+99999"\nhitroll = -1000\ndamage_dice = "1d1"'
    (folder / "arena.toml").write_text(text.replace(elephant, more), "utf-8")
    return folder
