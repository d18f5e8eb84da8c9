"""Snooping: what a watcher reads, what they never read, and when it ends."""

from __future__ import annotations

import pytest

from mud.core import events as e
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import SMALL

kit = kit_of(world=SMALL)


@pytest.fixture
def boss(boss: Player) -> Player:
    """An admin elsewhere."""
    boss.do("north")
    return boss


@pytest.fixture
def ada(boss: Player, ada: Player) -> Player:
    """Somebody who is watched."""
    assert boss.do("snoop ada") == "You watch Ada from now on. `snoop off` ends it."
    return ada


def test_a_watcher_reads_what_is_typed_and_what_is_shown(kit: Kit, boss: Player, ada: Player) -> None:
    assert ada.do("say hi") == 'You say, "hi"'
    assert boss.read() == '[Ada] > say hi\n[Ada] You say, "hi"'
    ada.do("west")
    assert boss.read() == "[Ada] > west\n[Ada] You can't go west."
    bob = kit.player("Bob")
    boss.read()
    bob.do("tell ada psst")
    assert boss.read() == '[Ada] Bob tells you, "psst"'
    ada.do("exits")
    assert all(line.startswith("[Ada] ") for line in boss.read().splitlines())
    assert boss.do("snoop") == "You watch Ada."
    logged = [x.text for x in kit.effects if isinstance(x, e.LogLine) and x.name == "mud.admin"]
    assert logged == ["Boss: snoop Ada"]


def test_passwords_are_never_shown(boss: Player, ada: Player) -> None:
    ada.do("password")
    boss.read()
    ada.do("my old secret")
    assert "secret" not in boss.read()
    ada.kit.post(e.Verified(ada.session, True))
    ada.do("my new secret")
    ada.kit.post(e.Hashed(ada.session, "$hash"))
    ada.do("my new secret")
    text = boss.read()
    assert "secret" not in text and "hash" not in text


def test_it_ends_by_word(boss: Player, ada: Player) -> None:
    assert boss.do("snoop off") == "You watch nobody any more."
    ada.do("say hi")
    assert boss.read() == ""
    assert boss.do("snoop off") == "You watch nobody." and boss.do("snoop").startswith("You watch nobody.")


def test_it_ends_when_the_watched_leaves(kit: Kit, boss: Player, ada: Player) -> None:
    ada.do("quit")
    assert boss.read() == "You see no more of Ada."
    again = kit.player("Ada")
    again.do("say hi")
    assert "[Ada]" not in boss.read()


def test_it_ends_when_the_connection_of_either_is_lost(kit: Kit, boss: Player, ada: Player) -> None:
    bob = kit.player("Bob")
    boss.do("snoop bob")
    kit.post(e.Lost(bob.session, "test"))
    assert "You see no more of Bob." in boss.read()
    kit.post(e.Lost(boss.session, "test"))
    again = kit.player("Boss", "admin")
    ada.do("say hi")
    assert "[Ada]" not in again.read()
    assert kit.game.sessions.by_id[ada.session].snoopers == ()


def test_who_is_no_admin_any_more_sees_nothing(kit: Kit, boss: Player, ada: Player) -> None:
    kit.game.world.accounts["boss"].role = "builder"
    ada.do("say hi")
    assert boss.read() == ""
    kit.game.world.accounts["boss"].role = "admin"
    kit.game.world.accounts["ada"].role = "admin"
    ada.do("say hi")
    assert boss.read() == ""


def test_it_goes_on_through_a_copyover(kit: Kit, boss: Player, ada: Player) -> None:
    kit.copyover()
    boss.read()
    ada.do("say hi")
    assert boss.read() == '[Ada] > say hi\n[Ada] You say, "hi"'


def test_watching_a_watcher(kit: Kit, boss: Player, ada: Player) -> None:
    root = kit.player("Root", "owner")
    root.do("snoop boss")
    boss.read()
    ada.do("think deep")
    assert root.read() == '[Boss] [Ada] > think deep\n[Boss] [Ada] You think, "deep"'
    assert boss.read() == '[Ada] > think deep\n[Ada] You think, "deep"'


def test_what_both_are_told_is_shown_once(kit: Kit, boss: Player, ada: Player) -> None:
    root = kit.player("Root", "owner")
    root.do("snoop boss", "north")
    boss.read(), root.read()
    kit.player("Bob").do("shout hey")
    assert root.read().splitlines().count('[Boss] [Ada] Bob shouts, "hey"') == 1


def test_nobody_of_the_same_or_a_higher_role_is_watched(kit: Kit, boss: Player, ada: Player) -> None:
    kit.player("Root", "owner"), kit.player("Other", "admin")
    boss.read()
    assert boss.do("snoop root") == "Root is an owner, and you are no more than that."
    assert boss.do("snoop other") == "Other is an admin, and you are no more than that."
    assert boss.do("snoop boss") == "Not to yourself."
    assert boss.do("snoop ada") == "You watch Ada already. `snoop off` ends it."
    assert "There is no command" in ada.do("snoop boss")


def test_a_circle_is_refused(kit: Kit, boss: Player, ada: Player) -> None:
    kit.game.world.accounts["ada"].role = "owner"
    assert ada.do("snoop boss") == "Boss watches you. That would never end."
