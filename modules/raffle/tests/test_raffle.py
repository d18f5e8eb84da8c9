"""The raffle, as its players see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from modules.raffle import MODULE, Draw
from mud.testing import Kit
from mud.testing.fixtures import kit_of

kit = kit_of(MODULE)


def test_one_of_the_tickets_wins_after_a_minute(kit: Kit) -> None:
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ada.read()
    assert ada.do("raffle") == "You take ticket 1. The draw is in 60 seconds."
    kit.wait(30)
    assert ben.do("raffle") == "You take ticket 2. The draw is in 30 seconds."
    assert ada.do("raffle") == "You already hold a ticket."
    kit.wait(29.9)
    assert ada.read() == ""
    kit.wait(0.1)
    told = ada.read()
    assert told == ben.read() and told.split(" ", 1)[1].startswith("wins the raffle: ")
    assert kit.state.entrants == []


def test_who_leaves_gives_the_ticket_back(kit: Kit) -> None:
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ada.do("raffle")
    ben.do("raffle", "quit")
    assert kit.state.entrants == [ada.character.id]
    ada.do("quit")
    kit.wait(60)
    assert kit.state.entrants == []


def test_a_copyover_keeps_tickets_and_clock(kit: Kit) -> None:  # S0.1, S0.15
    ada = kit.player("Ada")
    ada.do("raffle")
    kit.wait(47.6)
    kit.copyover(seconds=20)
    assert ada.do("raffle") == "You already hold a ticket."
    kit.wait(12.3)
    assert ada.read() == ""
    kit.wait(0.1)
    assert ada.read().startswith("Ada wins the raffle: ")


def test_save_and_restore(kit: Kit, tmp_path: Path) -> None:  # S0.17
    kit.player("Ada").do("raffle")
    kit.cycle(tmp_path)


def test_it_would_rather_wait_just_before_the_draw(kit: Kit) -> None:  # S0.13
    kit.player("Ada").do("raffle")
    assert kit.vetoes() == []
    kit.wait(57)
    (veto,) = kit.vetoes()
    assert not veto.hard and veto.clears_in == pytest.approx(3)
    assert kit.instance().module.on[0].kind is Draw


def test_the_prize_makes_the_winner_as_good_as_new(kit: Kit) -> None:
    ada = kit.player("Ada")
    kit.act(lambda ctx: ctx.hurt(ada.character, 19))
    ada.do("raffle")
    assert "The prize is" in ada.do("help raffle")
    kit.act(lambda ctx: ctx.hurt(ada.character, 1))
    kit.wait(59)
    kit.act(lambda ctx: ctx.hurt(ada.character, 9))
    kit.wait(1)
    assert ada.character.hp == ada.character.max_hp
