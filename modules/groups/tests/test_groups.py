"""Following and groups, as their members see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from modules.groups import MODULE
from modules.people import MODULE as PEOPLE
from mud.core.errors import FrameworkError
from mud.core.events import Lost
from mud.core.signals import Died
from mud.core.world.model import Character
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of

Three = tuple[Player, Player, Player]


kit = kit_of(MODULE, PEOPLE)


@pytest.fixture
def three(kit: Kit) -> Three:
    """Three who have not met yet."""
    players = (kit.player("Ada"), kit.player("Ben"), kit.player("Cleo"))
    hush(*players)
    return players


@pytest.fixture
def grouped(kit: Kit, three: Three) -> Three:
    """Three in a group that Ada leads."""
    ada, ben, cleo = three
    ben.do("follow ada")
    cleo.do("follow ada")
    ada.do("group all")
    hush(*three)
    return three


def hush(*players: Player) -> None:
    """What they have heard so far does not matter."""
    for player in players:
        player.read()


def where(*players: Player) -> list[str]:
    return [player.character.room for player in players]


def change(kit: Kit, player: Player, **fields: object) -> None:
    """Something else in the game has done this to a character."""

    def do(ctx: object) -> None:
        kit.game.world.edit(player.character)
        for name, value in fields.items():
            setattr(player.character, name, value)

    kit.act(do)


def shared(kit: Kit, player: Player) -> list[str]:
    """The names of those who share what somebody wins."""
    world = kit.game.world
    return kit.act(lambda ctx: [world.characters[c].name for c in ctx.modules.companions(ctx, player.character.id)])


# Following


def test_who_follows_goes_along_and_sees_where(three: Three) -> None:
    ada, ben, cleo = three
    assert ben.do("follow ada") == "You follow Ada from now on."
    assert ada.read() == "Ben follows you from now on."
    assert ada.do("north").splitlines()[0] == "The Yard"
    assert where(ada, ben, cleo) == ["yard", "yard", "hall"]
    assert ben.read().splitlines()[:3] == ["Ada goes north.", "You follow Ada north.", "The Yard"]
    assert cleo.read() == "Ada goes north.\nBen goes north."
    assert ben.do("follow") == "You follow Ada." and ada.do("follow").endswith(
        "You follow nobody.\nThese follow you: Ben."
    )


def test_a_chain_of_followers_walks_as_one(kit: Kit, three: Three) -> None:
    ada, ben, cleo = three
    ben.do("follow ada")
    cleo.do("follow ben")
    ada.do("north")
    ada.do("south")
    assert where(*three) == ["hall", "hall", "hall"]
    ben.do("north")
    assert where(*three) == ["hall", "yard", "yard"]


def test_who_is_not_where_the_leader_left_stays(three: Three) -> None:
    ada, ben, _ = three
    ben.do("follow ada", "north")
    hush(ben)
    ada.do("north")
    assert where(ada, ben) == ["yard", "yard"] and ben.read() == "Ada arrives from the south."
    ada.do("south")
    assert where(ada, ben) == ["hall", "hall"], "they met, and left together"


@pytest.mark.parametrize(
    "fields", [{"position": p} for p in ("sleeping", "resting", "sitting", "dead")] + [{"fighting": "m1"}]
)
def test_who_does_not_stand_or_fights_stays(kit: Kit, three: Three, fields: dict[str, object]) -> None:
    ada, ben, _ = three
    ben.do("follow ada")
    change(kit, ben, **fields)
    hush(ben)
    ada.do("north")
    seen = "" if fields.get("position") == "sleeping" else "Ada goes north."
    assert where(ada, ben) == ["yard", "hall"] and ben.read() == seen


def test_who_is_link_dead_stays_and_follows_again_when_back(kit: Kit, three: Three) -> None:
    ada, ben, _ = three
    ben.do("follow ada")
    kit.post(Lost(ben.session, "a cable"))
    ada.do("north")
    assert where(ada, ben) == ["yard", "hall"]
    ada.do("south")
    kit.player("Ben")
    ada.do("north")
    assert where(ada, ben) == ["yard", "yard"]


def test_nobody_follows_by_other_ways_than_walking(kit: Kit, three: Three) -> None:
    ada, ben, _ = three
    ben.do("follow ada")
    kit.act(lambda ctx: ctx.move(ada.character, "yard"))
    assert where(ada, ben) == ["yard", "hall"]


def test_what_keeps_the_follower_is_told_to_them_and_the_leader_walks_on(kit: Kit, three: Three) -> None:
    ada, ben, _ = three
    ben.do("follow ada")
    hush(ben)
    kit.act(lambda ctx: ctx.move(ada.character, "yard", "west"))  # a way that is none for others
    assert ben.read() == "You follow Ada west.\nYou can't go west." and where(ada, ben) == ["yard", "hall"]


def test_who_writes_a_letter_goes_along_and_writes_on(three: Three) -> None:
    ada, ben, _ = three
    ben.do("follow ada", "description", "A tall")
    ada.do("north")
    assert where(ben) == ["yard"] and ben.prompt == "  2> "
    ben.do("man.", ".save")
    assert ben.character.description == "A tall\nman."


def test_circles_are_refused(three: Three) -> None:
    ada, ben, cleo = three
    ben.do("follow ada")
    cleo.do("follow ben")
    hush(ada)
    refusal = " already follows you: each of you would wait for the other."
    assert ada.do("follow ben") == f"Ben{refusal}" and ada.do("follow cleo") == f"Cleo{refusal}"
    assert ben.do("follow cleo").endswith(f"Cleo{refusal}")


@pytest.mark.parametrize("words", ["follow stop", "follow me", "follow self"])
def test_following_ends(three: Three, words: str) -> None:
    ada, ben, _ = three
    assert ben.do(words) == "You follow nobody."
    ben.do("follow ada")
    hush(ada)
    assert ben.do(words) == "You follow Ada no longer." and ada.read() == "Ben follows you no longer."
    ada.do("north")
    assert where(ben) == ["hall"]


def test_who_follows_another_follows_the_first_no_longer(kit: Kit, three: Three) -> None:
    _, ben, cleo = three
    ben.do("follow ada")
    assert ben.do("follow ada") == "You follow Ada already."
    assert ben.do("follow cleo") == "You follow Ada no longer.\nYou follow Cleo from now on."
    assert list(kit.state.following.values()) == [cleo.character.id]
    assert ben.do("follow zed") == "There is nobody called 'zed' here."


def test_who_is_ignored_does_not_follow(three: Three) -> None:
    ada, ben, _ = three
    ada.do("ignore ben")
    assert ben.do("follow ada") == "Ada does not want you around."


def test_a_mob_can_be_followed_until_it_dies(kit: Kit, three: Three) -> None:
    ada = three[0]
    rat = Character(id="m1", name="a rat", room="hall", mob="rat")
    kit.act(lambda ctx: ctx.world.add_character(rat))
    assert ada.do("follow rat") == "You follow a rat from now on."
    kit.act(lambda ctx: ctx.move(rat, "yard", "north"))
    assert where(ada) == ["yard"]
    kit.act(lambda ctx: ctx.world.remove_mob(rat))
    kit.emit(Died("m1", "", "yard"))
    assert kit.state.following == {} and ada.do("follow").endswith("You follow nobody.")


def test_who_follows_can_be_shaken_off(kit: Kit, grouped: Three) -> None:
    ada, ben, _ = grouped
    assert ben.do("lose") == "Nobody follows you."
    assert ada.do("lose zed") == "Nobody called 'zed' follows you."
    assert ada.do("lose be").splitlines()[-1] == "Ben follows you no longer."
    assert "You follow Ada no longer." in ben.read() and ben.do("group") == "You are in no group."
    ada.do("lose")
    assert kit.state.following == {} and kit.state.leaders == {}


def test_a_leader_has_so_many_followers() -> None:
    kit = Kit(MODULE, settings={"groups": {"followers": 1, "members": 2}})
    _, ben, cleo = (kit.player(name) for name in ("Ada", "Ben", "Cleo"))
    ben.do("follow ada")
    assert cleo.do("follow ada") == "Too many follow Ada already."
    with pytest.raises(FrameworkError, match="members"):
        Kit(MODULE, settings={"groups": {"members": 1}})


# The group


def test_who_follows_can_be_taken_in(kit: Kit, three: Three) -> None:
    ada, ben, cleo = three
    assert ada.do("group") == "You are in no group."
    assert ada.do("group ben") == "Ben does not follow you."
    ben.do("follow ada")
    cleo.do("follow ada")
    hush(*three)
    assert ada.do("group") == "You are in no group. Ben, Cleo could be taken in: group all."
    assert ada.do("group ben") == "Ben is in your group from now on."
    assert ben.read() == "You are in Ada's group from now on." and cleo.read() == ""
    assert ada.do("group all") == "Cleo is in your group from now on."
    assert ben.read() == "Cleo is in Ada's group from now on." and cleo.read() == "You are in Ada's group from now on."
    assert ada.do("group all") == "Nobody here follows you and is in no group."
    assert ada.do("group ben") == "Ben is already in a group."
    assert ada.do("group me") == "A group needs somebody else. You can take in those who follow you."
    assert ada.do("group zed") == "There is nobody called 'zed' here."
    assert ben.do("group cleo") == "Ada leads your group. Only the leader takes somebody in."


def test_a_group_has_so_many_members() -> None:
    kit = Kit(MODULE, settings={"groups": {"members": 2}})
    ada, ben, cleo = (kit.player(name) for name in ("Ada", "Ben", "Cleo"))
    ben.do("follow ada")
    cleo.do("follow ada")
    hush(ada)
    assert ada.do("group all") == "A group has at most 2 members."
    assert kit.state.leaders == {}, "all of them or none"
    assert ada.do("group cleo") == "Cleo is in your group from now on."
    assert ada.do("group ben") == "A group has at most 2 members."


def test_the_group_shows_how_its_members_are(kit: Kit, grouped: Three) -> None:
    ada, ben, cleo = grouped
    change(kit, ada, hp=12, max_hp=20, mana=90, max_mana=100, move=70, max_move=82)
    change(kit, ben, hp=5, max_hp=25, mana=0, max_mana=100, move=0, max_move=80, position="resting")
    change(kit, cleo, hp=30, max_hp=30, mana=40, max_mana=40, move=85, max_move=85)
    cleo.do("north")
    kit.post(Lost(cleo.session, "a cable"))
    hush(ada)
    assert ada.do("group").splitlines() == [
        "The group of Ada:",
        "  Ada              12/20 hp, 90/100 mana, 70/82 move (leads)",
        "  Ben              5/25 hp, 0/100 mana, 0/80 move (resting)",
        "  Cleo             30/30 hp, 40/40 mana, 84/85 move (link-dead, elsewhere)",
    ]


def test_what_is_told_the_group_is_heard_by_it_alone(kit: Kit, grouped: Three) -> None:
    ada, ben, cleo = grouped
    dora = kit.player("Dora")
    ben.do("north")
    hush(*grouped)
    assert cleo.do("gtell hello") == 'You tell the group, "hello"'
    assert ada.read() == ben.read() == 'Cleo tells the group, "hello"' and dora.read() != "hello"
    assert dora.do("gtell hello").endswith("You are in no group.")
    assert cleo.do("gt") == "Tell your group what?"
    ada.do("ignore cleo")
    cleo.do("gt psst")
    assert ada.read() == "" and ben.read() == 'Cleo tells the group, "psst"'


def test_a_member_leaves(kit: Kit, grouped: Three) -> None:
    ada, ben, cleo = grouped
    assert ben.do("ungroup") == "You are no longer in the group."
    assert ada.read() == cleo.read() == "Ben leaves the group."
    assert ben.do("ungroup") == "You are in no group."
    assert ben.do("follow") == "You follow Ada.", "to leave a group is not to go elsewhere"
    assert cleo.do("follow stop").splitlines()[0] == "You are no longer in the group."
    assert ada.read().splitlines()[1] == "Nobody else is left in it: the group has ended."
    assert kit.state.leaders == {}


def test_the_leader_puts_one_out_or_ends_it(kit: Kit, grouped: Three) -> None:
    ada, ben, cleo = grouped
    assert (
        ben.do("ungroup cleo") == "Ada leads your group. Only the leader removes somebody. `ungroup` alone leaves it."
    )
    assert (
        ada.do("ungroup zed") == ada.do("ungroup ada").replace("ada", "zed") == "Nobody called 'zed' is in your group."
    )
    ben.do("north")
    hush(*grouped)
    assert ada.do("ungroup ben") == "Ben leaves the group." and ben.read() == "You are no longer in the group."
    hush(cleo)
    assert ada.do("ungroup") == "You end the group." and cleo.read() == "Ada ends the group."
    assert kit.state.leaders == {} and len(kit.state.following) == 2


def test_who_leaves_the_game_leaves_the_group(kit: Kit, grouped: Three) -> None:
    ada, ben, cleo = grouped
    ben.do("quit")
    assert "Ben leaves the group.\nBen follows you no longer." in ada.read()
    assert list(kit.state.leaders) == [ada.character.id, cleo.character.id]
    assert kit.player("Ben").do("group") == "You are in no group."


def test_link_death_does_not_part_a_group_but_its_end_does(kit: Kit, grouped: Three) -> None:
    ada, ben, _ = grouped
    kit.post(Lost(ben.session, "a cable"))
    kit.wait(300)
    assert "Ben" in ada.do("group")
    kit.wait(301)
    hush(ada)
    assert "Ben" not in ada.do("group") and len(kit.state.following) == 1


def test_when_the_leader_leaves_the_next_one_leads_and_is_followed(kit: Kit, grouped: Three) -> None:
    ada, ben, cleo = grouped
    dora = kit.player("Dora")
    dora.do("follow ada")
    hush(ben, cleo)
    ada.do("quit")
    assert "Ada leaves the group.\nYou lead it from now on." in ben.read()
    assert "Ada leaves the group.\nBen leads it from now on." in cleo.read()
    assert dora.do("follow").endswith("You follow nobody.")
    ben.do("north")
    assert where(ben, cleo, dora) == ["yard", "yard", "hall"]


def test_what_was_missed_while_out_of_service_is_put_right_when_one_comes_again(kit: Kit, grouped: Three) -> None:
    ada, ben, cleo = grouped
    kit.manage("pause")
    ada.do("quit")
    kit.manage("resume")
    hush(ben)
    assert ben.do("group") == "You are in no group.", "nobody who is away leads"
    ada = kit.player("Ada")
    assert ada.do("group") == "You are in no group." and ada.do("follow") == "You follow nobody."
    assert "Ben" in cleo.do("group") and shared(kit, cleo) == ["Cleo", "Ben"]


def test_groups_survive_a_copyover_and_a_reload(kit: Kit, grouped: Three, tmp_path: Path) -> None:
    ada, ben, cleo = grouped
    kit.cycle(tmp_path)
    kit.copyover(seconds=5)
    ada.do("north")
    assert where(*grouped) == ["yard", "yard", "yard"]
    hush(*grouped)
    ben.do("gt still here")
    assert ada.read() == cleo.read() == 'Ben tells the group, "still here"'


# Sharing


def test_gold_is_split_among_those_here_and_the_rest_stays(kit: Kit, grouped: Three) -> None:
    ada, ben, cleo = grouped
    kit.act(lambda ctx: ctx.pay("mint", ada.character.owner_key, 110, "the test"))
    assert ada.do("split 100 gold") == "You split 100 gold: 33 for each of Ben, Cleo, 34 for you."
    assert ben.read() == cleo.read() == "Ada splits 100 gold: you receive 33."
    assert (ada.gold, ben.gold, cleo.gold) == (44, 33, 33)
    ben.do("north")
    assert ada.do("split 5").endswith("You split 5 gold: 2 for Cleo, 3 for you.")
    assert (ada.gold, ben.gold, cleo.gold) == (42, 33, 35)
    assert ben.do("split 5") == "No member of your group is here to share with."
    assert kit.game.world.ledger.total() == 0


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("split", "Write: split AMOUNT, a whole number of gold coins."),
        ("split -5", "Write: split AMOUNT, a whole number of gold coins."),
        ("split ²", "Write: split AMOUNT, a whole number of gold coins."),
        ("split 5 apples", "Write: split AMOUNT, a whole number of gold coins."),
        ("split 0", "You can split 1 to 9,007,199,254,740,991 gold coins."),
        ("split " + "9" * 30, "You can split 1 to 9,007,199,254,740,991 gold coins."),
        ("split 101", "You don't have 101 gold."),
        ("split 2", "2 gold is too little for 3 of you."),
    ],
)
def test_what_can_not_be_split_moves_nothing(kit: Kit, grouped: Three, line: str, answer: str) -> None:
    ada, ben, _ = grouped
    kit.act(lambda ctx: ctx.pay("mint", ada.character.owner_key, 100, "the test"))
    assert ada.do(line) == answer
    assert (ada.gold, ben.gold, ben.read()) == (100, 0, "")


def test_who_shares_is_who_is_in_the_group_and_in_the_room(kit: Kit, grouped: Three) -> None:
    _, ben, cleo = grouped
    dora = kit.player("Dora")
    assert shared(kit, ben) == ["Ben", "Ada", "Cleo"] and shared(kit, dora) == ["Dora"]
    cleo.do("north")
    assert shared(kit, ben) == ["Ben", "Ada"] and shared(kit, cleo) == ["Cleo"]
    kit.manage("pause")
    assert shared(kit, ben) == ["Ben"], "out of service: each for themselves"
