"""Fights on the kernel: rounds, dying, corpses, running away; and the positions of a body."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mud.core import events as e
from mud.core.context import CoreContext
from mud.core.errors import Rejected
from mud.core.timers import CombatRound, ItemDecays, Mend
from mud.core.world.model import Character
from mud.play import bodies, death, fights
from mud.play.timers import DUE
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import ARENA, settle

kit = kit_of(world=ARENA)


@pytest.fixture
def ada(ada: Player) -> Player:
    """Ada, in the yard."""
    ada.do("north")
    return ada


def until(kit: Kit, done: str, player: Player, rounds: int = 200) -> str:
    """Let rounds pass until the player reads `done`; gives all that was read."""
    heard = player.read()
    for _ in range(rounds):
        if re.search(done, heard):
            return heard
        kit.wait(fights.ROUND_SECONDS)
        heard += "\n" + player.read()
    raise AssertionError(f"{done!r} never came: {heard[-500:]}")


def strong(player: Player, hp: int = 5000) -> Character:
    """The player's character, with more hp than anybody takes away in a test."""

    player.kit.act(lambda ctx: ctx.world.edit(player.character))
    player.character.max_hp = player.character.hp = hp
    return player.character


def test_everybody_begins_with_the_same_in_all(kit: Kit) -> None:
    first, second = kit.player("Ada").character, kit.player("Ben").character
    for c in (first, second):
        assert sorted(getattr(c, name) for name in bodies.ATTRIBUTES) == sorted(bodies.SPREAD)
        assert c.hp == c.max_hp == bodies.grown(c, 1)[0] and c.mana == c.max_mana > 0 and c.move == c.max_move > 0


def test_a_fight_goes_on_by_itself_until_one_is_dead(kit: Kit, ada: Player) -> None:
    rat = kit.make_mob("rat", "yard")
    me = strong(ada)
    said = ada.do("kill rat")
    assert "a rat" in said and me.fighting == rat.id and rat.fighting == me.id
    assert "foe: a rat, " in ada.prompt and ada.prompt.endswith("> ")
    assert ada.do("look").splitlines()[-1] == "A rat is here, fighting you."
    assert ada.do("kill rat") == "You do the best you can!"
    heard = until(kit, "A rat is dead!", ada)
    assert "You gain 150 experience." in heard and me.experience == 150
    assert rat.id not in kit.game.world.characters and me.fighting is None and me.position == "standing"
    kit.wait(60)
    assert kit.game.world.timers.find(CombatRound("yard")) is None  # no rounds without a fight
    settle(kit)


def test_what_the_dead_had_lies_in_the_corpse_and_on_the_ground_when_that_is_dust(kit: Kit, ada: Player) -> None:
    kit.make_mob("rat", "yard")
    strong(ada)
    ada.do("kill rat")
    until(kit, "A rat is dead!", ada)
    assert ada.do("look in corpse") == "In the corpse of a rat:\n  7 gold coins"
    assert ada.do("get corpse") == "You can't take the corpse of a rat."
    kit.wait(death.MOB_CORPSE_SECONDS)
    assert "The corpse of a rat falls to dust." in ada.read()
    assert ada.do("get all") == "You get 7 gold coins." and ada.gold == 7
    settle(kit)


def test_who_dies_wakes_at_the_start_and_finds_everything_in_the_corpse_but_a_curse(kit: Kit, ada: Player) -> None:
    me = ada.character
    axe, stone = kit.make_item("axe", me), kit.make_item("curse", me)
    kit.act(lambda ctx: ctx.pay("mint", me.owner_key, 30, "test"))
    ada.do("wield axe")
    kit.act(lambda ctx: bodies.gain(ctx, me, bodies.needed(2) + 100))
    kit.make_mob("ogre", "yard")
    assert "Ada" in me.name and me.level == 2
    ada.do("kill ogre")
    heard = until(kit, "You are dead!", ada)
    assert "You wake" in heard and heard.splitlines()[-3:-1] == ["The Porch", "A porch."]
    assert me.room == "porch" and me.fighting is None and 0 < me.hp <= me.max_hp // 2 and me.level == 2
    assert me.experience == bodies.needed(2) + 100 - 80 and ada.gold == 0
    assert ada.do("i") == "You carry:\n  a black stone" and stone.owner == me.owner_key
    corpse = kit.game.world.items[axe.owner.removeprefix("item:")]
    assert corpse.owner == "room:yard" and axe.slot is None
    settle(kit)


