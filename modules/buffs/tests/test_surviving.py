"""What effects come through, to the tenth of a second."""

from __future__ import annotations

from pathlib import Path

import pytest

from modules.buffs import MODULE
from modules.buffs.kinds import KINDS
from modules.buffs.tests.stage import WORLD, close, effects, give, left, mob, sane, stands_firm, strong, ticks_of
from mud.api import replace
from mud.core import events as e
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of

kit = kit_of(MODULE, world=WORLD)


@pytest.fixture
def ada(ada: Player) -> Player:
    """Ada, whom nothing kills."""
    strong(ada)
    return ada


def test_what_has_12_4_seconds_left_has_them_after_a_copyover(kit: Kit, ada: Player) -> None:
    give(kit, ada, "sanctuary", seconds=20)
    kit.wait(7.6)
    kit.copyover(seconds=45)
    assert close(left(kit, ada, "sanctuary"), 12.4) and "12.4 s" in ada.do("buffs") and sane(kit)
    kit.wait(12.3)
    assert "sanctuary" in effects(kit, ada)
    kit.wait(0.1)
    assert effects(kit, ada) == {} and ada.character.effects == {}


def test_what_has_12_4_seconds_left_has_them_after_a_crash_and_a_restart(kit: Kit, ada: Player) -> None:
    give(kit, ada, "sanctuary", seconds=20)
    kit.wait(7.6)
    kit.flush()
    kit.crash(seconds=3600)
    ada = kit.player("Ada")
    assert close(left(kit, ada, "sanctuary"), 12.4) and sane(kit)


def test_an_effect_that_would_never_end_is_an_illness_that_a_restart_heals(kit: Kit, ada: Player) -> None:  # S2.2, S4.7
    give(kit, ada, "sanctuary", seconds=20)
    assert kit.health() == {"timers": ""}
    kit.act(lambda ctx: [ctx.world.timers.cancel(timer.id) for timer in kit.registry.timers_of("buffs")])
    assert kit.health() == {"timers": "the effects on Ada have no timer (1 in all)"}
    kit.manage("restart")
    assert kit.health() == {"timers": ""} and close(left(kit, ada, "sanctuary"), 20)
    kit.wait(20)
    assert effects(kit, ada) == {} and sane(kit)


def test_a_crash_takes_back_what_was_after_the_flush_whole(kit: Kit, ada: Player) -> None:
    hp = stands_firm(ada)
    give(kit, ada, "slow fire", seconds=18)
    kit.wait(4)
    kit.flush()
    kit.wait(5)
    assert ada.character.hp == hp + 3 * ticks_of("slow fire")
    kit.crash(seconds=10)
    ada = kit.player("Ada")
    assert ada.character.hp == hp + ticks_of("slow fire") and close(left(kit, ada, "slow fire"), 14)
    kit.wait(14)
    assert ada.character.hp == hp + 6 * ticks_of("slow fire") and effects(kit, ada) == {} and sane(kit)


def test_copyovers_between_all_ticks_skip_and_double_none(kit: Kit, ada: Player) -> None:
    hp = stands_firm(ada)
    give(kit, ada, "slow fire")
    for n in range(1, 37):
        kit.wait(0.5)
        kit.copyover(seconds=0.7 * (n % 3))
        assert ada.character.hp == hp + n // 6 * ticks_of("slow fire") and sane(kit)
    assert effects(kit, ada) == {}


def test_a_mob_keeps_its_effects_over_copyovers_and_crashes_tick_by_tick(kit: Kit) -> None:
    ogre = mob(kit, "ogre").id

    def lost() -> int:
        body = kit.game.world.characters[ogre]
        return 100_000 - body.hp

    kit.game.world.characters[ogre].position = "fighting"  # it mends by nothing
    for kind in ("slow fire", "armor"):
        give(kit, kit.game.world.characters[ogre], kind, seconds=20)
    fire = -ticks_of("slow fire")
    kit.wait(7.6)
    kit.copyover(seconds=30)
    assert lost() == 2 * fire and close(left(kit, kit.game.world.characters[ogre], "armor"), 12.4) and sane(kit)
    kit.wait(2)
    kit.flush()
    kit.wait(5)
    kit.crash(seconds=60)
    assert lost() == 3 * fire and close(left(kit, kit.game.world.characters[ogre], "armor"), 10.4) and sane(kit)
    kit.wait(10.4)
    assert lost() == 6 * fire and effects(kit, kit.game.world.characters[ogre]) == {} and sane(kit)


