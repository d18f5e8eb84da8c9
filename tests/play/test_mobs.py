"""What mobs do by themselves."""

from __future__ import annotations

import pytest

from mud.core.timers import AreaLives, Pulse
from mud.play import fights, mobs
from tests.play.stage import ARENA, Player, Stage
from tests.play.test_fights import strong


@pytest.fixture
def stage() -> Stage:
    return Stage(ARENA)


@pytest.fixture
def ada(stage: Stage) -> Player:
    """Ada, in the yard, hard to kill."""
    player = stage.enter("Ada")
    player.do("north")
    strong(player, 100_000)
    return player


PULSES = 3 * mobs.PULSE_SECONDS


def test_an_aggressive_mob_attacks_who_comes(stage: Stage, ada: Player) -> None:
    wolf, hare = stage.mob("wolf", "yard"), stage.mob("hare", "yard")
    stage.wait(PULSES)
    assert wolf.fighting == ada.character.id and hare.fighting is None
    stage.settle()


def test_it_leaves_builders_the_link_dead_and_the_peaceful_alone(stage: Stage) -> None:
    eve, cleo = stage.enter("Eve", "admin"), stage.enter("Cleo")
    eve.do("north"), cleo.do("north")
    eve.do("freeze cleo")
    wolf, other = stage.mob("wolf", "yard"), stage.mob("wolf", "porch")
    stage.enter("Ben")
    stage.wait(PULSES)
    assert wolf.fighting is None and other.fighting is None


def test_a_memory_holds_a_grudge(stage: Stage, ada: Player) -> None:
    elephant = stage.mob("elephant", "yard")
    stage.wait(PULSES)
    assert elephant.fighting is None
    ada.do("kill elephant")
    while ada.character.room == "yard":
        ada.do("flee")
    if ada.character.room == "ring":
        ada.do("west")
    else:
        ada.do("north", "down")
    ada.read()
    stage.wait(PULSES)
    assert elephant.fighting == ada.character.id and "An elephant remembers Ada!" in ada.read()


def test_a_grudge_ends_with_a_death(stage: Stage, ada: Player) -> None:
    elephant = stage.mob("elephant", "yard")
    ada.do("kill elephant")
    assert elephant.remembers == [ada.character.id]
    stage.act(lambda ctx: fights.damage(ctx, ada.character, 10**6, elephant))
    assert elephant.remembers == [] and ada.character.room == "porch"
    ada.do("north")
    stage.wait(PULSES)
    assert elephant.fighting is None and "You get" not in ada.do("get all corpse")


def test_a_helper_joins_a_fight_against_a_player(stage: Stage, ada: Player) -> None:
    guard = stage.mob("guard", "yard")
    stage.mob("ogre", "yard")
    ada.do("kill ogre")
    stage.wait(PULSES)
    assert guard.fighting == ada.character.id
    assert "A guard comes to the aid of an ogre!" in ada.read()


def test_a_scavenger_takes_what_is_worth_most(stage: Stage, ada: Player) -> None:
    magpie = stage.mob("magpie", "yard")
    for kind in ("pebble", "mail"):
        stage.make_item(kind, ada.character)
    ada.do("drop all")
    stage.wait(100)
    heard = ada.read()
    assert heard.index("A magpie gets a coat of mail.") < heard.index("A magpie gets a pebble.")
    assert len(stage.game.world.held(magpie.owner_key)) == 2
    stage.settle()


def test_mobs_wander_but_for_sentinels_and_not_where_none_may_go(stage: Stage, ada: Player) -> None:
    hare, ogre = stage.mob("hare", "yard"), stage.mob("ogre", "yard")
    seen = set()
    for _ in range(400):
        stage.wait(mobs.PULSE_SECONDS)
        seen.add(hare.room)
    assert {"porch", "yard", "ring"} <= seen <= {"porch", "yard", "ring"}  # not the hill, the pit, the closed shed
    assert ogre.room == "yard"
    heard = ada.read()
    assert "A hare goes east." in heard and "A hare arrives from the east." in heard


def test_a_wimpy_mob_runs_when_it_is_hurt(stage: Stage, ada: Player) -> None:
    hare = stage.mob("hare", "yard")
    ada.do("kill hare")

    def hurt(ctx: object) -> None:
        hare.hp = 2

    stage.act(hurt)
    for _ in range(20):
        stage.wait(2)
        if hare.room != "yard" or hare.id not in stage.game.world.characters:
            break
    assert "A hare flees" in ada.read() or hare.id not in stage.game.world.characters


def test_only_areas_with_players_live_and_nothing_at_all_without_players(stage: Stage, ada: Player) -> None:
    timers = stage.game.world.timers
    assert timers.find(Pulse()) is not None
    stage.wait(PULSES)
    assert timers.find(AreaLives("arena")) is not None
    ada.do("quit")
    stage.wait(PULSES)
    assert timers.find(Pulse()) is None and timers.find(AreaLives("arena")) is None
    ada = stage.player("Ben")
    assert timers.find(Pulse()) is not None