def test_a_players_corpse_is_for_its_owner_alone(kit: Kit, ada: Player) -> None:
    axe = kit.make_item("axe", ada.character)
    kit.act(lambda ctx: death.die(ctx, ada.character))
    ben = kit.player("Ben")
    assert ben.do("north", "get axe from corpse").endswith("The corpse of Ada is not yours to touch.")
    assert ben.do("get all corpse") == "The corpse of Ada is not yours to touch."
    assert "You get an axe" in ada.do("north", "get all corpse") and axe.owner == ada.character.owner_key
    settle(kit)


def test_a_fight_and_a_corpse_go_on_after_a_copyover(kit: Kit, ada: Player) -> None:  # S0.15
    ogre = kit.make_mob("ogre", "yard")
    me = strong(ada)
    ada.do("kill ogre")
    kit.wait(3 * fights.ROUND_SECONDS + 0.5)
    rounds = kit.game.world.timers.find(CombatRound("yard"))
    assert rounds is not None
    left = rounds.due - kit.game.clock.game
    hp = (me.hp, ogre.hp)
    kit.copyover(seconds=30)
    me, ogre = ada.character, kit.game.world.characters[ogre.id]
    rounds = kit.game.world.timers.find(CombatRound("yard"))
    assert (me.hp, ogre.hp) == hp and me.fighting == ogre.id and ogre.fighting == me.id
    assert rounds is not None and rounds.due - kit.game.clock.game == pytest.approx(left)
    ada.read()
    kit.wait(left)
    assert "ogre" in ada.read()
    settle(kit)


def test_nobody_fights_on_with_someone_who_left_the_room(kit: Kit, ada: Player) -> None:
    ogre = kit.make_mob("ogre", "yard")
    me = strong(ada)
    ada.do("kill ogre")
    assert ada.do("south") == "Not in the middle of a fight! (`flee` if you must.)"
    assert ada.do("recall") == "Not in the middle of a fight! (`flee` if you must.)"
    assert ada.do("quit") == "Not while you fight for your life! (`flee` first.)"
    for _ in range(50):
        heard = ada.do("flee")
        if me.room != "yard":
            break
    assert heard.startswith("You flee ") and me.room in ("porch", "hill", "ring")  # where to is chance
    assert me.fighting is None and ogre.fighting is None and ogre.position == "standing"
    settle(kit)


def test_who_loses_the_connection_in_a_fight_runs_or_fights_on_as_they_chose(kit: Kit) -> None:
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ben.do("set linkdead fight")
    for player in (ada, ben):
        player.do("north")
        kit.make_mob("ogre", "yard")
        strong(player, 100_000)
    ada.do("kill ogre"), ben.do("kill 2.ogre")
    ada_is, ben_is = ada.character, ben.character
    kit.post(e.Lost(ada.session, "test")), kit.post(e.Lost(ben.session, "test"))
    kit.wait(60)
    assert ada_is.room != "yard" and ada_is.fighting is None
    assert ben_is.room == "yard" and ben_is.fighting is not None
    settle(kit)


def test_wimpy_runs_at_its_figure(kit: Kit, ada: Player) -> None:
    me = strong(ada, 400)
    assert (
        ada.do("wimpy 300")
        == "Write: wimpy N, a number of hit points from 0 (never) to 200, half of what you can have."
    )
    assert ada.do("wimpy " + 9 * "0" + 40 * "9").startswith("Write: wimpy N")  # no figure that no database holds
    assert me.wimpy == 0
    assert ada.do("wimpy 0200") == "You will run below 200 hit points."
    kit.make_mob("ogre", "yard")
    ada.do("kill ogre")
    until(kit, "You flee", ada)
    assert me.hp > 0 and me.room != "yard"


def test_who_sleeps_has_no_guard_against_the_first_blow(kit: Kit, ada: Player) -> None:
    elephant = kit.make_mob("elephant", "yard")

    def lie_down(_: object) -> None:
        kit.game.world.move_character(ada.character, "porch")
        kit.game.world.move_character(ada.character, "yard")
        kit.game.world.edit(elephant)
        ada.character.hitroll, elephant.position = -100, "sleeping"  # awake only one blow in twenty would meet it

    met = 0
    for _ in range(20):
        kit.act(lie_down)
        met += "miss" not in ada.do("kill elephant")
    assert met > 10 and elephant.position == "fighting"


def test_peace_is_kept_where_it_is_said(kit: Kit, ada: Player) -> None:
    kit.make_mob("rat", "porch"), kit.make_mob("hermit", "yard")
    assert ada.do("kill hermit") == "A hermit is under the protection of the gods."
    assert ada.do("kill me") == "You would only hurt yourself."
    ben = kit.player("Ben")
    ben.do("north")
    ada.read()
    assert ada.do("kill ben") == "Players fight each other only in an arena."
    assert ada.do("south", "kill rat").endswith("This is a peaceful place. Nobody fights here.")
    assert ada.do("kill") == "Kill whom?" and ada.do("kill nobody") == "There is no 'nobody' here."


