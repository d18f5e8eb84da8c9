"""Spells, and things with magic in them."""

from __future__ import annotations

import pytest

from modules import buffs, groups
from mud.api import Cast, Context, Module, Spell, State
from mud.core.errors import Conflict, FrameworkError
from mud.core.spells import SpellTable
from mud.core.timers import ModuleTimer
from mud.core.world.area import AreaDef, ItemDef, MobDef, RoomDef, WorldDef
from mud.core.world.model import Character
from mud.play import bodies, spells, zones
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.test_fights import strong
from tests.play.worlds import ARENA, settle

TABLE = SpellTable(spells.SPELLS)
SPELLS = TABLE.spells


kit = kit_of(world=ARENA)


@pytest.fixture
def ada(kit: Kit, ada: Player) -> Player:
    """Ada, a mage of level 30, in the yard."""
    kit.act(lambda ctx: bodies.gain(ctx, ada.character, bodies.needed(30)))
    ada.do("north")
    rested(ada)
    return ada


def rested(player: Player) -> Character:
    """The player's character with all its mana."""

    player.kit.act(lambda ctx: ctx.world.edit(player.character))
    player.character.max_mana = player.character.mana = 1000
    player.read()
    return player.character


def test_there_are_spells_for_every_purpose() -> None:
    assert len(SPELLS) >= 12
    assert TABLE.by_value(28) is SPELLS["heal"] and TABLE.by_value("Heal") is SPELLS["heal"]
    assert TABLE.by_value(-1) is TABLE.by_value(0) is TABLE.by_value(None) is TABLE.by_value("nonsense") is None
    with pytest.raises(Conflict, match="the spells 'mend all' and 'heal' have one name or number"):
        TABLE.add([SPELLS["heal"]._replace(name="mend all")])


@pytest.mark.parametrize("spell", [s.name for s in SPELLS.values() if s.target == "foe"])
def test_what_hurts_begins_a_fight(kit: Kit, ada: Player, spell: str) -> None:
    ogre = kit.make_mob("ogre", "yard")
    ogre.alignment = -500 if spell != "dispel good" else 500
    before = ogre.hp
    heard = ada.do(f"cast '{spell}' ogre")
    assert f"You speak the words of {spell}." in heard and "hits an ogre!" in heard
    assert ogre.hp < before and ogre.fighting == ada.character.id and ada.character.fighting == ogre.id
    assert ada.character.mana == 1000 - SPELLS[spell].mana
    settle(kit)


def test_in_a_fight_a_spell_goes_at_the_foe_by_itself_and_may_kill(kit: Kit, ada: Player) -> None:
    rat = kit.make_mob("rat", "yard")
    assert ada.do("cast magic missile") == "Magic missile at whom?"
    heard = ada.do("c mag mis rat")
    assert "A rat is dead!" in heard and "You gain 150 experience." in heard
    assert rat.id not in kit.game.world.characters and ada.character.fighting is None
    settle(kit)


def test_what_heals_heals_oneself_or_a_friend(kit: Kit, ada: Player) -> None:
    ben = kit.player("Ben")
    ben.do("north")
    for player in (ada, ben):
        strong(player, 500)
        kit.act(lambda ctx, c=player.character: bodies.spend(ctx, c, hp=400))  # type: ignore[misc]
    ada.read()
    assert ada.do("cast heal") == "You speak the words of heal.\nA warm feeling fills your body."
    assert ada.character.hp > 100 and "Ada speaks words of power." in ben.read()
    kit.wait(10)
    hp = ben.character.hp
    ada.do("cast 'cure critic' ben")
    assert ben.character.hp > hp and "You feel a lot better!" in ben.read()


def test_mana_levels_and_cool_downs_are_kept_over_a_copyover(kit: Kit, ada: Player) -> None:  # S0.15
    ben = kit.player("Ben")
    assert ben.do("cast fireball ada") == "You have to be of level 15 for fireball."
    assert ada.do("cast refresh") == "You speak the words of refresh.\nThe weariness leaves your legs."
    assert ada.do("cast refresh") == "Refresh is not ready; 10 s to go."
    kit.wait(4)
    kit.copyover(seconds=60)
    assert ada.do("cast refresh") == "Refresh is not ready; 6 s to go."
    kit.wait(6)
    assert ada.do("cast refresh").startswith("You speak")

    def spend(ctx: object) -> None:
        bodies.spend(ctx, ada.character, mana=ada.character.mana - 5)  # type: ignore[arg-type]

    kit.act(spend)
    assert ada.do("cast heal") == "Heal takes 60 mana; you have 5."
    assert ada.do("cast") == "Cast what? `spells` lists what there is."
    assert ada.do("cast abracadabra").startswith("You know no spell 'abracadabra'.")
    assert "magic missile" in ada.do("spells") and "level 15  32 mana  fireball" in ben.do("spells")


