"""What builders and admins do to others: teleport, transfer, purge, force."""

from __future__ import annotations

import pytest

from mud.core import events as e
from mud.play import fights, zones
from tests.play.stage import Player, Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def boss(stage: Stage) -> Player:
    return stage.enter("Boss", "admin")


@pytest.fixture
def ada(stage: Stage, boss: Player) -> Player:
    found = stage.enter("Ada")
    boss.read()
    return found


def logged(stage: Stage) -> list[str]:
    """The admin log."""
    return [x.text for x in stage.effects if isinstance(x, e.LogLine) and x.name == "mud.admin"]


def test_players_have_none_of_these(ada: Player) -> None:
    for command in ("teleport boss hall", "transfer boss", "purge", "force boss look"):
        assert "There is no command" in ada.do(command)


def test_teleporting(stage: Stage, boss: Player, ada: Player) -> None:
    assert boss.do("teleport ada to hall") == "Ada is gone.\nAda is in The Hall now [hall]."
    assert ada.read().startswith("Boss takes you somewhere else.\nThe Hall\n") and ada.character.room == "hall"
    assert boss.do("teleport guard ada") == "A guard is gone.\nA guard is in The Hall now [hall]."
    assert ada.read() == "A guard is here all at once."
    assert boss.do("teleport ada to hall") == "Ada is there already."
    assert boss.do("transfer ada") == "Ada is in The Square now [square]."
    assert boss.do("teleport me to hall").startswith("The Hall")
    assert boss.do("teleport zed hall") == "Nobody called 'zed' is in the world."
    assert boss.do("teleport ada to nowhere") == "There is no room 'nowhere' and nobody called so."
    assert boss.do("teleport ada").startswith("Write:") and boss.do("transfer") == "Transfer whom?"
    assert logged(stage)[0] == "Boss: teleport Ada to hall"


def test_who_is_higher_is_not_moved(stage: Stage, boss: Player) -> None:
    bob = stage.enter("Bob", "builder")
    bob.do("north")
    assert bob.do("transfer boss") == "Boss is an admin, and you are not."
    assert boss.character.room == "square" and logged(stage) == []


def test_a_teleport_ends_a_fight(stage: Stage, boss: Player, ada: Player) -> None:
    guard = next(c for c in stage.game.world.characters.values() if c.mob)
    stage.act(lambda ctx: fights.engage(ctx, ada.character, guard))
    boss.do("teleport ada hall")
    assert ada.character.fighting is None and guard.fighting is None


def test_purging_one(stage: Stage, boss: Player, ada: Player) -> None:
    world = stage.game.world
    assert boss.do("purge guard") == "A guard is no more."
    assert (world.count("mob", "guard"), world.count("item", "gate_key")) == (0, 0)
    assert world.ledger.balance("sink") == 7 and world.ledger.total() == 0
    assert ada.read() == "Boss makes a guard vanish."
    assert boss.do("purge ada") == "Ada is a player. Players can't be purged."
    assert boss.do("purge zebra") == "There is no 'zebra' here."
    boss.do("north")
    assert boss.do("purge chest") == "An oak chest is no more."
    assert world.ledger.balance("sink") == 47 and world.ledger.total() == 0
    assert logged(stage) == ["Boss: purge a guard in square", "Boss: purge an oak chest in hall"]


def test_purging_a_room_spares_players_and_what_is_left_of_them(stage: Stage, boss: Player, ada: Player) -> None:
    world = stage.game.world
    ctx = stage.game._context(None)
    corpse = zones.make_item(ctx, "corpse", "room:square")
    corpse.values["player"] = "Ada"
    zones.make_item(ctx, "ring", corpse.owner_key)
    zones.make_item(ctx, "bread", "room:square")
    zones.make_item(ctx, "bread", ada.character.owner_key)
    world.journal.commit()
    text = boss.do("purge")
    assert text == "A corpse holds a player's belongings and stays.\nThe place is empty. Gone are: mobs 1, things 1."
    assert (world.count("item", "bread"), world.count("item", "ring"), world.count("item", "corpse")) == (
        2,
        1,
        1,
    )  # a loaf is in the hall
    assert [c.name for c in world.present("square")] == ["Boss", "Ada"]
    assert boss.do("purge corpse") == "A corpse is no more." and world.count("item", "ring") == 0
    assert boss.do("purge") == "There is nothing here to purge."
    assert world.ledger.total() == 0


def test_forcing(stage: Stage, boss: Player, ada: Player) -> None:
    assert boss.do("force ada say I was wrong") == 'Ada says, "I was wrong"\nAda does it.'
    assert ada.read() == 'Boss makes you: say I was wrong\nYou say, "I was wrong"'
    assert boss.do("force ada north") == "Ada goes north.\nAda does it."
    assert ada.character.room == "hall" and logged(stage)[-1] == "Boss: force Ada: north"
    assert boss.do("force ada").startswith("Write:")


def test_a_forced_command_has_only_the_rights_of_who_does_it(boss: Player, ada: Player) -> None:
    assert "There is no command 'grant'" in boss.do("force ada grant ada 5 gold")
    assert ada.gold == 0


def test_a_forced_command_that_fails_is_undone_whole(stage: Stage, boss: Player, ada: Player) -> None:
    assert boss.do("force ada west") == "Ada can't: You can't go west."
    assert ada.read() == "" and logged(stage) == []
    assert boss.do("force ada password") == "Nobody can be made to use password."
    ada.do("description")
    assert boss.do("force ada look") == "Ada is in the middle of something else. Try again in a moment."


def test_nobody_of_the_same_or_a_higher_role_is_forced(stage: Stage, boss: Player) -> None:
    root, other = stage.enter("Root", "owner"), stage.enter("Other", "admin")
    assert boss.do("force root look").endswith("Root is an owner, and you are no more than that.")
    assert boss.do("force other look") == "Other is an admin, and you are no more than that."
    assert boss.do("force boss look") == "Not to yourself."
    root.read()
    assert root.do("force other north").endswith("Other does it.") and other.character.room == "hall"


def test_somebody_without_a_connection_is_not_forced(stage: Stage, boss: Player, ada: Player) -> None:
    stage.post(e.Lost(ada.session, "test"))
    boss.read()
    assert boss.do("force ada look") == "Ada is link-dead and can do nothing."


def test_who_is_forced_to_quit_has_left(stage: Stage, boss: Player, ada: Player) -> None:
    assert boss.do("force ada quit") == "Ada leaves the world.\nAda does it."
    assert stage.game.world.player("Ada") is None and "Until another day." in ada.read()


def test_a_forced_line_that_names_somebody_away_is_taken_again(stage: Stage, boss: Player, ada: Player) -> None:
    bob = stage.enter("Bob")
    bob.do("quit")
    stage.evict()
    ada.read(), boss.read()
    assert boss.do("force ada tell bob hi") == "Ada can't: Bob is not here just now."
