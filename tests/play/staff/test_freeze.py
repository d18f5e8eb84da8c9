"""Freezing: what is left to a player, and how long it lasts."""

from __future__ import annotations

from mud.core import events as e
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import SMALL

FROZEN = "You are frozen: spam. You can look, ask for help, and quit."


kit = kit_of(world=SMALL)


def test_who_is_frozen_can_look_ask_for_help_and_quit(kit: Kit, boss: Player, ada: Player) -> None:
    ada.do("alias walk north")
    assert boss.do("freeze ada because spam") == "Ada is frozen."
    assert ada.read() == FROZEN
    for command in ("say hi", "north", "walk", "n", "drop all", "alias x say hi", "save"):
        assert ada.do(command) == FROZEN
    assert "The Square" in ada.do("look") and "quit --" in ada.do("help quit")
    assert boss.read() == "" and ada.character.room == "square"
    assert "Ada (frozen)" in boss.do("who") and "Ada" in boss.do("who frozen")
    assert "Until another day." in ada.do("quit")
    assert [x.text for x in kit.effects if isinstance(x, e.LogLine) and x.name == "mud.admin"] == [
        "Boss: freeze Ada because spam"
    ]


def test_thawing(boss: Player, ada: Player) -> None:
    boss.do("freeze ada")
    assert ada.read() == "You are frozen. You can look, ask for help, and quit."
    assert boss.do("thaw ada") == "Ada is free again." and ada.read() == "You are free again."
    assert ada.do("say hi") == 'You say, "hi"'
    assert boss.do("thaw ada").endswith("Ada is not frozen.")
    assert boss.do("freeze") == "Write: freeze WHOM because REASON." and boss.do("thaw") == "Thaw whom?"


def test_it_lasts_over_a_copyover_and_a_log_out(kit: Kit, boss: Player, ada: Player) -> None:
    boss.do("freeze ada because spam")
    kit.copyover()
    ada.read()
    assert ada.do("say hi") == FROZEN
    ada.do("quit")
    kit.evict()
    again = kit.player("Ada")
    kit.post(e.Line(again.session, "say hi"))
    assert again.read() == FROZEN and again.character.frozen == "spam"


def test_somebody_away_is_frozen_and_reads_it_at_the_login(kit: Kit, boss: Player, ada: Player) -> None:
    ada.do("quit")
    kit.evict()
    boss.read()
    assert kit.game.world.known("Ada") is None
    assert boss.do("freeze ada because spam") == "Ada is frozen."
    assert ("characters", kit.game.world.known("Ada").id) in kit.game.world.journal.dirty  # type: ignore[union-attr]
    kit.evict()
    again = kit.player("Ada")
    assert again.do("say hi") == FROZEN
    assert boss.do("thaw ada").endswith("Ada is free again.") and again.do("say hi").endswith('You say, "hi"')


def test_what_a_frozen_player_was_in_the_middle_of_stays_there(boss: Player, ada: Player) -> None:
    ada.do("description", "Tall.")
    boss.do("freeze ada because spam")
    ada.read()
    assert ada.do(".save").startswith("There is no command") and ada.character.description == ""
    assert "The Square" in ada.do("look")
    boss.do("thaw ada")
    ada.read()
    assert ada.do(".save") == "Your description is kept." and ada.character.description == "Tall."


def test_a_password_is_no_command_of_a_frozen_player(boss: Player, ada: Player) -> None:
    ada.do("password")
    boss.do("freeze ada because spam")
    ada.read()
    ada.do("look")
    assert any(isinstance(x, e.VerifyPassword) and x.password == "look" for x in ada.kit.effects)


def test_only_who_is_lower_and_exactly_named_is_frozen(kit: Kit, boss: Player, ada: Player) -> None:
    kit.player("Root", "owner")
    boss.read()
    assert boss.do("freeze root") == "Root is an owner, and you are no more than that."
    assert boss.do("freeze boss") == "Not to yourself."
    assert boss.do("freeze ad") == "Nobody is called 'ad'. If you mean Ada, write the whole name."
    assert boss.do("freeze zed") == "Nobody called 'zed' is here or anywhere else."
    assert "There is no command" in ada.do("freeze boss") and ada.character.frozen is None
