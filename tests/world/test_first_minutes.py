"""A newcomer who does what the notice on the mooring post says has the second level within minutes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mud.areas.load import load
from mud.testing import Kit, Player

WORLD = load(Path(__file__).parent.parent.parent / "world")


def kill(kit: Kit, player: Player, whom: str) -> None:
    """A fight to its end."""
    player.do(f"kill {whom}")
    for _ in range(60):
        if player.character.fighting is None:
            return
        kit.wait(2)
    raise AssertionError(f"{whom} is still alive after two minutes")


@pytest.mark.parametrize("seed", range(4))
def test_the_notice_leads_to_the_second_level(seed: int) -> None:
    kit = Kit(world=WORLD, seed=seed)
    ada = kit.player("Ada")
    began = kit.now
    notice = ada.do("look notice")
    for words in ("wear all", "buy mackerel", "kill gull", "help start"):
        assert words in notice, words
    worn = ada.do("wear all")
    assert "fisher's jersey on the body" in worn and "boat knife wielded" in worn
    ada.do("north")
    assert "You buy" in ada.do("buy mackerel")
    assert "You eat" in ada.do("eat mackerel")
    ada.do("west")
    while ada.character.level < 2:
        assert kit.now - began < 600, f"no second level after ten minutes; {ada.do('score')}"
        if "gull" in ada.do("look"):
            kill(kit, ada, "gull")
            ada.do("rest")
            kit.wait(5)
            ada.do("stand")
        else:
            kit.wait(20)
    assert kit.game.world.ledger.total() == 0


def test_there_are_gulls_where_the_notice_says_however_long_the_town_has_been_awake() -> None:
    kit = Kit(world=WORLD)
    ada = kit.player("Ada")
    kit.wait(900)
    ada.do("north", "west")
    assert ada.do("consider gull") != "There is no 'gull' here."


def test_what_the_prose_speaks_of_can_be_done() -> None:
    kit = Kit(world=WORLD)
    ada = kit.player("Ada")
    for step in "north north north".split():
        ada.do(step)
    assert "drink" in ada.do("drink pump").lower()
    told = [text for room in WORLD.rooms.values() for text in (room.description, *(e.text for e in room.extras))]
    assert not re.search(r"banks its|the bank\b|lends? money", " ".join(told))  # there is none
    assert "will tell you" not in "".join(mob.description for mob in WORLD.mobs.values())
