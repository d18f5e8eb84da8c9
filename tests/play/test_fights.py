"""Fights on the kernel: rounds, dying, corpses, running away; and the positions of a body."""

from __future__ import annotations

import re

import pytest

from mud.core import events as e
from mud.core.errors import Rejected
from mud.core.timers import CombatRound, ItemDecays, Mend
from mud.core.world.model import Character
from mud.play import bodies, death, fights, zones
from tests.play.stage import ARENA, Player, Stage


@pytest.fixture
def stage() -> Stage:
    return Stage(ARENA)


@pytest.fixture
def ada(stage: Stage) -> Player:
    """Ada, in the yard."""
    player = stage.enter("Ada")
    player.do("north")
    return player


def until(stage: Stage, done: str, player: Player, rounds: int = 200) -> str:
    """Let rounds pass until the player reads `done`; gives all that was read."""
    heard = player.read()
    for _ in range(rounds):
        if re.search(done, heard):
            return heard
        stage.wait(fights.ROUND_SECONDS)
        heard += "\n" + player.read()
    raise AssertionError(f"{done!r} never came: {heard[-500:]}")


def strong(player: Player, hp: int = 5000) -> Character:
    """The player's character, with more hp than anybody takes away in a test."""

    def make(_: object) -> None:
        player.character.max_hp = player.character.hp = hp

    player.kit.act(make)
    return player.character


def test_everybody_begins_with_the_same_in_all(stage: Stage) -> None:
    first, second = stage.enter("Ada").character, stage.enter("Ben").character
    for c in (first, second):
        assert sorted(getattr(c, name) for name in bodies.ATTRIBUTES) == sorted(bodies.SPREAD)
        assert c.hp == c.max_hp == bodies.grown(c, 1)[0] and c.mana == c.max_mana > 0 and c.move == c.max_move > 0


def test_a_fight_goes_on_by_itself_until_one_is_dead(stage: Stage, ada: Player) -> None:
    rat = stage.mob("rat", "yard")
    me = strong(ada)
    said = ada.do("kill rat")
    assert "a rat" in said and me.fighting == rat.id and rat.fighting == me.id
    assert "foe: a rat, " in ada.prompt and ada.prompt.endswith("> ")
    assert ada.do("look").splitlines()[-1] == "A rat is here, fighting you."
    assert ada.do("kill rat") == "You do the best you can!"
    heard = until(stage, "A rat is dead!", ada)
    assert "You gain 150 experience." in heard and me.experience == 150
    assert rat.id not in stage.game.world.characters and me.fighting is None and me.position == "standing"
    stage.wait(60)
    assert stage.game.world.timers.find(CombatRound("yard")) is None  # no rounds without a fight
    stage.settle()


def test_what_the_dead_had_lies_in_the_corpse_and_on_the_ground_when_that_is_dust(stage: Stage, ada: Player) -> None:
    stage.mob("rat", "yard")
    strong(ada)
    ada.do("kill rat")
    until(stage, "A rat is dead!", ada)
    assert ada.do("look in corpse") == "In the corpse of a rat:\n  7 gold coins"
    assert ada.do("get corpse") == "You can't take the corpse of a rat."
    stage.wait(death.MOB_CORPSE_SECONDS)
    assert "The corpse of a rat falls to dust." in ada.read()
    assert ada.do("get all") == "You get 7 gold coins." and ada.gold == 7
    stage.settle()


def test_who_dies_wakes_at_the_start_and_finds_everything_in_the_corpse(stage: Stage, ada: Player) -> None:
    me = ada.character
    axe, stone = stage.make_item("axe", me), stage.make_item("curse", me)
    stage.act(lambda ctx: ctx.pay("mint", me.owner_key, 30, "test"))
    ada.do("wield axe")
    stage.act(lambda ctx: bodies.gain(ctx, me, bodies.needed(2) + 100))
    stage.mob("ogre", "yard")
    assert "Ada" in me.name and me.level == 2
    ada.do("kill ogre")
    heard = until(stage, "You are dead!", ada)
    assert "You wake" in heard and heard.splitlines()[-3:-1] == ["The Porch", "A porch."]
    assert me.room == "porch" and me.fighting is None and 0 < me.hp <= me.max_hp // 2 and me.level == 2
    assert me.experience == bodies.needed(2) + 100 - 80 and ada.gold == 0 and ada.do("i") == "You carry nothing."
    corpse = stage.game.world.items[axe.owner.removeprefix("item:")]
    assert stone.owner == corpse.owner_key and corpse.owner == "room:yard" and axe.slot is None
    stage.settle()


