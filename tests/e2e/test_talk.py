"""Talk in the real server: what is half written and half read goes on after a copyover, and who is away is found."""

from __future__ import annotations

import pytest

from tests.e2e.harness import Game, copyover

pytestmark = pytest.mark.e2e


def test_a_letter_half_written_and_a_notice_half_read_go_on_after_a_copyover(game: Game) -> None:
    admin, ada, ben = game.admin(), game.player("Ada"), game.player("Ben")
    admin.send("board write Rules")
    for number in range(12):
        admin.send(f"rule {number}")
    admin.send(".save")
    admin.expect("Notice 1 is on the board")
    ben.command("set pager 5")
    ben.send("board 1")
    ben.expect(r"rule 3\r\n-- 5 of 13 lines")
    ada.send("mail ben A word")
    ada.send("Dear Ben,")
    ada.expect("  2> ")
    ada.send_raw(b"come ho")  # half a line of half a letter
    copyover(admin)
    ben.send("")
    assert "rule 3" not in ben.expect(r"rule 4\r\n.*rule 8\r\n-- 10 of 13 lines")
    ada.send_raw(b"me.\r\n")
    ada.expect("  3> ")
    ada.send(".show")
    ada.expect(r"  1: Dear Ben,\r\n  2: come home\.\r\n")
    ada.send(".save")
    ada.expect("Your letter to Ben is on its way.")
    ben.expect("A letter from Ada has come")
    ben.send("")
    ben.expect(r"rule 9\r\nrule 10\r\nrule 11\r\n")
    assert "Dear Ben,\r\ncome home." in ben.command("mail 1")


def test_who_is_away_is_looked_up_and_finds_what_was_told_them(game: Game) -> None:
    admin, ada, ben = game.admin(), game.player("Ada"), game.player("Ben")
    ben.send("quit")
    ben.expect_end()
    ada.command("save")  # a flush: Ben is in the database alone from now on
    assert 'It is kept as mail for Ben: "hello"' in ada.command("tell ben hello")
    assert "last seen" in ada.command("finger ben")
    assert "Nobody called 'zed'" in ada.command("tell zed hello")
    copyover(admin)
    ada.send("mail ben")
    ada.send("Come back.")
    ada.send(".save")
    ada.expect("Your letter to Ben is on its way.")
    ben = game.client()
    assert "You have 2 new letters" in ben.login("Ben")
    assert "Come back." in ben.command("mail 2")