def test_what_is_kept_stands_still_while_one_is_away_and_the_rest_ends(kit: Kit, ada: Player) -> None:
    give(kit, ada, "sanctuary", seconds=20)
    give(kit, ada, "poison", seconds=100)
    give(kit, ada, "slow fire", seconds=100)
    kit.wait(7.6)
    me = ada.character
    ada.do("quit")
    assert sane(kit) and me.effects == {"buffs": {"sanctuary": 1, "poison": 1, "strength": -2}}
    hp = me.hp
    kit.wait(30)
    kit.flush()  # forgotten in memory
    kit.wait(500)
    ada = kit.player("Ada")
    assert ada.character.hp == hp and effects(kit, ada).keys() == {"sanctuary", "poison"}
    assert close(left(kit, ada, "sanctuary"), 12.4) and close(left(kit, ada, "poison"), 92.4) and sane(kit)
    kit.wait(2.3)
    assert "Poison burns" not in ada.read()
    kit.wait(0.1)
    assert "Poison burns" in ada.read()


def test_who_sleeps_by_magic_still_sleeps_when_they_are_back(kit: Kit, ada: Player) -> None:
    give(kit, ada, "sleep", seconds=20)
    ada.do("quit")
    ada = kit.player("Ada")
    assert ada.character.position == "sleeping" and "no natural sleep" in ada.do("wake")
    kit.wait(20)
    assert "You wake" in ada.do("wake") and sane(kit)


def test_away_over_a_crash_and_a_copyover(kit: Kit, ada: Player) -> None:
    give(kit, ada, "bless", seconds=20)
    kit.wait(7.6)
    ada.do("quit")
    kit.post(e.Lost(ada.session, "quit"))
    kit.flush()
    kit.crash(seconds=100)
    kit.wait(50)
    kit.copyover(seconds=9)
    ada = kit.player("Ada")
    assert close(left(kit, ada, "bless"), 12.4) and sane(kit)


def test_link_death_is_no_leave(kit: Kit, ada: Player) -> None:
    give(kit, ada, "bless", seconds=20)
    kit.post(e.Lost(ada.session, "a cable"))
    kit.wait(5)
    assert close(left(kit, ada, "bless"), 15) and sane(kit)


def test_a_reload_and_a_pause_keep_time(kit: Kit, ada: Player) -> None:
    hp = stands_firm(ada)
    give(kit, ada, "slow fire", seconds=18)
    kit.wait(4)
    kit.manage("restart")
    assert close(left(kit, ada, "slow fire"), 14) and sane(kit)
    kit.manage("pause")
    kit.wait(5)
    assert ada.character.hp == hp + ticks_of("slow fire")
    kit.manage("resume")
    kit.wait(0)
    assert ada.character.hp == hp + 3 * ticks_of("slow fire") and sane(kit)
    kit.wait(9)
    assert ada.character.hp == hp + 6 * ticks_of("slow fire") and effects(kit, ada) == {}


def test_who_leaves_while_it_is_out_of_service_misses_nothing(kit: Kit, ada: Player) -> None:
    give(kit, ada, "poison", seconds=100)
    kit.wait(8)
    kit.manage("pause")
    kit.wait(1)
    hp = ada.character.hp
    ada.do("quit")
    kit.flush()
    kit.wait(1000)
    kit.manage("resume")
    ada = kit.player("Ada")
    kit.wait(0)
    assert effects(kit, ada)["poison"].ends is not None and 85 < left(kit, ada, "poison") <= 92
    assert ada.character.hp >= hp + ticks_of("poison") and sane(kit)


