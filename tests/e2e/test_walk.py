"""A builder walks tbaMUD's stock world in the running server: some of it in `make test`, all of it in `make soak`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from random import Random
from types import SimpleNamespace

import msgspec
import pytest

from mud.areas.circle import import_world
from mud.core.world.area import ExitDef, WorldDef
from tests.areas.written import write_world
from tests.bots.client import Client
from tests.bots.walker import Walked, Walker
from tests.e2e.harness import PASSWORD, Game
from tests.tools import stock_world

pytestmark = [pytest.mark.e2e, pytest.mark.tba]

#: Nobody types as fast as the walker: what a line may cost is not what is tested here.
LIMITS = "[limits]\nlines_per_second = 1e9\nlines_burst = 1e9\nbytes_per_second = 1e9\nbytes_burst = 1e9\n"
SAMPLE = 300  # rooms in make test


@pytest.fixture(scope="module")
def tba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Game, WorldDef]]:
    """A server on the imported world, and what its files say."""
    source = stock_world()
    folder = tmp_path_factory.mktemp("tba")
    config = folder / "everwake.toml"
    config.write_text(LIMITS)
    game = Game(folder / "data", folder / "world", "--config", str(config))
    imported = import_world(source)
    write_world(imported.areas, game.world, imported.start)
    try:
        game.account("Walker", "builder")
        game.account("Root", "owner")
        game.start(limit=180)  # thousands of files are read for the first time
        yield game, WorldDef.of(imported.areas, imported.start)
        assert game.stop() == 0
        assert game.errors() == ""
    finally:
        game.close()


async def enter(game: Game, name: str) -> Client:
    """Somebody with an account in play."""
    client = Client(game.port, limit=120)
    await client.open()
    await client.expect(r"known\? ")
    client.send(f'connect {name} "{PASSWORD}"')
    await client.expect("Exits: .*> ")
    return client


async def walk(game: Game, world: WorldDef, rooms: list[str] | None) -> Walked:
    """Walk these rooms, or all."""
    client = await enter(game, "Walker")
    try:
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


def test_a_way_that_leads_elsewhere_than_its_file_says_is_found(tba: tuple[Game, WorldDef]) -> None:
    game, world = tba
    temple = world.rooms["3001"]
    wrong = msgspec.structs.replace(temple, exits={**temple.exits, "south": ExitDef(to="3006")})
    walked = asyncio.run(walk(game, SimpleNamespace(rooms={"3001": wrong}), None))  # type: ignore[arg-type]
    assert len(walked.problems) == 1 and walked.problems[0].startswith("3001 south to 3006: ")
    assert walked.exits == len(temple.exits) - 1


@pytest.mark.soak
def test_all_rooms_of_a_large_world_lead_where_their_files_say(tba: tuple[Game, WorldDef]) -> None:
    game, world = tba
    walked = asyncio.run(walk(game, world, None))
    check(game, walked, world, list(world.rooms))
    assert (walked.rooms, walked.nowhere) == (12_700, 108)


async def walk_through_copyovers(game: Game, world: WorldDef) -> tuple[Walked, int]:
    """Walk all rooms, with one copyover after the other meanwhile. Gives how many there were."""
    admin = await enter(game, "Root")
    walking = asyncio.create_task(walk(game, world, None))
    copyovers = 0
    try:
        while not walking.done():
            admin.send("copyover force because somebody walks")
            await admin.expect("Copyover done")
            copyovers += 1
        return await walking, copyovers
    finally:
        await admin.close()


@pytest.mark.soak
def test_a_walk_goes_on_through_copyovers(tba: tuple[Game, WorldDef]) -> None:
    """Hundreds of commands lie in the kernel, in the wire and in the game at any instant; each is done, and once."""
    game, world = tba
    walked, copyovers = asyncio.run(walk_through_copyovers(game, world))
    check(game, walked, world, list(world.rooms))
    assert copyovers > 0
