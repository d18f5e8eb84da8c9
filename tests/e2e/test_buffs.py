"""Effects in the real server: how long they last, through copyovers and kill -9s, by the database and by the player."""

from __future__ import annotations

import re
import sqlite3
import time
from pathlib import Path

import msgspec
import pytest

from mud.core.world.model import Character
from tests.e2e.harness import SMALL, Client, Game, copyover, wait_for

pytestmark = pytest.mark.e2e
RUNS = 20
POTION = """
[[item]]
id = "balm"
keywords = ["balm"]
short = "a green potion"
kind = "potion"
wear = ["take"]
values = { level = 1, spell1 = "regeneration" }
"""
#: Seconds that the game's clock and this test's may be read apart, on a busy machine.
GRAIN = 0.15


def world(folder: Path) -> Path:
    """The small world, with a potion in it that lasts for 54 seconds."""
    folder.mkdir()
    (folder / "small.toml").write_text((SMALL / "small.toml").read_text() + POTION)
    return folder


def left(client: Client) -> float:
    """Seconds that the potion's effect has left, as its bearer reads them."""
    text = client.command("buffs")
    found = re.search(r"regeneration +([0-9.]+) s  a green potion", text)
    assert found is not None, text
    return float(found[1])


def stored(game: Game) -> tuple[float, float]:
    """When it ends by the database, and the game's clock there, in seconds."""
    with sqlite3.connect(game.data / "everwake.db") as db:
        (data,) = db.execute("SELECT data FROM characters WHERE name = 'Root'").fetchone()
        (clock,) = db.execute("SELECT value FROM meta WHERE key = 'game_time'").fetchone()
    db.close()
    character = msgspec.msgpack.decode(data, type=Character)
    noted = msgspec.msgpack.decode(character.notes["buffs"]) if character.notes else [[]]
    return (noted[0][0][5] / 1000 if noted[0] else 0.0), msgspec.msgpack.decode(clock)


def test_time_left_is_what_it_should_be_through_copyovers_and_kills(tmp_path: Path) -> None:
    game = Game(tmp_path / "data", world(tmp_path / "world"))
    try:
        game.start()
        root = game.admin()
        ends = 0.0
        for run in range(RUNS):
            root.command("load item balm")
            root.command("quaff balm")
            began = time.monotonic()
            before = left(root)
            if run % 2:
                wait_for(lambda then=ends: stored(game)[0] > then, "the flush of the potion")  # type: ignore[misc]
                game.kill()
                ends, clock = stored(game)
                kept = ends - clock
                assert before - (time.monotonic() - began) - GRAIN <= kept <= 54.0
                began = time.monotonic()
                game.start()
                root = game.player("Root", new=False)
                before = kept
            else:
                copyover(root)
                ends = stored(game)[0]  # of the last flush before it
            after = left(root)
            assert before - (time.monotonic() - began) - GRAIN <= after <= before + GRAIN, (run, before, after)
        assert game.errors() == ""
    finally:
        game.close()


def test_a_hot_reload_keeps_what_is_on_somebody(tmp_path: Path) -> None:
    game = Game(tmp_path / "data", world(tmp_path / "world"))
    try:
        game.start()
        root = game.admin()
        root.command("load item balm")
        root.command("quaff balm")
        began, before = time.monotonic(), left(root)
        root.send("module reload buffs")
        root.expect("reload")
        after = left(root)
        assert before - (time.monotonic() - began) - GRAIN <= after <= before
        assert game.errors() == ""
    finally:
        game.close()