@pytest.mark.parametrize("copyover", (False, True))
def test_who_comes_back_while_it_is_out_of_service_has_what_was_left(kit: Kit, ada: Player, copyover: bool) -> None:
    """Before, such effects never ticked nor ended."""
    give(kit, ada, "poison", seconds=100)
    kit.wait(8)
    ada.do("quit")
    kit.flush()
    kit.wait(500)
    kit.manage("pause")
    ada = kit.player("Ada")
    hp = stands_firm(ada)
    kit.wait(1)
    if copyover:
        kit.copyover()
    kit.manage("resume")
    assert close(left(kit, ada, "poison"), 91) and sane(kit)
    kit.wait(1)
    assert ada.character.hp == hp + ticks_of("poison") and sane(kit)
    kit.wait(90)
    assert ada.character.hp == hp + 10 * ticks_of("poison") and effects(kit, ada) == {} and sane(kit)


def test_who_goes_and_comes_while_it_is_out_of_service_is_not_made_to_pay_for_it(kit: Kit, ada: Player) -> None:
    give(kit, ada, "poison", seconds=100)
    kit.wait(8)
    kit.manage("pause")
    ada.do("quit")
    kit.flush()
    kit.wait(1000)
    ada = kit.player("Ada")
    hp = stands_firm(ada)
    kit.manage("resume")
    kit.wait(0)
    assert close(left(kit, ada, "poison"), 90) and sane(kit)
    assert ada.character.hp == hp + ticks_of("poison")


def test_what_lies_with_nobody_is_mended_when_the_module_is_back(kit: Kit, ada: Player) -> None:
    kit.make_item("ring", ada.character)
    give(kit, ada, "bless", seconds=50)
    kit.manage("pause")
    ada.do("wear ring", "east")
    for timer in kit.game.world.timers.of("buffs", "Next"):
        kit.act(lambda ctx, t=timer: ctx.world.timers.cancel(t.id))  # type: ignore[misc]
    ada.character.effects = {}
    kit.manage("resume")
    assert effects(kit, ada).keys() == {"bless", "invisible", "regeneration"} and sane(kit)


def test_a_timer_too_many_does_nothing(kit: Kit, ada: Player) -> None:
    hp = stands_firm(ada)
    give(kit, ada, "slow fire")
    (timer,) = kit.game.world.timers.of("buffs", "Next")
    for seconds in (0.5, 2.0, 2.5):
        kit.act(lambda ctx, s=seconds: ctx.after(s, timer.payload))  # type: ignore[misc]
    kit.wait(2.9)
    assert ada.character.hp == hp and sane(kit)
    kit.wait(1)
    assert ada.character.hp == hp + ticks_of("slow fire") and sane(kit)


def test_save_and_restore(kit: Kit, tmp_path: Path) -> None:
    kit.cycle(tmp_path)


def test_a_failing_event_leaves_everything_as_it_was(kit: Kit, ada: Player) -> None:
    give(kit, ada, "bless", seconds=50)
    before = (ada.character.notes.copy(), dict(ada.character.effects), dict(kit.game.world.timers.pending))

    def both(ctx: object) -> None:
        from modules.buffs.application import apply

        kit.instance().run(lambda c, _: apply(c, ada.character, "armor", "x"), ctx, None)  # type: ignore[arg-type]
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        kit.act(both)
    assert (ada.character.notes, ada.character.effects, kit.game.world.timers.pending) == before and sane(kit)


def test_a_kind_that_a_new_version_changed_or_has_no_more(
    kit: Kit, ada: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(kit, ada, "armor", seconds=50)
    give(kit, ada, "slow fire", seconds=20)
    hp = stands_firm(ada)
    monkeypatch.setitem(KINDS, "armor", replace(KINDS["armor"], figures={"armour": -35}))
    monkeypatch.delitem(KINDS, "slow fire")
    kit.manage("restart")
    assert ada.character.effects == {"buffs": {"armour": -35}} and sane(kit)
    assert "(its kind no longer exists)" in ada.do("buffs")
    kit.wait(20)
    assert ada.character.hp == hp and effects(kit, ada).keys() == {"armor"} and sane(kit)