def test_a_players_corpse_is_for_its_owner_alone(stage: Stage, ada: Player) -> None:
    axe = stage.make_item("axe", ada.character)
    stage.act(lambda ctx: death.die(ctx, ada.character))
    ben = stage.enter("Ben")
    assert ben.do("north", "get axe from corpse").endswith("The corpse of Ada is not yours to touch.")
    assert ben.do("get all corpse") == "The corpse of Ada is not yours to touch."
    assert "You get an axe" in ada.do("north", "get all corpse") and axe.owner == ada.character.owner_key
    stage.settle()


def test_a_fight_and_a_corpse_go_on_after_a_copyover(stage: Stage, ada: Player) -> None:  # S0.15
    ogre = stage.mob("ogre", "yard")
    me = strong(ada)
    ada.do("kill ogre")
    stage.wait(3 * fights.ROUND_SECONDS + 0.5)
    rounds = stage.game.world.timers.find(CombatRound("yard"))
    assert rounds is not None
    left = rounds.due - stage.game.clock.game
    hp = (me.hp, ogre.hp)
    stage.copyover(seconds=30)
    me, ogre = ada.character, stage.game.world.characters[ogre.id]
    rounds = stage.game.world.timers.find(CombatRound("yard"))
    assert (me.hp, ogre.hp) == hp and me.fighting == ogre.id and ogre.fighting == me.id
    assert rounds is not None and rounds.due - stage.game.clock.game == pytest.approx(left)
    ada.read()
    stage.wait(left)
    assert "ogre" in ada.read()
    stage.settle()


def test_nobody_fights_on_with_someone_who_left_the_room(stage: Stage, ada: Player) -> None:
    ogre = stage.mob("ogre", "yard")
    me = strong(ada)
    ada.do("kill ogre")
    assert ada.do("south") == "Not in the middle of a fight! (`flee` if you must.)"
    assert ada.do("recall") == "Not in the middle of a fight! (`flee` if you must.)"
    assert ada.do("quit") == "Not while you fight for your life! (`flee` first.)"
    for _ in range(50):
        heard = ada.do("flee")
        if me.room != "yard":
            break
    assert heard.startswith("You flee ") and me.room in ("porch", "hill", "ring")
    assert me.fighting is None and ogre.fighting is None and ogre.position == "standing"
    stage.settle()


def test_who_loses_the_connection_in_a_fight_runs_or_fights_on_as_they_chose(stage: Stage) -> None:
    ada, ben = stage.enter("Ada"), stage.enter("Ben")
    ben.do("set linkdead fight")
    for player in (ada, ben):
        player.do("north")
        stage.mob("ogre", "yard")
        strong(player, 100_000)
    ada.do("kill ogre"), ben.do("kill 2.ogre")
    ada_is, ben_is = ada.character, ben.character
    stage.post(e.Lost(ada.session, "test")), stage.post(e.Lost(ben.session, "test"))
    stage.wait(60)
    assert ada_is.room != "yard" and ada_is.fighting is None
    assert ben_is.room == "yard" and ben_is.fighting is not None
    stage.settle()


def test_wimpy_runs_at_its_figure(stage: Stage, ada: Player) -> None:
    me = strong(ada, 400)
    assert (
        ada.do("wimpy 300")
        == "Write: wimpy N, a number of hit points from 0 (never) to 200, half of what you can have."
    )
    assert ada.do("wimpy " + 9 * "0" + 40 * "9").startswith("Write: wimpy N")  # no figure that no database holds
    assert me.wimpy == 0
    assert ada.do("wimpy 0200") == "You will run below 200 hit points."
    stage.mob("ogre", "yard")
    ada.do("kill ogre")
    until(stage, "You flee", ada)
    assert me.hp > 0 and me.room != "yard"


def test_who_sleeps_has_no_guard_against_the_first_blow(stage: Stage, ada: Player) -> None:
    elephant = stage.mob("elephant", "yard")

    def lie_down(_: object) -> None:
        stage.game.world.move_character(ada.character, "porch")
        stage.game.world.move_character(ada.character, "yard")
        ada.character.hitroll, elephant.position = -100, "sleeping"  # awake only one blow in twenty would meet it

    met = 0
    for _ in range(20):
        stage.act(lie_down)
        met += "miss" not in ada.do("kill elephant")
    assert met > 10 and elephant.position == "fighting"


def test_peace_is_kept_where_it_is_said(stage: Stage, ada: Player) -> None:
    stage.mob("rat", "porch"), stage.mob("hermit", "yard")
    assert ada.do("kill hermit") == "A hermit is under the protection of the gods."
    assert ada.do("kill me") == "You would only hurt yourself."
    ben = stage.enter("Ben")
    ben.do("north")
    ada.read()
    assert ada.do("kill ben") == "Players fight each other only in an arena."
    assert ada.do("south", "kill rat").endswith("This is a peaceful place. Nobody fights here.")
    assert ada.do("kill") == "Kill whom?" and ada.do("kill nobody") == "There is no 'nobody' here."