def test_nothing_is_cast_where_there_is_no_magic(kit: Kit, ada: Player) -> None:
    ada.do("open door", "west")
    mana = ada.character.mana
    assert ada.do("cast heal") == "Something in this place swallows all magic." and ada.character.mana == mana


def test_ways_by_magic(kit: Kit, ada: Player) -> None:
    assert ada.do("cast teleport").startswith("You speak the words of teleport.")
    assert ada.character.room in ("porch", "ring", "hill")  # where to is chance
    kit.wait(60)
    ada.do("cast word")
    assert ada.character.room == "porch"
    rested(ada)
    ben = kit.player("Ben")
    ben.do("north")
    ada.read()
    refused = ada.do("cast summon ben")
    assert refused == "Ben resists. (`set summon on` lets it happen.)" and ada.character.mana == 1000
    ben.do("set summon on")
    ada.do("cast summon ben")
    assert ben.character.room == "porch" and "Ada summons you!" in ben.read()


def test_knowing_by_magic(kit: Kit, ada: Player) -> None:
    kit.make_item("axe", ada.character)
    known = ada.do("cast identify axe")
    assert "An axe: weapon" in known and "dice size: 4" in known and "hitroll +30" in known
    assert "an axe held by Ada" in ada.do("cast locate axe")


def test_an_earthquake_meets_all_mobs_that_may_be_fought(kit: Kit, ada: Player) -> None:
    ogres = [kit.make_mob("ogre", "yard"), kit.make_mob("ogre", "yard")]
    hermit = kit.make_mob("hermit", "yard")
    before = [o.hp for o in ogres]
    ada.do("cast earthquake")
    assert all(o.hp < b for o, b in zip(ogres, before, strict=True)) and hermit.hp == hermit.max_hp
    assert all(o.fighting == ada.character.id for o in ogres)
    settle(kit)


def test_a_potion_is_drunk_once_and_kept_when_nobody_knows_its_spell(kit: Kit, ada: Player) -> None:
    strong(ada, 500)
    kit.act(lambda ctx: bodies.spend(ctx, ada.character, hp=300))
    kit.make_item("potion", ada.character), kit.make_item("oil", ada.character)
    assert ada.do("quaff red") == "You quaff a red potion.\nA warm feeling fills your body."
    assert ada.character.hp > 200 and ada.do("quaff red") == "There is no 'red' in your hands."
    assert ada.do("quaff oil").startswith("Its magic is nothing") and "something old" in ada.do("i")
    settle(kit)


def test_a_scroll_burns_and_a_refused_one_does_not(kit: Kit, ada: Player) -> None:
    kit.make_item("axe", ada.character), kit.make_item("scroll", ada.character)
    assert ada.do("recite scroll") == "Identify what?" and "a scroll" in ada.do("i")
    assert "An axe: weapon" in ada.do("recite scroll axe") and "a scroll" not in ada.do("i")
    assert ada.do("recite axe") == "An axe is no scroll."


def test_a_scroll_of_two_bolts_kills_but_once(kit: Kit, ada: Player) -> None:
    rat, scroll = kit.make_mob("rat", "yard"), kit.make_item("scroll", ada.character)
    scroll.values.update(spell1=26, spell2=26, spell3=26)
    said = ada.do("recite scroll rat")
    assert said.count("is dead!") == 1 and rat.id not in kit.game.world.characters
    assert scroll.id not in kit.game.world.items
    settle(kit)


def test_nothing_lasts_on_whom_a_scroll_has_killed() -> None:
    deadly = {"level": 50, "spell1": 26, "spell2": 33}  # fireball, and then poison
    scroll = ItemDef(id="scroll", keywords=("scroll",), short="a scroll", kind="scroll", values=dict(deadly))
    area = AreaDef(
        id="land",
        name="Land",
        reset_when="never",
        rooms=(RoomDef(id="yard", name="Yard"),),
        mobs=(MobDef(id="rat", keywords=("rat",), short="a rat"),),
        items=(scroll,),
    )
    kit = Kit(buffs.MODULE, world=WorldDef.of([area]))
    ada = kit.player("Ada")
    rat = kit.act(lambda ctx: zones.make_mob(ctx, "rat", "yard"))
    kit.make_item("scroll", ada.character)
    assert "is dead!" in ada.do("recite scroll rat") and rat.id not in kit.game.world.characters
    assert not any(isinstance(t.payload, ModuleTimer) for t in kit.game.world.timers.pending.values())


