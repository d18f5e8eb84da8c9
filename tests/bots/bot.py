"""A player that is a program: what it has seen last, and a life of doing one thing after another."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from random import Random

from tests.bots.client import Client

PASSWORD = "correct horse"
#: How a prompt may end, after login.
IN_PLAY = r"(?:Welcome, |You are back where you were).*?Exits: [^\n]*\n.*?> "
_FIGURES = re.compile(r"You have (-?\d+) of (\d+) hit points.*?(\d+) of (\d+) movement", re.S)
_ASKED = re.compile(r"(\w+) wants to trade with you")
#: What is counted when it is read.
EVENTS = {
    "You are dead!": "died",
    "You gain": "won",
    "You flee": "fled",
    "You buy": "bought",
    "You sell": "sold",
    "You tell": "told",
    "You get": "got",
    "You trade:": "traded",
    "You bid": "bid",
    "You have lot": "won a lot",
}
#: Words that name nothing one could take or fight.
_DULL = frozenset("here from with into lies stands sits this that your there they their some have what exits".split())


class Unknown(Exception):
    """The game does not know a command (yet)."""


class Bot:
    """`done` counts what it did, by behaviour, and what happened to it; `off` is what it has given up for good."""

    def __init__(self, name: str, client: Client, seed: int, others: tuple[str, ...] = ()) -> None:
        self.name = name
        self.client = client
        self.random = Random(seed)
        self.others = others or (name,)
        self.done: Counter[str] = Counter()
        self.off: set[str] = set()
        self.ways: list[str] = []  # out of the room that was seen last; "(north)" is a closed door
        self.things: list[str] = []  # words of what stands and lies there
        self.asked = ""  # who would trade with it
        self.busy = "nothing"
        self.reckless = self.random.random() < 0.5  # never runs from a fight

    async def enter(self, *, new: bool) -> None:
        """Connect and come into the world."""
        await self.client.open()
        await self.client.expect(r"known\? ")
        self.client.send(f'{"create" if new else "connect"} {self.name} "{PASSWORD}"')
        self.see(await self.client.expect(IN_PLAY, 60))
        if new:
            await self.do("set pager off")

    async def do(self, text: str) -> str:
        """A command and its answer. Raises Unknown when there is no such command."""
        answer = await self.client.command(text)
        if "There is no command" in answer or "Which one?" in answer:
            raise Unknown(text)
        if "Something went wrong" in answer:
            raise AssertionError(f"{self.name}: {text!r} failed on the server:\n{answer}")
        self.see(answer)
        return answer

    def see(self, text: str) -> None:
        """Take in what was read: the room, and what happened."""
        for word, event in EVENTS.items():
            self.done[event] += text.count(word)
        asked = _ASKED.findall(text)
        self.asked = asked[-1] if asked else self.asked
        _, shown, rest = text.rpartition("Exits: ")
        if shown:
            ways, _, rest = rest.partition("\n")
            self.ways = [way for way in ways.split() if way != "none"]
            self.things = [w for w in re.findall(r"[a-z]{4,}", rest.casefold()) if w not in _DULL]

    async def health(self) -> tuple[float, float]:
        """The parts of hit points and of movement that are left, from 0 to 1."""
        found = _FIGURES.search(await self.do("score"))
        if found is None:
            return 1.0, 1.0
        hp, most, move, far = (int(n) for n in found.groups())
        return hp / max(1, most), move / max(1, far)

    def thing(self) -> str | None:
        """A word of something here."""
        return self.random.choice(self.things) if self.things else None

    def friend(self) -> str:
        """Another bot: one that is here, if there is any."""
        here = [name for name in self.others if name.casefold() in self.things and name != self.name]
        return self.random.choice(here or self.others)

    async def live(self, seconds: float, pause: float = 0.4) -> None:
        """Play for so long: one behaviour after the other, drawn by weight, with about `pause` seconds in between."""
        from tests.bots.behaviours import BEHAVIOURS

        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            known = [b for b in BEHAVIOURS if b.name not in self.off]
            chosen = self.random.choices(known, [b.weight for b in known])[0]
            chosen = next((b for b in known if self.asked and b.name == "trade"), chosen)
            self.busy = chosen.name
            try:
                await chosen.act(self)
                self.done[chosen.name] += 1
            except Unknown:
                self.off.add(chosen.name)
            self.see(await self.client.listen(self.random.uniform(0, 2 * pause)))
        self.busy = "nothing"

    async def settle(self) -> str:
        """Get out of whatever it is in, and look around: the last answers. Gives what it sees."""
        for command in ("wake", "stand"):
            await self.client.command(command)
        return await self.do("look")
