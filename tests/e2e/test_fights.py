"""A fight in the real server: in the middle of a round it is carried over a copyover, and over kill -9."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.harness import Client, Game, copyover, wait_for

pytestmark = pytest.mark.e2e

ARENA = Path(__file__).parent.parent / "worlds" / "arena"
BLOW = r"You (?:barely |miss |hit )+.*?an elephant"


@pytest.fixture
def arena(stopped: Game) -> Game:
    stopped.world = ARENA
    return stopped.start()


def begin(game: Game, name: str) -> Client:
    """A player in a fight that takes long."""
    player = game.player(name)
    for text in ("set linkdead fight", "set prompt off", "north", "up"):
        player.command(text)
    assert "an elephant" in player.command("kill elephant")
    return player


def test_a_fight_goes_on_through_copyovers_in_its_rounds(arena: Game) -> None:  # S0.15
    admin, ada, ben = arena.admin(), begin(arena, "Ada"), begin(arena, "Ben")
    for _ in range(4):
        for player in (ada, ben):
            player.expect(BLOW)  # a round has just been fought, and the next one waits
        copyover(admin)
        for player in (ada, ben):
            assert "fighting an elephant" in player.command("score")
    ada.expect(BLOW)
    assert "An elephant is here, fighting" in ada.command("look")
    assert "Ben is here, fighting an elephant." in ada.command("look")
    arena.stop()
    assert arena.errors() == ""


def test_a_fight_goes_on_after_a_kill(arena: Game) -> None:
    ada = begin(arena, "Ada")
    ada.expect(BLOW)

    def is_written() -> bool:
        with closing(sqlite3.connect(arena.data / "everwake.db")) as database:
            rows = database.execute("SELECT data FROM timers").fetchall()
        return any(b"combat_round" in bytes(data) for (data,) in rows)

    wait_for(is_written, "the round in the database")
    arena.kill()
    arena.start()
    again = arena.player("Ada", new=False)
    assert "You are back where you were." in again.text_from(0)
    again.expect(BLOW)
    assert "fighting an elephant" in again.command("score")
    assert arena.stop() == 0 and arena.errors() == ""
