"""Dying: what it costs is told in figures."""

from __future__ import annotations

from mud.play import bodies, death
from mud.testing import Kit
from tests.play.worlds import SMALL


def test_a_death_says_what_it_cost_and_where_that_lies() -> None:
    stage = Kit(world=SMALL)
    ada = stage.player("Ada")
    stage.act(lambda ctx: bodies.gain(ctx, ada.character, 100))
    stage.make_item("ring", ada.character)
    ada.read()
    stage.act(lambda ctx: death.die(ctx, ada.character))
    told = ada.read()
    most = ada.character.max_hp
    assert f"you are weak: {most // 2} of {most} hit points." in told and "whole" not in told
    assert "This death cost you 40 experience." in told  # a tenth of the 400 of the level
    assert "What you had lies with your corpse, for 1 hour: The Square." in told
    stage.act(lambda ctx: bodies.gain(ctx, ada.character, -1000))
    assert "You get" in ada.do("get all from corpse")
    stage.act(lambda ctx: ctx.destroy(ctx.world.held(ada.character.owner_key)[0]))
    stage.act(lambda ctx: death.die(ctx, ada.character))
    told = ada.read()
    assert "This death cost you no experience." in told and "What you had" not in told


def test_who_wakes_without_a_loss_is_whole() -> None:
    stage = Kit(world=SMALL)
    ada = stage.player("Ada")
    stage.act(lambda ctx: death.wake(ctx, ada.character, None))
    assert "you are whole." in ada.read()
