"""What mobs do by themselves."""

from __future__ import annotations

import pytest

from mud.core.timers import AreaLives, Pulse
from mud.play import fights, mobs
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.test_fights import strong
from tests.play.worlds import ARENA, settle

kit = kit_of(world=ARENA)


@pytest.fixture
def ada(ada: Player) -> Player:
    """Ada, in the yard, hard to kill."""
    ada.do("north")
    strong(ada, 100_000)
    return ada


PULSES = 3 * mobs.PULSE_SECONDS


def test_an_aggressive_mob_attacks_who_comes(kit: Kit, ada: Player) -> None:
    wolf, hare = kit.make_mob("wolf", "yard"), kit.make_mob("hare", "yard")
    kit.wait(PULSES)
    assert wolf.fighting == ada.character.id and hare.fighting is None
    settle(kit)


def test_it_leaves_builders_the_link_dead_and_the_peaceful_alone(kit: Kit) -> None:
    eve, cleo = kit.player("Eve", "admin"), kit.player("Cleo")
    eve.do("north"), cleo.do("north")
    eve.do("freeze cleo")
    wolf, other = kit.make_mob("wolf", "yard"), kit.make_mob("wolf", "porch")
    kit.player("Ben")
    kit.wait(PULSES)
    assert wolf.fighting is None and other.fighting is None


def test_a_memory_holds_a_grudge(kit: Kit, ada: Player) -> None:
    elephant = kit.make_mob("elephant", "yard")
    kit.wait(PULSES)
    assert elephant.fighting is None
    ada.do("kill elephant")
    while ada.character.room == "yard":
        ada.do("flee")
    if ada.character.room == "ring":
        ada.do("west")
    else:
        ada.do("north", "down")
    ada.read()
    kit.wait(PULSES)
    assert elephant.fighting == ada.character.id and "An elephant remembers Ada!" in ada.read()


def test_a_grudge_ends_with_a_death(kit: Kit, ada: Player) -> None:
    elephant = kit.make_mob("elephant", "yard")
    ada.do("kill elephant")
    assert elephant.remembers == [ada.character.id]
    kit.act(lambda ctx: fights.damage(ctx, ada.character, 10**6, elephant))
    assert elephant.remembers == [] and ada.character.room == "porch"
    ada.do("north")
    kit.wait(PULSES)
    assert elephant.fighting is None and "You get" not in ada.do("get all corpse")


def test_a_helper_joins_a_fight_against_a_player(kit: Kit, ada: Player) -> None:
    guard = kit.make_mob("guard", "yard")
    kit.make_mob("ogre", "yard")
    ada.do("kill ogre")
    kit.wait(PULSES)
    assert guard.fighting == ada.character.id
    assert "A guard comes to the aid of an ogre!" in ada.read()


def test_a_scavenger_takes_what_is_worth_most(kit: Kit, ada: Player) -> None:
    magpie = kit.make_mob("magpie", "yard")
    for kind in ("pebble", "mail"):
        kit.make_item(kind, ada.character)
    ada.do("drop all")
    kit.wait(100)
    heard = ada.read()
    assert heard.index("A magpie gets a coat of mail.") < heard.index("A magpie gets a pebble.")
    assert len(kit.game.world.held(magpie.owner_key)) == 2
    settle(kit)


def test_mobs_wander_but_for_sentinels_and_not_where_none_may_go(kit: Kit, ada: Player) -> None:
    hare, ogre = kit.make_mob("hare", "yard"), kit.make_mob("ogre", "yard")
    seen = set()
    for _ in range(400):
        kit.wait(mobs.PULSE_SECONDS)
        seen.add(hare.room)
    assert {"porch", "yard", "ring"} <= seen <= {"porch", "yard", "ring"}  # not the hill, the pit, the closed shed
    assert ogre.room == "yard"
    heard = ada.read()
    assert "A hare goes east." in heard and "A hare arrives from the east." in heard


def test_a_wimpy_mob_runs_when_it_is_hurt(kit: Kit, ada: Player) -> None:
    hare = kit.make_mob("hare", "yard")
    ada.do("kill hare")
    hare.hp = 2
    for _ in range(20):
        kit.wait(2)
        if hare.room != "yard" or hare.id not in kit.game.world.characters:
            break
    # Chance may let it die first.
    assert "A hare flees" in ada.read() or hare.id not in kit.game.world.characters


def test_only_areas_with_players_live_and_nothing_at_all_without_players(kit: Kit, ada: Player) -> None:
    timers = kit.game.world.timers
    assert timers.find(Pulse()) is not None
    kit.wait(PULSES)
    assert timers.find(AreaLives("arena")) is not None
    ada.do("quit")
    kit.wait(PULSES)
    assert timers.find(Pulse()) is None and timers.find(AreaLives("arena")) is None
    ada = kit.player("Ben")
    assert timers.find(Pulse()) is not None
