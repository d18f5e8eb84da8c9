"""Effects: how they stack, tick, end, what gives them and what takes them away."""

from __future__ import annotations

from typing import Any

import pytest

from modules.buffs import MODULE
from modules.buffs.kinds import KINDS, read
from modules.buffs.state import Apply, End
from modules.buffs.tests.stage import WORLD, close, effects, give, left, mob, sane, stands_firm, strong, take, ticks_of
from mud.api import Moved, Rejected
from mud.play import bodies
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of

kit = kit_of(MODULE, world=WORLD)


@pytest.fixture
def ada(ada: Player) -> Player:
    """Ada, whom nothing kills."""
    strong(ada)
    return ada


# Stacking


def test_refresh_lasts_anew_and_never_shorter(kit: Kit, ada: Player) -> None:
    give(kit, ada, "armor", level=9, seconds=100)
    kit.wait(40)
    assert give(kit, ada, "armor", level=3, seconds=90) and close(left(kit, ada, "armor"), 90)
    assert give(kit, ada, "armor", level=3, seconds=10) and close(left(kit, ada, "armor"), 90)
    assert effects(kit, ada)["armor"].level == 9 and ada.character.effects == {"buffs": {"armour": -20}} and sane(kit)


def test_a_stack_counts_so_many_times_and_no_more(kit: Kit, ada: Player) -> None:
    for stacks in (1, 2, 3, 3):
        assert give(kit, ada, "strength", seconds=50)
        assert ada.character.effects == {"buffs": {"strength": stacks}}
        kit.wait(10)
    assert close(left(kit, ada, "strength"), 40) and sane(kit)
    kit.wait(40)
    assert ada.character.effects == {} and "You feel weaker." in ada.read()


def test_of_the_strongest_kind_the_higher_level_counts_and_of_equals_the_longer(kit: Kit, ada: Player) -> None:
    assert give(kit, ada, "stone skin", level=10, seconds=100)
    assert not give(kit, ada, "stone skin", level=9, seconds=1000)
    assert not give(kit, ada, "stone skin", level=10, seconds=99)
    assert give(kit, ada, "stone skin", level=10, seconds=101) and close(left(kit, ada, "stone skin"), 101)
    assert give(kit, ada, "stone skin", level=12, seconds=5) and close(left(kit, ada, "stone skin"), 5)
    assert ada.character.effects == {"buffs": {"armour": -36}} and sane(kit)


def test_a_unique_one_is_not_given_twice(kit: Kit, ada: Player) -> None:
    assert give(kit, ada, "sanctuary", seconds=30)
    kit.wait(10)
    assert not give(kit, ada, "sanctuary", level=50, seconds=300) and close(left(kit, ada, "sanctuary"), 20)
    assert ada.do("cast sanctuary").endswith("It has no further effect on you.")


def test_effects_of_different_kinds_add_up(kit: Kit, ada: Player) -> None:
    before = bodies.figures(kit.game.world, ada.character)
    for kind in ("armor", "stone skin", "invisible", "bless", "curse"):
        give(kit, ada, kind, level=15)
    after = bodies.figures(kit.game.world, ada.character)
    assert (before.armour - after.armour, after.hitroll - before.hitroll, after.damroll - before.damroll) == (97, 0, -2)
    take(kit, ada, "curse")
    assert bodies.figures(kit.game.world, ada.character).hitroll == before.hitroll + 2 and sane(kit)


def test_there_is_a_bound_to_what_is_on_one_character() -> None:
    kit = Kit(MODULE, world=WORLD, settings={"buffs": {"most": 5}})
    ada = kit.player("Ada")
    given = [give(kit, ada, kind) for kind in ("armor", "bless", "curse", "haste", "poison", "infravision", "armor")]
    assert given == [True, True, True, True, True, False, True] and sane(kit)


# Time


