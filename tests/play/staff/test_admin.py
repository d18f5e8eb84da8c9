"""What builders and admins do to others: teleport, transfer, purge, force."""

from __future__ import annotations

from mud.core import events as e
from mud.play import fights, zones
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import SMALL

kit = kit_of(world=SMALL)


def logged(kit: Kit) -> list[str]:
    """The admin log."""
    return [x.text for x in kit.effects if isinstance(x, e.LogLine) and x.name == "mud.admin"]


def test_players_have_none_of_these(ada: Player) -> None:
    for command in ("teleport boss hall", "transfer boss", "purge", "force boss look"):
        assert "There is no command" in ada.do(command)


def test_teleporting(kit: Kit, boss: Player, ada: Player) -> None:
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
    assert logged(kit)[0] == "Boss: teleport Ada to hall"


def test_who_is_higher_is_not_moved(kit: Kit, boss: Player) -> None:
    bob = kit.player("Bob", "builder")
    bob.do("north")
    assert bob.do("transfer boss") == "Boss is an admin, and you are not."
    assert boss.character.room == "square" and logged(kit) == []


def test_a_teleport_ends_a_fight(kit: Kit, boss: Player, ada: Player) -> None:
    guard = next(c for c in kit.game.world.characters.values() if c.mob)
    kit.act(lambda ctx: fights.engage(ctx, ada.character, guard))
    boss.do("teleport ada hall")
    assert ada.character.fighting is None and guard.fighting is None


def test_purging_one(kit: Kit, boss: Player, ada: Player) -> None:
    world = kit.game.world
    assert boss.do("purge guard") == "A guard is no more."
    assert (world.count("mob", "guard"), world.count("item", "gate_key")) == (0, 0)
    assert world.ledger.balance("sink") == 7 and world.ledger.total() == 0
    assert ada.read() == "Boss makes a guard vanish."
    assert boss.do("purge ada") == "Ada is a player. Players can't be purged."
    assert boss.do("purge zebra") == "There is no 'zebra' here."
    boss.do("north")
    assert boss.do("purge chest") == "An oak chest is no more."
    assert world.ledger.balance("sink") == 47 and world.ledger.total() == 0
    assert logged(kit) == ["Boss: purge a guard in square", "Boss: purge an oak chest in hall"]


def test_purging_a_room_spares_players_and_what_is_left_of_them(kit: Kit, boss: Player, ada: Player) -> None:
    world = kit.game.world
    ctx = kit.game._context(None)
    corpse = zones.make_item(ctx, "corpse", "room:square")
    corpse.values["player"] = "Ada"
    zones.make_item(ctx, "ring", corpse.owner_key)
    zones.make_item(ctx, "bread", "room:square")
    zones.make_item(ctx, "bread", ada.character.owner_key)
    world.journal.commit()
    assert boss.do("purge") == "" and boss.prompt == "Destroy all that is here: 1 mob, 2 things? (yes/no) "
    assert boss.do("no") == "Left as it is." and world.count("item", "bread") == 3
    boss.do("purge")
    text = boss.do("yes")
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


def test_forcing(kit: Kit, boss: Player, ada: Player) -> None:
    assert boss.do("force ada say I was wrong") == 'Ada says, "I was wrong"\nAda does it.'
    assert ada.read() == 'Boss makes you: say I was wrong\nYou say, "I was wrong"'
    assert boss.do("force ada north") == "Ada goes north.\nAda does it."
    assert ada.character.room == "hall" and logged(kit)[-1] == "Boss: force Ada: north"
    assert boss.do("force ada").startswith("Write:")


def test_a_forced_command_has_only_the_rights_of_who_does_it(boss: Player, ada: Player) -> None:
    assert "There is no command 'grant'" in boss.do("force ada grant ada 5 gold")
    assert ada.gold == 0


def test_a_forced_command_that_fails_is_undone_whole(kit: Kit, boss: Player, ada: Player) -> None:
    assert boss.do("force ada west") == "Ada can't: You can't go west."
    assert ada.read() == "" and logged(kit) == []
    assert boss.do("force ada password") == "Nobody can be made to use password."
    ada.do("description")
    assert boss.do("force ada look") == "Ada is in the middle of something else. Try again in a moment."


def test_nobody_of_the_same_or_a_higher_role_is_forced(kit: Kit, boss: Player) -> None:
    root, other = kit.player("Root", "owner"), kit.player("Other", "admin")
    assert boss.do("force root look").endswith("Root is an owner, and you are no more than that.")
    assert boss.do("force other look") == "Other is an admin, and you are no more than that."
    assert boss.do("force boss look") == "Not to yourself."
    root.read()
    assert root.do("force other north").endswith("Other does it.") and other.character.room == "hall"


def test_somebody_without_a_connection_is_not_forced(kit: Kit, boss: Player, ada: Player) -> None:
    kit.post(e.Lost(ada.session, "test"))
    boss.read()
    assert boss.do("force ada look") == "Ada is link-dead and can do nothing."


def test_who_is_forced_to_quit_has_left(kit: Kit, boss: Player, ada: Player) -> None:
    assert boss.do("force ada quit") == "Ada leaves the world.\nAda does it."
    assert kit.game.world.player("Ada") is None and "Until another day." in ada.read()


def test_a_forced_line_that_names_somebody_away_is_taken_again(kit: Kit, boss: Player, ada: Player) -> None:
    bob = kit.player("Bob")
    bob.do("quit")
    kit.evict()
    ada.read(), boss.read()
    assert boss.do("force ada tell bob hi") == "Ada can't: Bob is not here just now."