def test_in_an_arena_players_fight_and_lose_nothing(kit: Kit, ada: Player) -> None:
    ben = kit.player("Ben")
    axe = kit.make_item("axe", ben.character)
    ben.do("north", "east"), ada.do("east")
    strong(ada)
    ada.do("kill ben")
    until(kit, "Ben is dead!", ada)
    loser = ben.character
    assert loser.room == "porch" and loser.hp == loser.max_hp and axe.owner == loser.owner_key
    assert "corpse" not in ada.do("look")


def test_a_room_of_death_gives_back_what_it_takes(kit: Kit, ada: Player) -> None:
    axe = kit.make_item("axe", ada.character)
    heard = ada.do("north")
    assert "You are dead!" in heard and ada.character.room == "porch"
    corpse = kit.game.world.items[axe.owner.removeprefix("item:")]
    assert corpse.owner == "room:yard"  # where they came from: it can be fetched
    assert "You are dead" not in kit.player("Eve", "builder").do("north", "north")


def test_rescue_and_assist(kit: Kit, ada: Player) -> None:
    ogre = kit.make_mob("ogre", "yard")
    ben = kit.player("Ben")
    ben.do("north")
    strong(ada, 100_000), strong(ben, 100_000)
    assert ben.do("assist ada") == "Ada fights nobody." and ben.do("rescue ada") == "Nobody fights Ada."
    ada.do("kill ogre")
    assert "You come to the aid of Ada!" in ben.do("assist ada")
    assert ben.character.fighting == ogre.id and ogre.fighting == ada.character.id
    assert "You throw yourself between Ada and an ogre!" in ben.do("rescue ada")
    assert ogre.fighting == ben.character.id and "Ben rescues you!" in ada.read()
    assert ada.character.fighting is None
    settle(kit)


def test_when_one_foe_is_gone_the_next_is_there(kit: Kit, ada: Player) -> None:
    strong(ada)
    first, second = kit.make_mob("rat", "yard"), kit.make_mob("ogre", "yard")
    ada.do("kill ogre"), ada.do("kill rat")
    assert ada.character.fighting == first.id and second.fighting == ada.character.id
    until(kit, "A rat is dead!", ada)
    assert ada.character.fighting == second.id


def test_consider_says_what_to_expect(kit: Kit, ada: Player) -> None:
    kit.make_mob("rat", "yard"), kit.make_mob("ogre", "yard")
    assert ada.do("consider rat").splitlines()[0] == "A fair match!"
    assert ada.do("consider ogre").splitlines()[0] == "There are quicker ways to die, but few surer."


def test_what_is_worn_counts(kit: Kit, ada: Player) -> None:
    me, world = ada.character, kit.game.world
    before = bodies.figures(world, me)
    kit.make_item("mail", me), kit.make_item("axe", me)
    ada.do("wear mail", "wield axe")
    after = bodies.figures(world, me)
    kit.wait(200)
    assert me.hp == after.hp  # which mends by itself
    assert after.armour == before.armour - 30 and after.hp == before.hp + 50 and after.strength == before.strength + 2
    assert (after.hitroll, after.damroll) == (30, 2)
    kit.make_mob("ogre", "yard")
    assert re.search(r"You (.*slash|miss) an ogre", ada.do("kill ogre"))
    assert "+30 to hit, +2 to damage" in ada.do("score") and "fighting an ogre" in ada.do("score")


def test_a_builders_wildest_weapon_stops_no_fight(kit: Kit, ada: Player) -> None:
    axe, ogre = kit.make_item("axe", ada.character), kit.make_mob("ogre", "yard")
    axe.values.update(dice_number=10**9, dice_size=3, attack=-99)
    strong(ada, 10**6)
    ada.do("wield axe")
    said = ada.do("kill ogre")
    said += "" if "is dead!" in said else until(kit, "is dead!", ada)
    assert "beyond all telling" in said and ogre.id not in kit.game.world.characters


def test_levels_come_with_experience_and_are_not_lost(kit: Kit, ada: Player) -> None:
    me = ada.character
    most = me.max_hp, me.max_mana, me.max_move
    kit.act(lambda ctx: bodies.gain(ctx, me, bodies.needed(3)))
    assert me.level == 3 and ada.read() == "You rise to level 2!\nYou rise to level 3!"
    assert (me.max_hp, me.max_mana, me.max_move) == bodies.grown(me, 3) > most
    kit.act(lambda ctx: bodies.gain(ctx, me, -10_000))
    assert me.level == 3 and me.experience == bodies.needed(3)
    kit.act(lambda ctx: bodies.gain(ctx, me, 10**9))
    assert me.level == bodies.LAST_LEVEL


