"""A builder who walks every exit of every room once, and compares where that leads with the world's files.

Commands are pipelined: a batch is sent while the one before is read.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from msgspec import Struct

from mud.core.world.area import ExitDef, WorldDef
from tests.bots.client import Client

#: Steps that are sent at once, and how often one that went wrong is tried again (a zone may have been reset meanwhile).
BATCH, TRIES = 100, 3
_ROOM = re.compile(r"\[(\w+)\]\nExits: ")


class Step(NamedTuple):
    """Out of a room by one of its exits; without a direction just into the room."""

    room: str
    direction: str = ""
    way: ExitDef | None = None

    @property
    def path(self) -> list[str]:
        """The ids of the rooms that are shown when all goes well."""
        return [self.room, self.way.to] if self.way is not None and self.way.to is not None else [self.room]

    @property
    def text(self) -> str:
        """The step in words."""
        to = f" to {self.way.to}" if self.way is not None else ""
        return f"{self.room} {self.direction}{to}"


def plain(step: Step) -> str:
    """A step as text."""
    return f"goto {step.room}\n{step.direction}".rstrip()


class Walked(Struct):
    """What a walk found. `locked` are doors that nothing opens: their files name no key."""

    rooms: int = 0
    exits: int = 0  # walked, and they led where they should
    doors: int = 0  # of them through a door that had to be opened
    nowhere: int = 0  # exits that lead nowhere by intent, and did not
    locked: list[str] = []
    problems: list[str] = []
    seconds: float = 0.0

    def text(self) -> str:
        """For people."""
        rate = (self.rooms + self.exits) / max(self.seconds, 0.001)
        return "\n".join(
            [
                f"{self.rooms} rooms, {self.exits} exits walked ({self.doors} doors opened), {self.nowhere} that lead "
                f"nowhere, {len(self.locked)} locked without a key; {self.seconds:.1f} s, {rate:.0f} a second",
                *self.problems,
            ]
        )


class Walker:
    """Walks `rooms` of a world (all of them by default) with a client that plays a builder."""

    def __init__(self, client: Client, world: WorldDef, rooms: Iterable[str] | None = None) -> None:
        self.client = client
        self.world = world
        self.rooms = list(world.rooms if rooms is None else rooms)
        self.keys: set[str] = set()  # that the walker holds
        self.walked = Walked()

    def steps(self) -> Iterator[Step]:
        """Each room's exits; where there is none, the room alone."""
        for room in self.rooms:
            exits = self.world.rooms[room].exits
            yield from (Step(room, direction, way) for direction, way in exits.items()) if exits else (Step(room),)

    async def walk(self) -> Walked:
        """All of it. Raises Unanswered and HungUp."""
        for setting in ("brief on", "pager off", "width 0", "colour off"):
            await self.client.command(f"set {setting}")
        doors: list[Step] = []
        again: list[Step] = []
        async for step, answer in self.answers(self.steps(), plain):
            if not self.arrived(step, answer):
                shut = step.way is not None and step.way.door and _ROOM.findall(answer) == [step.room]
                (doors if shut else again).append(step)
        async for step, answer in self.answers(doors, self.opening):
            if not self.arrived(step, answer):
                again.append(step)
            else:
                self.walked.doors += 1
        for step in again:
            await self.insist(step)
        self.walked.rooms = len(self.rooms)
        return self.walked

    async def answers(self, steps: Iterable[Step], written: Callable[[Step], str]) -> AsyncIterator[tuple[Step, str]]:
        """Steps with their answers, a batch ahead."""
        before: tuple[tuple[Step, ...], tuple[int, int]] | None = None
        steps = iter(steps)
        while batch := tuple(islice(steps, BATCH)):
            sent = (batch, self.client.post([written(step) for step in batch]))
            if before is not None:
                for pair in zip(before[0], await self.client.collect(*before[1]), strict=True):
                    yield pair
            before = sent
        if before is not None:
            for pair in zip(before[0], await self.client.collect(*before[1]), strict=True):
                yield pair

    def arrived(self, step: Step, answer: str) -> bool:
        """Whether a step led where it should; then it is counted."""
        if _ROOM.findall(answer) != step.path:
            return False
        if step.way is not None:
            if step.way.to is None:
                self.walked.nowhere += 1
            else:
                self.walked.exits += 1
        return True

    def opening(self, step: Step) -> str:
        """A step through a closed door, as text: with its key, if it has one."""
        key = step.way.key if step.way is not None else None
        load = f"load item {key}\n" if key is not None and key not in self.keys else ""
        if key is not None:
            self.keys.add(key)
        return f"goto {step.room}\n{load}unlock {step.direction}\nopen {step.direction}\n{step.direction}"

    async def insist(self, step: Step) -> None:
        """Once more, alone; then it is a problem, or a door that nothing opens."""
        answer = ""
        for _ in range(TRIES):
            answer = await self.client.command(self.opening(step) if step.direction else plain(step))
            if self.arrived(step, answer):
                return
        if step.way is not None and step.way.door and step.way.key is None and "locked" in answer:
            self.walked.locked.append(step.text)
        else:
            self.walked.problems.append(f"{step.text}: {' | '.join(answer.split(chr(10)))}")