def test_wands_and_staves_have_charges_of_their_own(kit: Kit, ada: Player) -> None:
    ogre = kit.make_mob("ogre", "yard")
    wand = kit.make_item("wand", ada.character)
    strong(ada, 100_000)
    hp = ogre.hp
    assert "You point a wand." in ada.do("use wand ogre") and ogre.hp < hp
    kit.copyover()
    wand = kit.game.world.items[wand.id]
    assert wand.values == {"charges_left": 1}
    ada.do("use wand")
    assert ada.do("use wand") == "A wand is spent."
    ben = kit.player("Ben")
    ben.do("north")
    kit.make_item("staff", ada.character)
    assert "You tap a staff on the ground." in ada.do("use staff") and "You feel better." in ben.read()


class Charm(State):
    """Nothing to remember."""


def brighten(ctx: Context[Charm], cast: Cast) -> None:
    """makes somebody strong"""
    ctx.affect(cast.victim, {"strength": 5, "sanctuary": 1, "hp": 40})
    ctx.mend(cast.victim, hp=1000)
    ctx.tell(cast.victim, f"You shine (level {cast.level}).")


def fade(ctx: Context[Charm], cast: Cast) -> None:
    """makes somebody unseen"""
    ctx.affect(cast.victim, {"invisible": 1})


def darken(ctx: Context[Charm], cast: Cast) -> None:
    """makes somebody blind, and hurts"""
    ctx.affect(cast.victim, {"blind": 1})
    ctx.hurt(cast.victim, 3, cast.caster)


MODULE = Module(
    name="charm",
    version="1.0.0",
    state=Charm,
    spells=[
        Spell("sanctuary", brighten, number=36, mana=5),
        Spell("invisible", fade, mana=5),
        Spell("blindness", darken, target="foe", mana=5),
    ],
)


def test_a_modules_spells_are_cast_and_drunk_and_their_effects_last() -> None:
    kit = Kit(MODULE, world=ARENA)
    ada, ben = kit.player("Ada"), kit.player("Ben")
    me = ada.character
    strength, most = me.strength, me.max_hp
    assert "sanctuary        makes somebody strong" in ada.do("spells")
    assert ada.do("cast sanctuary") == "You speak the words of sanctuary.\nYou shine (level 1)."
    assert bodies.figures(kit.game.world, me).strength == strength + 5 and me.hp == most + 40
    kit.make_item("oil", me)
    assert "You shine (level 12)." in ada.do("quaff oil")
    hp = me.hp
    kit.act(lambda ctx: ctx.hurt(me, 11))
    assert me.hp == hp - 6  # sanctuary takes half of it
    kit.copyover()
    assert bodies.figures(kit.game.world, ada.character).strength == strength + 5
    ada.do("cast invisible")
    assert bodies.figures(kit.game.world, ada.character).strength == strength
    ben.read()
    assert "Ada" not in ben.do("look") and ben.do("look ada") == "There is no 'ada' here to look at."
    ben.do("north")
    kit.act(lambda ctx: zones.make_mob(ctx, "ogre", "yard"))
    ben.do("cast blindness ogre")
    ogre = next(c for c in kit.game.world.characters.values() if c.mob == "ogre")
    assert ogre.hp < ogre.max_hp and ogre.effects == {"charm": {"blind": 1}} and ben.character.fighting == ogre.id


def test_two_modules_can_not_have_one_spell() -> None:
    twin = Module(name="twin", version="1.0.0", state=Charm, spells=[Spell("heal", fade)])
    with pytest.raises(FrameworkError, match="the spells 'heal' and 'heal' have one name or number"):
        Kit(twin, world=ARENA)


def test_experience_is_shared_in_a_group() -> None:
    kit = Kit(groups.MODULE, world=ARENA)
    ada, ben, eve = kit.player("Ada"), kit.player("Ben"), kit.player("Eve")
    for player in (ben, eve):
        player.do("follow ada")
    ada.do("group all", "north")
    eve.do("south")
    rat = kit.act(lambda ctx: zones.make_mob(ctx, "rat", "yard"))
    kit.act(lambda ctx: ctx.hurt(rat, 100, ada.character))
    assert (ada.character.experience, ben.character.experience, eve.character.experience) == (75, 75, 0)