def test_in_an_arena_players_fight_and_lose_nothing(stage: Stage, ada: Player) -> None:
    ben = stage.enter("Ben")
    axe = stage.make_item("axe", ben.character)
    ben.do("north", "east"), ada.do("east")
    strong(ada)
    ada.do("kill ben")
    until(stage, "Ben is dead!", ada)
    loser = ben.character
    assert loser.room == "porch" and loser.hp == loser.max_hp and axe.owner == loser.owner_key
    assert "corpse" not in ada.do("look")


def test_a_room_of_death_gives_back_what_it_takes(stage: Stage, ada: Player) -> None:
    axe = stage.make_item("axe", ada.character)
    heard = ada.do("north")
    assert "You are dead!" in heard and ada.character.room == "porch"
    corpse = stage.game.world.items[axe.owner.removeprefix("item:")]
    assert corpse.owner == "room:yard"  # where they came from: it can be fetched
    assert "You are dead" not in stage.enter("Eve", "builder").do("north", "north")


def test_rescue_and_assist(stage: Stage, ada: Player) -> None:
    ogre = stage.mob("ogre", "yard")
    ben = stage.enter("Ben")
    ben.do("north")
    strong(ada, 100_000), strong(ben, 100_000)
    assert ben.do("assist ada") == "Ada fights nobody." and ben.do("rescue ada") == "Nobody fights Ada."
    ada.do("kill ogre")
    assert "You come to the aid of Ada!" in ben.do("assist ada")
    assert ben.character.fighting == ogre.id and ogre.fighting == ada.character.id
    assert "You throw yourself between Ada and an ogre!" in ben.do("rescue ada")
    assert ogre.fighting == ben.character.id and "Ben rescues you!" in ada.read()
    assert ada.character.fighting is None
    stage.settle()


def test_when_one_foe_is_gone_the_next_is_there(stage: Stage, ada: Player) -> None:
    strong(ada)
    first, second = stage.mob("rat", "yard"), stage.mob("ogre", "yard")
    ada.do("kill ogre"), ada.do("kill rat")
    assert ada.character.fighting == first.id and second.fighting == ada.character.id
    until(stage, "A rat is dead!", ada)
    assert ada.character.fighting == second.id


def test_consider_says_what_to_expect(stage: Stage, ada: Player) -> None:
    stage.mob("rat", "yard"), stage.mob("ogre", "yard")
    assert ada.do("consider rat").splitlines()[0] == "A fair match!"
    assert ada.do("consider ogre").splitlines()[0] == "There are quicker ways to die, but few surer."


def test_what_is_worn_counts(stage: Stage, ada: Player) -> None:
    me, world = ada.character, stage.game.world
    before = bodies.figures(world, me)
    stage.make_item("mail", me), stage.make_item("axe", me)
    ada.do("wear mail", "wield axe")
    after = bodies.figures(world, me)
    stage.wait(200)
    assert me.hp == after.hp  # which mends by itself
    assert after.armour == before.armour - 30 and after.hp == before.hp + 50 and after.strength == before.strength + 2
    assert (after.hitroll, after.damroll) == (30, 2)
    stage.mob("ogre", "yard")
    assert re.search(r"You .*slash an ogre|You miss an ogre", ada.do("kill ogre"))
    assert "+30 to hit, +2 to damage" in ada.do("score") and "fighting an ogre" in ada.do("score")


def test_a_builders_wildest_weapon_stops_no_fight(stage: Stage, ada: Player) -> None:
    axe, ogre = stage.make_item("axe", ada.character), stage.mob("ogre", "yard")
    stage.act(lambda _: axe.values.update(dice_number=10**9, dice_size=3, attack=-99))
    strong(ada, 10**6)
    ada.do("wield axe")
    said = ada.do("kill ogre")
    said += "" if "is dead!" in said else until(stage, "is dead!", ada)
    assert "beyond all telling" in said and ogre.id not in stage.game.world.characters


def test_levels_come_with_experience_and_are_not_lost(stage: Stage, ada: Player) -> None:
    me = ada.character
    most = me.max_hp, me.max_mana, me.max_move
    stage.act(lambda ctx: bodies.gain(ctx, me, bodies.needed(3)))
    assert me.level == 3 and ada.read() == "You rise to level 2!\nYou rise to level 3!"
    assert (me.max_hp, me.max_mana, me.max_move) == bodies.grown(me, 3) > most
    stage.act(lambda ctx: bodies.gain(ctx, me, -10_000))
    assert me.level == 3 and me.experience == bodies.needed(3)
    stage.act(lambda ctx: bodies.gain(ctx, me, 10**9))
    assert me.level == bodies.LAST_LEVEL