def test_ticks_come_at_their_moments_and_the_last_at_the_end(kit: Kit, ada: Player) -> None:
    hp = stands_firm(ada)
    give(kit, ada, "slow fire", level=4)  # 2 hp every 3 s for 18 s
    lost = []
    for _ in range(36):
        kit.wait(0.5)
        lost.append(hp - ada.character.hp)
    assert lost == [2 * ((n + 1) // 6) for n in range(36)]
    assert effects(kit, ada) == {} and sane(kit)
    read_ = ada.read()
    assert read_.count("The fire eats at you.") == 6 and read_.count("The flames have gone out.") == 1


def test_to_refresh_does_not_put_off_a_tick(kit: Kit, ada: Player) -> None:
    hp = stands_firm(ada)
    give(kit, ada, "slow fire")
    kit.wait(2.9)
    give(kit, ada, "slow fire")
    assert ada.character.hp == hp
    kit.wait(0.1)
    assert ada.character.hp == hp + ticks_of("slow fire", stacks=2) and sane(kit)


def test_a_late_clock_catches_up_each_tick_in_its_order(kit: Kit, ada: Player) -> None:
    hp = stands_firm(ada)
    give(kit, ada, "slow fire", seconds=10)
    kit.now += 60.0  # the machine stood still
    kit.wait(0.0)
    assert ada.character.hp == hp + 3 * ticks_of("slow fire") and effects(kit, ada) == {} and sane(kit)


def test_regeneration_heals_as_far_as_there_is_room(kit: Kit, ada: Player) -> None:
    me = ada.character
    stands_firm(ada)
    me.hp = 99_990
    give(kit, ada, "regeneration", level=12, seconds=11)
    kit.wait(5)
    assert me.hp == 99_995
    kit.wait(6)
    assert me.hp == 100_000 and effects(kit, ada) == {}


def test_poison_keeps_from_mending_and_is_cured(kit: Kit, ada: Player) -> None:
    me = ada.character
    give(kit, ada, "poison")
    me.hp = 500
    kit.wait(30)
    assert me.hp == 500 + 3 * ticks_of("poison")
    assert "You feel less sick." in ada.do("cast remove poison") and effects(kit, ada) == {} and sane(kit)


# Dying


def test_a_tick_can_kill_and_death_ends_everything(kit: Kit, ada: Player) -> None:
    me = ada.character
    for kind in ("armor", "slow fire", "poison"):
        give(kit, ada, kind)
    me.hp = 1
    kit.wait(3)
    assert "You are dead!" in ada.read() and me.hp > 1
    assert effects(kit, ada) == {} and me.effects == {} and sane(kit)


def test_what_kills_a_mob_leaves_nothing_behind(kit: Kit, ada: Player) -> None:
    rat = mob(kit, "rat", "hall")
    give(kit, rat, "slow fire", level=50)
    ada.read()
    kit.wait(3)
    assert "A rat is dead!" in ada.read() and rat.id not in kit.game.world.characters
    kit.wait(60)
    assert sane(kit) and kit.game.world.timers.of("buffs", "Next") == []


# Spells and things


def test_all_spells_and_numbers_are_there(kit: Kit, ada: Player) -> None:
    numbers = {s.name: s.number for s in kit.game.spells.spells.values()}
    diku = {"armor": 1, "bless": 3, "blindness": 4, "cure blind": 14, "curse": 17, "detect invisible": 19}
    diku |= {"detect magic": 20, "invisible": 29, "poison": 33, "remove curse": 35, "sanctuary": 36, "sleep": 38}
    diku |= {"strength": 39, "remove poison": 43, "infravision": 50}
    assert {name: numbers[name] for name in diku} == diku
    assert {"haste", "regeneration", "slow fire", "stone skin", "dispel magic"} <= numbers.keys()


def test_buffs_says_what_from_where_how_long_and_how_often(kit: Kit, ada: Player) -> None:
    assert ada.do("buffs") == "There is no magic on you."
    ada.do("cast strength", "cast strength")
    kit.make_item("oil", ada.character)
    assert "A white aura surrounds you.\nYou feel someone protecting you." in ada.do("quaff oil")
    kit.wait(287.6)
    text = ada.do("buffs")
    assert "strength (x2)" in text and "strength, cast by Ada" in text and "strength +4" in text
    (aura,) = [line for line in text.splitlines() if line.startswith("  sanctuary")]
    assert aura.split() == ["sanctuary", "12.4", "s", "a", "white", "potion"]


def test_a_scroll_gives_its_effect_and_is_named_as_its_source(kit: Kit, ada: Player) -> None:
    kit.make_item("page", ada.character)
    assert "Your skin turns to stone." in ada.do("recite page")
    assert "5 minutes  a torn page" in ada.do("buffs") and effects(kit, ada)["stone skin"].level == 12 and sane(kit)
    assert "There is no 'page'" in ada.do("recite page")


def test_buffs_of_others_are_for_builders(kit: Kit, ada: Player) -> None:
    give(kit, ada, "armor")
    assert kit.player("Ben").do("buffs ada") == "You can only see the effects on yourself: buffs."
    assert "On Ada:\n  armor" in kit.player("Eve", "builder").do("buffs ada")


def test_a_wand_names_its_spell_by_number(kit: Kit, ada: Player) -> None:
    ogre = mob(kit, "ogre")
    ada.do("north")
    kit.make_item("wand", ada.character)
    ada.do("use wand ogre")
    assert effects(kit, ogre)["curse"].source == "a crooked wand" and ada.character.fighting == ogre.id and sane(kit)


def test_what_one_can_withstand(kit: Kit, ada: Player) -> None:
    ada.do("north")
    owl, lord = mob(kit, "owl"), mob(kit, "lord")
    assert "An owl withstands the magic." in ada.do("cast sleep owl")
    assert "A lord withstands the magic." in ada.do("cast sleep lord")
    assert effects(kit, owl) == effects(kit, lord) == {}


def test_dispel_frees_players_of_the_bad_and_mobs_of_the_good(kit: Kit, ada: Player) -> None:
    ben = kit.player("Ben")
    for kind in ("poison", "armor"):
        give(kit, ben, kind, level=20)
    give(kit, ben, "curse", level=21)
    assert "You free Ben of poison." in ada.do("cast dispel magic ben")
    assert effects(kit, ben).keys() == {"armor", "curse"}
    ada.do("north")
    kit.wait(5)
    ogre = mob(kit, "ogre")
    for kind in ("sanctuary", "haste", "poison"):
        give(kit, ogre, kind)
    ada.do("cast dispel magic ogre")
    assert effects(kit, ogre).keys() == {"poison"} and ada.character.fighting == ogre.id and sane(kit)


def test_cures_end_what_they_are_for(kit: Kit, ada: Player) -> None:
    for kind in ("blindness", "curse"):
        give(kit, ada, kind)
    assert "You can see again." in ada.do("cast cure blind")
    assert "You feel more optimistic." in ada.do("cast remove curse") and effects(kit, ada) == {}
    assert "no effect on you can be ended by it" in ada.do("cast remove curse")


# States


def test_who_attacks_is_seen(kit: Kit, ada: Player) -> None:
    ben = kit.player("Ben")
    ada.do("north", "cast invisible")
    ben.do("north")
    assert "Ada" not in ben.do("look")
    mob(kit, "ogre")
    assert "You are visible again." in ada.do("kill ogre") and "Ada fades into sight." in ben.read()
    assert effects(kit, ada) == {} and sane(kit)


def test_who_is_attacked_stays_unseen(kit: Kit, ada: Player) -> None:
    ada.do("north")
    ogre = mob(kit, "ogre")
    give(kit, ada, "invisible")
    kit.act(lambda ctx: ctx.hurt(ada.character, 1, ogre))
    assert ada.character.fighting == ogre.id and "invisible" in effects(kit, ada)


def test_sleep_by_magic_ends_by_itself_or_by_an_attack(kit: Kit, ada: Player) -> None:
    ben = kit.player("Ben")
    ada.do("north"), ben.do("north")
    ada.do("cast sleep ben")
    assert ben.character.position == "sleeping" and "You feel very sleepy" in ben.read()
    for line in ("wake", "stand", "sit"):
        assert ben.do(line) == "You can't wake up: this is no natural sleep."
    assert ada.do("wake ben") == "Ben can't wake up: this is no natural sleep."
    kit.wait(left(kit, ben, "sleep"))
    assert ben.do("wake") == "You are no longer so tired: you can wake.\nYou wake, and sit up."
    ben.do("stand")
    ada.do("cast sleep ben")
    assert ben.character.position == "sleeping"
    ada.do("kill ben")
    assert ben.character.position == "fighting" and effects(kit, ben) == {} and sane(kit)


def test_sleep_takes_a_mob_out_of_its_fight_and_it_wakes_after(kit: Kit, ada: Player) -> None:
    ogre = mob(kit, "ogre")
    ada.do("north", "kill ogre", "cast sleep ogre")
    assert ogre.position == "sleeping" and ogre.fighting is None and ada.character.fighting is None
    kit.wait(left(kit, ada, "sleep") if "sleep" in effects(kit, ada) else 151)
    assert ogre.position == "standing" and sane(kit)


# Equipment and rooms


def test_what_is_worn_gives_its_effect_as_long_as_it_is_worn(kit: Kit, ada: Player) -> None:
    ring = kit.make_item("ring", ada.character)
    assert "You vanish." in ada.do("wear ring")
    assert "while it is there  a ring of mist" in ada.do("buffs")
    give(kit, ada, "invisible", seconds=20)
    assert ada.character.effects["buffs"] == {"armour": -40, "invisible": 1}
    kit.wait(20)
    assert "visible again" not in ada.read() and effects(kit, ada)["invisible"].origin == f"item:{ring.id}"
    kit.copyover(seconds=5)
    assert ada.character.effects["buffs"] == {"armour": -40, "invisible": 1} and sane(kit)
    assert "You are visible again." in ada.do("remove ring") and ada.character.effects == {} and sane(kit)


def test_an_attack_breaks_what_is_worn_until_it_is_put_on_anew(kit: Kit, ada: Player) -> None:
    mob(kit, "ogre")
    kit.make_item("ring", ada.character)
    ada.do("wear ring", "north", "kill ogre")
    assert ada.character.effects == {} and "(broken for now)" in ada.do("buffs")
    ada.do("cast sleep ogre", "remove ring", "wear ring")
    assert "invisible" in ada.character.effects["buffs"] and sane(kit)


def test_a_death_in_armour_leaves_its_effects_with_the_corpse(kit: Kit, ada: Player) -> None:
    kit.make_item("ring", ada.character)
    ada.do("wear ring")
    kit.act(lambda ctx: ctx.hurt(ada.character, 10**6))
    assert effects(kit, ada) == {} and ada.character.effects == {} and sane(kit)


def test_a_room_gives_its_effect_to_whoever_is_in_it(kit: Kit, ada: Player) -> None:
    ada.character.hp = 50
    assert "Your wounds begin to close." in ada.do("east")
    assert "The Spring" in ada.do("buffs") and effects(kit, ada)["regeneration"].ends is None
    kit.copyover(seconds=5)
    assert sane(kit)
    assert "no faster" in ada.do("west") and effects(kit, ada) == {} and sane(kit)


def test_a_mob_has_the_effects_of_what_a_reset_puts_on_it(kit: Kit, ada: Player) -> None:
    for character in list(kit.game.world.characters.values()):
        if character.mob == "lord":
            kit.act(lambda ctx, c=character: ctx.world.remove_mob(c))  # type: ignore[misc]
    area = WORLD.areas["kit"]
    from mud.play import zones

    kit.act(lambda ctx: zones.reset(ctx, area))
    (lord,) = [c for c in kit.game.world.characters.values() if c.mob == "lord"]
    assert "invisible" in lord.effects["buffs"] and sane(kit)


# Other modules


def test_other_modules_ask_for_effects_and_are_told(kit: Kit, ada: Player) -> None:
    me = ada.character.id
    assert kit.call(Apply(me, "haste", "a test", seconds=7.5)) is True and close(left(kit, ada, "haste"), 7.5)
    assert kit.call(End(me, "haste")) == 1 and kit.call(End(me, "haste")) == 0
    for request in (Apply(me, "mirth", "x"), End("p99", "haste"), Apply(me, "haste", "x", seconds=float("inf"))):
        with pytest.raises(Rejected):
            kit.call(request)
    assert effects(kit, ada) == {} and sane(kit)


def test_who_was_moved_by_magic_is_where_they_are(kit: Kit, ada: Player) -> None:
    kit.act(lambda ctx: ctx.move(ada.character, "spring"))
    assert "regeneration" in effects(kit, ada)
    kit.emit(Moved("nobody", "hall", "spring"))
    assert sane(kit)


# The file


BROKEN: list[tuple[str, str]] = [
    ('[kinds.x]\nseconds = 5\nstacking = "pile"\n[spells]', "Invalid enum value 'pile'"),
    ('[kinds.x]\nseconds = 5\nstacking = "unique"\nfigures = { luck = 1 }\n[spells]', "there is no figure 'luck'"),
    ('[kinds.x]\nseconds = 5\nstacking = "unique"\nevery = 3\n[spells]', "`every` and `tick` need each other"),
    ('[kinds.x]\nseconds = 5\nstacking = "stack"\n[spells]', "`stacks` of 2 or more"),
    ('[kinds.x]\nseconds = 0\nstacking = "unique"\n[spells]', "it needs `seconds` above 0"),
    ('[kinds]\n[spells.x]\ngives = "y"\nlevel = 1\nmana = 1\nhelp = "z"', "there is no kind 'y'"),
    ('[kinds]\n[spells.x]\nlevel = 1\nmana = 1\nhelp = "z"', "it must have just one of `gives`"),
]


@pytest.mark.parametrize(("text", "why"), BROKEN)
def test_a_mistake_in_the_file_is_named(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(text)


def test_every_kind_says_something_when_it_comes_and_goes() -> None:
    said: list[Any] = [(kind.gain, kind.loss) for kind in KINDS.values()]
    assert all(gain and loss for gain, loss in said)


def test_effects_that_cancel_each_other_leave_figures_as_they_are(kit: Kit, ada: Player) -> None:
    give(kit, ada, "poison")
    for _ in range(2):
        give(kit, ada, "strength")
    assert ada.character.effects == {"buffs": {"poison": 1}} and sane(kit)


def test_nobody_vanishes_in_the_middle_of_a_fight(kit: Kit, ada: Player) -> None:
    ogre = mob(kit, "ogre")
    kit.make_item("ring", ada.character)
    ada.do("north", "kill ogre")
    assert "It has no further effect on you." in ada.do("cast invisible")
    ada.do("wear ring")
    assert ada.character.effects == {} and "(broken for now)" in ada.do("buffs")
    ada.do("cast sleep ogre", "cast invisible")
    assert ogre.fighting is None and "invisible" in ada.character.effects["buffs"] and sane(kit)
