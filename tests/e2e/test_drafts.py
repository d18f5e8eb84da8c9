"""What is half written, over a real lost link, a copyover, and `kill -9`; and a copyover ordered from inside a form."""

from __future__ import annotations

import pytest

from tests.e2e.harness import Game, copyover, wait_for

pytestmark = pytest.mark.e2e


def test_a_letter_half_written_survives_the_link_and_a_copyover(game: Game) -> None:
    admin, bob = game.admin(), game.player("Bob")
    ada = game.player("Ada")
    ada.send("mail bob Tides")
    ada.expect("1> ")
    ada.send("Dear Bob,")
    ada.expect("2> ")
    copyover(admin)
    ada.send("the tide is late.")
    ada.expect("3> ")
    ada.close()
    bob.expect("Ada stares into nothing")
    copyover(admin)
    ada = game.client()
    assert "You left half written: post (to Bob, subject Tides), 2 lines." in ada.login("Ada")
    ada.send("resume")
    assert "1: Dear Bob,\r\n  2: the tide is late." in ada.expect("3> ")
    ada.send(".save")
    ada.expect("Your letter to Bob is on its way")
    assert "Dear Bob,\r\nthe tide is late." in bob.command("mail 1")


def test_what_was_written_is_there_after_kill_9(game: Game) -> None:
    ada = game.player("Ada")
    ada.send("description")
    ada.expect("1> ")
    ada.send("A woman of few words.")
    ada.expect("2> ")
    game.admin().command("save")
    wait_for(lambda: b"A woman of few words." in _stored(game), "the flush")
    game.kill()
    game.start()
    ada = game.client()
    assert "your description, 1 line" in ada.login("Ada")
    ada.send("resume")
    ada.expect("2> ")
    ada.send(".save")
    ada.expect("Your description is kept")


def _stored(game: Game) -> bytes:
    """All that the database holds."""
    return b"".join(path.read_bytes() for path in game.data.rglob("*") if path.is_file())


def test_an_admin_orders_a_copyover_from_inside_a_form(game: Game) -> None:
    admin = game.admin()
    admin.send("redit")
    admin.expect("redit [a-z]+> ")
    admin.send("name The Lost Lane")
    admin.expect(r"redit [a-z]+\*> ")
    admin.send("!copyover because a test")
    admin.expect(r"Copyover done: generation 2.*redit [a-z]+\*> ")
    admin.send("show name")
    admin.expect("name: The Lost Lane")