def test_bodies_mend_and_then_rest_the_timers_too(stage: Stage, ada: Player) -> None:
    me = ada.character

    def hurt(ctx: object) -> None:
        bodies.spend(ctx, me, hp=me.hp - 1, mana=me.mana, move=me.move)  # type: ignore[arg-type]

    stage.act(hurt)
    awake = time_to_mend(stage, me)
    stage.act(hurt)
    ada.do("sleep")
    asleep = time_to_mend(stage, me)
    assert asleep < 0.7 * awake
    assert stage.game.world.timers.find(Mend(me.id)) is None


def time_to_mend(stage: Stage, character: Character) -> float:
    """Seconds until a body is at its best."""
    begun = stage.now
    while character.hp < character.max_hp or character.mana < character.max_mana or character.move < character.max_move:
        stage.wait(bodies.MEND_SECONDS)
        assert stage.now < begun + 3600
    stage.wait(bodies.MEND_SECONDS)
    return stage.now - begun


def test_positions_say_what_can_be_done(stage: Stage, ada: Player) -> None:
    assert ada.do("stand") == "You stand already." and ada.do("wake") == "You are awake."
    assert ada.do("rest") == "You sit down and rest your bones."
    assert ada.do("south") == "You are resting. `stand` up first."
    assert ada.do("sleep", "look") == "You lie down and sleep.\nYou are asleep. `wake` first."
    ben = stage.enter("Ben")
    assert "Ada is sleeping here." in ben.do("north")
    ben.do("say hello")
    assert ada.read() == ""  # who sleeps hears nothing
    assert ben.do("wake ada") == "You wake Ada." and ada.read() == "Ben wakes you."
    assert ada.do("stand") == "You stand up."
    assert ada.do("sleep", "stand").endswith("You wake.\nYou stand up.")
    stage.mob("ogre", "yard")
    strong(ada)
    ada.do("kill ogre")
    assert ada.do("sleep") == "Not while you fight for your life!"


def test_legs_tire_and_builders_do_not(stage: Stage, ada: Player) -> None:
    me = ada.character
    start = me.move
    ada.do("up")
    assert me.move == start - 3 and me.room == "hill"  # half a step of a yard's, half of a mountain's

    def tire(ctx: object) -> None:
        bodies.spend(ctx, me, move=me.move)  # type: ignore[arg-type]

    stage.act(tire)
    assert ada.do("down") == "You are too exhausted to go on. (`rest` a while.)" and me.room == "hill"
    eve = stage.enter("Eve", "builder")
    before = eve.character.move
    eve.do("north", "up")
    assert eve.character.room == "hill" and eve.character.move == before


def test_a_prompt_is_the_players_own(stage: Stage, ada: Player) -> None:
    me = ada.character
    assert ada.do("set prompt %h/%H %m %v [%r] %x %g%%>") == "prompt is now '%h/%H %m %v [%r] %x %g%%> '."
    ada.do("look")
    assert ada.prompt == f"{me.hp}/{me.max_hp} {me.mana} {me.move} [The Yard] {bodies.needed(2)} 0%> "
    assert ada.do("set prompt %q>").startswith("%q means nothing. There are: %h hit points")
    assert ada.do("set prompt " + "x" * 200) == "A prompt has at most 100 letters."
    ada.do("set prompt off")
    assert ada.prompt == "> "
    ada.do("set prompt auto")
    stage.act(lambda ctx: bodies.spend(ctx, me, hp=1))
    ada.do("look")
    assert ada.prompt == f"{me.hp}/{me.max_hp}hp {me.mana}/{me.max_mana}mn {me.move}/{me.max_move}mv> "


def test_who_leaves_asleep_comes_back_on_their_feet(stage: Stage, ada: Player) -> None:
    ada.do("sleep", "quit")
    ada = stage.player("Ada")
    assert ada.character.position == "standing" and ada.do("look").startswith("The Yard")


def test_a_timer_of_the_games_that_is_refused_is_tried_again(stage: Stage, ada: Player) -> None:
    timers = stage.game.world.timers
    payload = ItemDecays(stage.make_item("pebble").id)
    stage.act(lambda ctx: ctx.after(5, payload))

    def refuse(ctx: object, item: object) -> None:
        raise Rejected("not now")

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(zones.DUE, ItemDecays, refuse)
        stage.wait(6)
    assert timers.find(payload) is not None and payload.item in stage.game.world.items
    stage.wait(60)
    assert timers.find(payload) is None and payload.item not in stage.game.world.items