def test_bodies_mend_and_then_rest_the_timers_too(kit: Kit, ada: Player) -> None:
    me = ada.character

    def hurt(ctx: object) -> None:
        bodies.spend(ctx, me, hp=me.hp - 1, mana=me.mana, move=me.move)  # type: ignore[arg-type]

    kit.act(hurt)
    awake = time_to_mend(kit, me)
    kit.act(hurt)
    ada.do("sleep")
    asleep = time_to_mend(kit, me)
    assert asleep < 0.7 * awake
    assert kit.game.world.timers.find(Mend(me.id)) is None


def time_to_mend(kit: Kit, character: Character) -> float:
    """Seconds until a body is at its best."""
    begun = kit.now
    while character.hp < character.max_hp or character.mana < character.max_mana or character.move < character.max_move:
        kit.wait(bodies.MEND_SECONDS)
        assert kit.now < begun + 3600
    kit.wait(bodies.MEND_SECONDS)
    return kit.now - begun


def test_positions_say_what_can_be_done(kit: Kit, ada: Player) -> None:
    assert ada.do("stand") == "You stand already." and ada.do("wake") == "You are awake."
    assert ada.do("rest") == "You sit down and rest your bones."
    assert ada.do("south") == "You are resting. `stand` up first."
    assert ada.do("sleep", "look") == "You lie down and sleep.\nYou are asleep. `wake` first."
    ben = kit.player("Ben")
    assert "Ada is sleeping here." in ben.do("north")
    ben.do("say hello")
    assert ada.read() == ""  # who sleeps hears nothing
    assert ben.do("wake ada") == "You wake Ada." and ada.read() == "Ben wakes you."
    assert ada.do("stand") == "You stand up."
    assert ada.do("sleep", "stand").endswith("You wake.\nYou stand up.")
    kit.make_mob("ogre", "yard")
    strong(ada)
    ada.do("kill ogre")
    assert ada.do("sleep") == "Not while you fight for your life!"


def test_legs_tire_and_builders_do_not(kit: Kit, ada: Player) -> None:
    me = ada.character
    start = me.move
    ada.do("up")
    assert me.move == start - 3 and me.room == "hill"  # half a step of a yard's, half of a mountain's

    def tire(ctx: object) -> None:
        bodies.spend(ctx, me, move=me.move)  # type: ignore[arg-type]

    kit.act(tire)
    assert ada.do("down") == "You are too exhausted to go on. (`rest` a while.)" and me.room == "hill"
    eve = kit.player("Eve", "builder")
    before = eve.character.move
    eve.do("north", "up")
    assert eve.character.room == "hill" and eve.character.move == before


def test_a_prompt_is_the_players_own(kit: Kit, ada: Player) -> None:
    me = ada.character
    assert ada.do("set prompt %h/%H %m %v [%r] %x %g%%>") == "prompt is now '%h/%H %m %v [%r] %x %g%%> '."
    ada.do("look")
    assert ada.prompt == f"{me.hp}/{me.max_hp} {me.mana} {me.move} [The Yard] {bodies.needed(2)} 0%> "
    assert ada.do("set prompt %q>").startswith("%q means nothing. There are: %h hit points")
    assert ada.do("set prompt " + "x" * 200) == "A prompt has at most 100 letters."
    ada.do("set prompt off")
    assert ada.prompt == "> "
    ada.do("set prompt auto")
    kit.act(lambda ctx: bodies.spend(ctx, me, hp=1))
    ada.do("look")
    assert ada.prompt == f"{me.hp}/{me.max_hp}hp {me.mana}/{me.max_mana}mn {me.move}/{me.max_move}mv> "


def test_who_leaves_asleep_comes_back_on_their_feet(kit: Kit, ada: Player) -> None:
    ada.do("sleep", "quit")
    ada = kit.player("Ada")
    assert ada.character.position == "standing" and ada.do("look").startswith("The Yard")


def test_a_timer_of_the_games_that_is_refused_is_tried_again(kit: Kit, ada: Player) -> None:
    timers = kit.game.world.timers
    payload = ItemDecays(kit.make_item("pebble").id)
    kit.act(lambda ctx: ctx.after(5, payload))

    def refuse(ctx: CoreContext, item: Any) -> None:
        raise Rejected("not now")

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DUE, ItemDecays, refuse)  # type: ignore[misc]
        kit.wait(6)
    assert timers.find(payload) is not None and payload.item in kit.game.world.items
    kit.wait(60)
    assert timers.find(payload) is None and payload.item not in kit.game.world.items
