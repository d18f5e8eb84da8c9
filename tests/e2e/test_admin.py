"""What admins do to others, in the real server and through a copyover."""

from __future__ import annotations

import pytest

from tests.e2e.harness import PASSWORD, Game, copyover

pytestmark = pytest.mark.e2e


def test_snooping_freezing_aliases_and_bans_go_on_through_a_copyover(game: Game) -> None:
    root, ada, bob = game.admin(), game.player("Ada"), game.player("Bob")
    ada.command("alias greet say Hello, $1!;think done")
    assert "You watch Ada" in root.command("snoop ada")
    assert "Bob is frozen." in root.command("freeze bob because spam")
    assert "is banned for another" in root.command("ban 127.0.0.2 for 2 hours because a flood")
    bob.expect("You are frozen: spam")
    copyover(root)
    bob.expect("blinks")
    bob.send("north")
    bob.expect("You are frozen: spam")
    bob.send("look")
    bob.expect("The Square")
    ada.command("greet you")
    root.expect(r"\[Ada\] > greet you\r\n\[Ada\] You say, \"Hello, you!\"\r\n\[Ada\] You think, \"done\"")
    ada.send("password")
    ada.expect("present password: ")
    ada.send(PASSWORD)
    ada.expect("Choose a password: ")
    ada.send("")
    ada.command("look")
    text = root.command("look")
    assert "[Ada] > look" in text and PASSWORD not in text
    assert "Your address is banned" in game.client(source="127.0.0.2").expect_end()
    root.command("unban 127.0.0.2")
    game.client(source="127.0.0.2").expect(r"known\? ")
    ada.send("quit")
    ada.expect_end()
    root.expect("You see no more of Ada.")


def test_a_ban_a_freeze_and_an_alias_outlive_a_kill(stopped: Game) -> None:
    stopped.start()
    root, ada, bob = stopped.admin(), stopped.player("Ada"), stopped.player("Bob")
    ada.command("alias greet say Hello")
    ada.send("quit")
    ada.expect_end()
    root.command("freeze ada because spam")
    root.command("ban bob because a flood")
    bob.expect_end()
    root.command("save")
    stopped.kill()
    stopped.start()
    again = stopped.client()
    assert "You are frozen: spam" in again.login("Ada")
    again.send("alias")
    again.expect("You are frozen: spam")
    banned = stopped.client()
    banned.expect(r"known\? ")
    banned.send(f'connect Bob "{PASSWORD}"')
    assert "You are banned for good: a flood" in banned.expect_end()
    root = stopped.admin()
    root.command("thaw ada")
    again.expect("You are free again")
    assert "greet: say Hello" in again.command("alias")
    assert stopped.stop() == 0 and stopped.errors() == ""


def test_admins_read_the_log_and_the_list_of_those_like_them(game: Game) -> None:
    root = game.admin()
    root.command("load item sword")
    text = root.command("log 50 info mud.admin")
    assert "INFO mud.admin: Root: load item sword" in text and "mud.login" not in text
    assert "  owner: Root" in root.command("wizlist")
