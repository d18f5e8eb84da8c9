"""Many bots at once, and what became of them."""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct

from tests.bots.bot import Bot
from tests.bots.client import Client

#: A window for every third bot: those are told how wide and how high it is.
SIZE = (80, 24)


class Sample(Struct):
    """The server at one moment: seconds since the beginning, memory in kB, open descriptors."""

    at: float
    rss: int
    descriptors: int

    @classmethod
    def of(cls, pid: int, began: float) -> Sample:
        """Now."""
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        assert found is not None
        return cls(time.monotonic() - began, int(found[1]), len(os.listdir(f"/proc/{pid}/fd")))


class Report(Struct):
    """What became of a swarm. `failures` has one text for each bot that did not get to the end, `wrong` what was
    lost, doubled or swapped."""

    commands: int = 0
    slowest: float = 0.0  # seconds that the slowest answer took
    copyovers: int = 0
    done: Counter[str] = Counter()
    off: set[str] = set()  # behaviours that some bot gave up
    failures: list[str] = []
    wrong: list[str] = []
    samples: list[Sample] = []

    def slope(self, figure: Callable[[Sample], float]) -> float:
        """How much a figure grows in a minute, by least squares."""
        if len(self.samples) < 2:
            return 0.0
        line = statistics.linear_regression([s.at for s in self.samples], [figure(s) for s in self.samples])
        return 60 * line.slope

    def text(self) -> str:
        """For people."""
        rows = [
            f"{self.commands} commands, the slowest answer after {self.slowest:.2f} s; {self.copyovers} copyovers",
            ", ".join(f"{name} {count}" for name, count in sorted(self.done.items()) if count),
        ]
        if self.off:
            rows.append(f"not known to the game: {', '.join(sorted(self.off))}")
        if self.samples:
            first, last = self.samples[0], self.samples[-1]
            rows.append(
                f"memory {first.rss} to {last.rss} kB, {self.slope(lambda s: s.rss):+.0f} kB a minute; descriptors "
                f"{first.descriptors} to {last.descriptors}, {self.slope(lambda s: s.descriptors):+.2f} a minute"
            )
        return "\n".join([*rows, *self.failures, *self.wrong])


def name_of(number: int) -> str:
    """A bot's name: letters only."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return f"Bot{letters[number // 26]}{letters[number % 26]}"


class Swarm:
    """So many bots on the server at `port`. `seed` makes each run do the same, as far as the game does."""

    def __init__(self, port: int, count: int, seed: int = 1, *, new: bool = True) -> None:
        names = tuple(name_of(n) for n in range(count))
        self.new = new
        self.report = Report()
        self.bots = [
            Bot(name, Client(port, size=SIZE if n % 3 == 0 else None), 1000 * seed + n, names)
            for n, name in enumerate(names)
        ]

    async def run(self, seconds: float, meanwhile: Callable[[], Awaitable[None]] | None = None) -> Report:
        """Have them all play for so long, beside `meanwhile`. Gives the report; raises what `meanwhile` raises."""
        tasks = [asyncio.create_task(self._life(bot, seconds)) for bot in self.bots]
        try:
            if meanwhile is not None:
                await meanwhile()
        finally:
            await asyncio.gather(*tasks)
        return self.report

    async def _life(self, bot: Bot, seconds: float) -> None:
        report = self.report
        try:
            await bot.enter(new=self.new)
            await bot.live(seconds)
            seen = await bot.settle()
            assert "Exits: " in seen, f"{bot.name} sees no room:\n{seen}"
        except (AssertionError, OSError) as error:
            report.failures.append(f"{bot.name}, at {bot.busy}: {error}")
        report.commands += bot.client.commands
        report.slowest = max(report.slowest, bot.client.slowest)
        report.done += bot.done
        report.off |= bot.off
        report.wrong += [f"{bot.name}: {text}" for text in bot.client.tally.wrong]

    async def close(self) -> None:
        """Hang up, all of them."""
        for bot in self.bots:
            await bot.client.close()
