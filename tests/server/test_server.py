"""The composition root: whoever waits for an effect of theirs is answered, also when a copyover comes in between."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from mud.areas.load import load
from mud.config import Config, ServerConfig
from mud.copyover.code import Code
from mud.core import events as e
from mud.core.clock import Clock
from mud.core.copyover_words import CopyoverWords
from mud.core.world.world import World, WorldState
from mud.game import Game
from mud.server.origin import Origin
from mud.server.server import Server
from mud.store.lock import Lock

WORLD = Path(__file__).parent.parent / "worlds" / "small"
#: One request of each kind, each of another session. Jobs are not here: a copyover takes them along.
REQUESTS: list[e.Effect] = [
    e.Flush(1),
    e.Audit(2),
    e.CheckWorld(3),
    e.ReadLog(4, 10, "", ""),
    e.ListStaff(5),
    e.ManageModule(6, "pause", "raffle"),
    e.ReadKinds(7),
    e.CopyoverRequest(8, "Root", CopyoverWords("check")),
]


def test_who_waits_for_what_a_freeze_cancels_before_it_began_hears_so_when_the_game_goes_on(tmp_path: Path) -> None:
    answers: list[e.Event] = []

    def answer(event: e.Event) -> None:
        answers.append(event)

    async def scene() -> None:
        config = Config(server=ServerConfig(data=str(tmp_path), world=str(WORLD)))
        game = Game(World(load(WORLD), WorldState()), Clock(time.monotonic, time.time))
        lock = Lock.acquire(tmp_path / "lock")
        server = Server(config, asyncio.get_running_loop(), game, lock, Origin(generation=1, code=Code()))
        server.answer = answer
        server.events.carry_out(REQUESTS)
        await server.tasks.end()
        assert answers == [], "nothing is answered while the game stands still"
        server.go()
        server.freeze()
        lock.release()

    asyncio.run(scene())
    assert sorted(answer.session for answer in answers if isinstance(answer, e.JobFailed)) == list(range(1, 9))
    assert len(answers) == 8
