"""A builder walks tbaMUD's stock world in the running server: some of it in `make test`, all of it in `make soak`."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from mud.areas.cache import load_cached
from mud.core.area import WorldDef
from tests.bots.client import Client
from tests.bots.walker import Walked, Walker
from tests.e2e.harness import PASSWORD, ROOT, Game

pytestmark = [pytest.mark.e2e, pytest.mark.tba]

#: Nobody types as fast as the walker: what a line may cost is not what is tested here.
LIMITS = "[limits]\nlines_per_second = 1e9\nlines_burst = 1e9\nbytes_per_second = 1e9\nbytes_burst = 1e9\n"
SAMPLE = 300  # rooms in make test


@pytest.fixture(scope="module")
def tba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Game, WorldDef]]:
    """A server on the imported world, and what its files say."""
    source = Path(os.environ.get("EVERWAKE_TBA_WORLD", ROOT.parent / "shared/worlds/tbamud/lib/world"))
    if not source.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the tbaMUD world is not in {source}: set EVERWAKE_TBA_WORLD")
        pytest.skip(f"the tbaMUD world is not in {source}; EVERWAKE_TBA_WORLD may name it")
    folder = tmp_path_factory.mktemp("tba")
    config = folder / "everwake.toml"
    config.write_text(LIMITS)
    game = Game(folder / "data", folder / "world", "--config", str(config))
    imported = game.run("world", "import", "circle", str(source), str(game.world))
    assert "12,700" in imported.stdout or (game.world / "world.toml").exists(), imported.stderr
    try:
        game.account("Root", "builder")
        game.start(limit=180)  # thousands of files are read for the first time
        yield game, load_cached(game.world, game.data / "cache")
        assert game.stop() == 0
        assert game.errors() == ""
    finally:
        game.close()


async def walk(game: Game, world: WorldDef, rooms: list[str] | None) -> Walked:
    """Walk these rooms, or all."""
    client = Client(game.port, limit=60)
    await client.open()
    try:
        await client.expect(r"known\? ")
        client.send(f'connect Root "{PASSWORD}"')
        await client.expect("Exits: .*> ")
        began = time.monotonic()
        walked = await Walker(client, world, rooms).walk()
        walked.seconds = time.monotonic() - began
        assert client.tally.wrong == []
        return walked
    finally:
        await client.close()


def check(game: Game, walked: Walked, world: WorldDef, rooms: list[str]) -> None:
    """Every exit was walked, or leads nowhere, or is locked for good; and the server had no trouble with it."""
    print(walked.text())
    assert walked.problems == [], walked.text()
    exits = sum(len(world.rooms[room].exits) for room in rooms)
    assert walked.exits + walked.nowhere + len(walked.locked) == exits
    assert "Traceback" not in game.log() and game.errors() == ""


def test_some_rooms_of_a_large_world_lead_where_their_files_say(tba: tuple[Game, WorldDef]) -> None:
    game, world = tba
    rooms = Random(4).sample(sorted(world.rooms), SAMPLE)
    check(game, asyncio.run(walk(game, world, rooms)), world, rooms)


@pytest.mark.soak
def test_all_rooms_of_a_large_world_lead_where_their_files_say(tba: tuple[Game, WorldDef]) -> None:
    game, world = tba
    walked = asyncio.run(walk(game, world, None))
    check(game, walked, world, list(world.rooms))
    assert (walked.rooms, walked.nowhere) == (12_700, 108)
