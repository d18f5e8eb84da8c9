"""Building on the real server: an edit goes through a copyover, a save may meet one, and the file has it in the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import SMALL, Client, Game, copyover, select_nothing

pytestmark = pytest.mark.e2e

ROUNDS = 20
#: Seconds that each save comes later in its copyover than the one before.
PHASE = 0.1


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Game, Path]]:
    """A server on a copy of the small world that may be written to. Nothing may be in its error log."""
    world = tmp_path / "world"
    world.mkdir()
    text = (SMALL / "small.toml").read_text("utf-8")
    (world / "small.toml").write_text(text.replace('name = "Small"\n', 'name = "Small" # mine\nbuilders = ["Bea"]\n'))
    game = Game(tmp_path / "data", world)
    game.account("Bea", "builder")
    game.start()
    try:
        yield game, world / "small.toml"
        assert game.stop() == 0, game.output.decode()
        assert game.errors() == ""
    finally:
        game.close()


def builder(game: Game) -> Client:
    return game.player("Bea", new=False)


def test_an_edit_goes_through_a_copyover_and_is_saved_after_it(site: tuple[Game, Path]) -> None:
    game, path = site
    admin, bea = game.admin(), builder(game)
    before = path.read_text("utf-8")
    name = "The Square"
    for number in range(ROUNDS):
        bea.send("redit")
        bea.expect(rf"1\. name: {name}\r")
        bea.send(f"name Kitchen {number}")
        bea.expect(rf"name: Kitchen {number}\r")
        bea.send("desc")
        bea.expect(r"1: .*\d> ")
        bea.send(".clear")
        bea.send(f"It smells of {number} onions")
        copyover(admin)
        bea.send("and one.")
        bea.send(".save")
        bea.expect(rf"desc: 2 lines, It smells of {number} onions \.\.\.")
        bea.send("save")
        bea.expect(r"Saved in small\.toml\..*\n> ")
        name = f"Kitchen {number}"
        text = bea.command("look")
        assert name in text and f"It smells of {number} onions\r\nand one." in text
        expected = before.replace('"The Square"', f'"{name}"').replace(
            '"A plain square, made for tests."', f'"""\nIt smells of {number} onions\nand one."""'
        )
        assert path.read_text("utf-8") == expected


def test_a_save_that_meets_a_copyover_is_saved_or_still_in_the_form(site: tuple[Game, Path]) -> None:
    game, path = site
    admin, bea = game.admin(), builder(game)
    for number in range(ROUNDS):
        bea.send("redit")
        bea.send(f"name Kitchen {number}")
        bea.expect(rf"name: Kitchen {number}\r")
        admin.send("copyover")
        admin.expect("rehearsal")
        select_nothing(number * PHASE)  # each time it meets another phase
        bea.send("save")
        text = bea.expect(r"(Saved[^\n]*small\.toml\.|Saved: the files say so already\.|can't be done just now).*?> ")
        if "just now" in text:  # its work was lost: the form is as it was
            bea.send("save")
            bea.expect("Saved.*?> ")
        admin.expect(r"Copyover done.*?\n> ")
        assert f'name = "Kitchen {number}"' in path.read_text("utf-8")
        assert f"Kitchen {number}" in bea.command("look")


def test_an_area_is_swapped_under_the_players_feet_and_a_copyover_does_not_lose_that(site: tuple[Game, Path]) -> None:
    game, path = site
    admin, bea = game.admin(), builder(game)
    text = path.read_text("utf-8")
    path.write_text(text.replace("A plain square", "A windy square"), "utf-8")
    admin.send("copyover")
    bea.send("world reload")
    bea.expect(r"Swapped: small\.|as before")  # the rehearsal's program may have taken the file in before
    admin.expect(r"Copyover done.*?\n> ")
    assert "A windy square" in bea.command("look")
    path.write_text(text.replace('"hall"\neast', '"hal"\neast'), "utf-8")
    bea.send("world reload small")
    bea.expect(r"small\.toml:15: no room is called 'hal'; did you mean 'hall'\?")
    assert "A windy square" in bea.command("look")


ISLE = """[area]
id = "isle"
name = "The Isle"
[[room]]
id = "shore"
name = "The Shore"
[[mob]]
id = "seal"
keywords = ["seal"]
short = "a seal"
"""


def test_an_area_that_a_copyover_took_away_is_in_its_report_and_nobody_is_left_in_it(site: tuple[Game, Path]) -> None:
    game, path = site
    admin, bea = game.admin(), builder(game)
    isle = path.with_name("isle.toml")
    isle.write_text(ISLE, "utf-8")
    admin.send("world reload")
    admin.expect("Swapped: isle")
    bea.command("goto shore")
    admin.command("goto shore")
    assert "You make a seal" in admin.command("load mob seal")
    admin.command("goto square")
    isle.unlink()
    admin.send("copyover")
    report = admin.expect(r"Copyover done.*?\n> ")
    assert "warning: room 'shore' is gone, and in it were: Bea, a seal" in report
    assert "warning: relics, whose kind of mob is gone: seal" in report
    assert "where you were is no more. This is The Square." in bea.expect("This is The Square.*> ")
    assert "The Square" in bea.command("look")
    admin.send("world check")
    assert "in the game as it is now: relics, whose kind of mob is gone: seal" in admin.expect("All is well.*> ")
