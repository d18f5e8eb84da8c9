"""title, afk, ignore and finger."""

from __future__ import annotations

import pytest

from modules.people import MODULE
from modules.post import MODULE as POST
from mud.core.errors import FrameworkError
from mud.core.events import Lost
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of

kit = kit_of(MODULE, POST)


def test_a_title_is_shown_in_who_and_kept(kit: Kit, ada: Player) -> None:
    assert ada.do("title") == "You have no title. Write: title TEXT."
    assert ada.do("title the Unready") == "You are Ada the Unready from now on."
    kit.copyover()
    assert ada.do("title") == "You are Ada the Unready."
    assert "Ada the Unready" in ada.do("who")
    assert ada.do("title none") == "You are plain Ada from now on."
    assert ada.character.title == ""


@pytest.mark.parametrize("text", ["(owner)", "the [admin]", "x" * 61])
def test_a_title_is_no_place_for_roles_or_long_stories(ada: Player, text: str) -> None:
    assert ada.do(f"title {text}").startswith("A title ")
    assert ada.character.title == ""


def test_settings_bound_titles_messages_and_how_many_are_ignored() -> None:
    kit = Kit(MODULE, settings={"people": {"title_length": 5, "afk_length": 6, "ignored": 1}})
    ada, *_ = (kit.player(name) for name in ("Ada", "Ben", "Cleo"))
    ada.read()
    assert ada.do("title sixsix") == "A title has at most 5 letters, and this one has 6."
    assert ada.do("afk sevenxx") == "A message has at most 6 letters, and this one has 7."
    assert ada.character.afk is None
    assert ada.do("ignore ben", "ignore cleo").endswith(
        "You can't ignore more than 1: `ignore NAME` ends it for one of them."
    )
    assert ada.character.ignores == ("Ben",)
    with pytest.raises(FrameworkError, match="title_length"):
        Kit(MODULE, settings={"people": {"title_length": 4}})


def test_afk_is_seen_by_those_here_and_by_who_tells_one_something(ada: Player, ben: Player) -> None:
    assert ben.do("afk") == "You are away from the keyboard."
    assert ada.read() == "Ben leaves the keyboard."
    assert ada.do("tell ben hi").endswith("Ben is away from the keyboard.")
    assert ben.do("afk tea") == 'Ada tells you, "hi"\nYou are away from the keyboard: tea' and ada.read() == ""
    assert ada.do("tell ben hi").endswith("Ben is away from the keyboard: tea")
    assert "Ben (afk: tea)" in ada.do("who")
    ben.read()
    assert ben.do("afk") == "You are back at the keyboard."
    assert ada.read() == "Ben is back at the keyboard." and "afk" not in ada.do("who")


def test_afk_survives_a_copyover_and_ends_with_the_visit(kit: Kit, ben: Player) -> None:
    ben.do("afk tea")
    kit.copyover()
    assert ben.character.afk == "tea"
    ben.do("quit")
    assert kit.player("Ben").character.afk is None


def test_who_is_ignored_is_not_heard(ada: Player, ben: Player) -> None:
    assert ada.do("ignore") == "You ignore nobody."
    assert ada.do("ignore ben") == "You ignore Ben from now on. The same again ends it."
    assert ada.do("ignore") == "You ignore Ben."
    for line in ("say hi", "shout hi", "emote waves.", "afk tea"):
        ben.do(line)
    assert ada.read() == ""
    assert ben.do("tell ada hi") == "Ada does not want to hear from you." and ada.read() == ""
    ada.do("say hi")
    assert 'Ada says, "hi"' in ben.read(), "Ben ignores nobody"


def test_who_ignores_somebody_does_not_tell_them_things_either(ada: Player, ben: Player) -> None:
    ada.do("ignore ben")
    answer = ada.do("tell ben so there")
    assert answer == "You ignore Ben, and would not hear the answer: `ignore Ben` ends that." and ben.read() == ""
    assert ada.do("mail ben so there") == answer and ada.prompt == "> "


def test_the_same_again_hears_them_again(ada: Player, ben: Player) -> None:
    for again in ("ignore BEN", "ignore be"):
        ada.do("ignore ben")
        assert ada.do(again) == "You hear Ben again."
    ben.do("tell ada hi")
    assert ada.read() == 'Ben tells you, "hi"'


def test_oneself_an_admin_and_nobody_can_not_be_ignored(kit: Kit, ada: Player) -> None:
    kit.player("Boss", "owner")
    ada.read()
    assert ada.do("ignore ada") == "You can't ignore yourself."
    assert ada.do("ignore boss") == "Boss is an owner and can't be ignored."
    assert ada.do("ignore zed") == "Nobody called 'zed' is here or anywhere else."
    assert ada.character.ignores == ()


def test_who_is_away_can_be_ignored_and_finds_it_so(kit: Kit, ada: Player, ben: Player) -> None:
    ben.do("quit")
    kit.evict()
    ada.read()
    assert ada.do("ignore ben") == "You ignore Ben from now on. The same again ends it."
    kit.copyover()
    ben = kit.player("Ben")
    assert ben.do("tell ada hi") == "Ada does not want to hear from you."


def test_finger_knows_who_is_here(kit: Kit, ada: Player, ben: Player) -> None:
    ben.do("title the Bold")
    kit.wait(125)
    assert ada.do("finger ben").splitlines() == [
        "Ben the Bold",
        "  level 1, here, idle for 2 minutes 5 seconds",
        "  connected for 2 minutes 5 seconds",
        "  first seen 2 minutes 5 seconds ago",
        "  no mail is waiting",
    ]
    kit.copyover(seconds=20)
    assert "  connected for 2 minutes 25 seconds\n" in ada.do("finger ben")
    assert "level 1, here\n" in ada.do("finger")
    ben.do("afk tea")
    assert "away from the keyboard: tea" in ada.do("finger ben")
    kit.post(Lost(ben.session, "a cable"))
    assert "level 1, link-dead" in ada.do("finger be")
    assert "level 1, owner, here" in kit.player("Boss", "owner").do("finger")


def test_finger_looks_up_who_is_away(kit: Kit, ada: Player, ben: Player) -> None:
    ada.do("tell ben hello")
    ben.do("quit")
    kit.evict()
    kit.wait(3600)
    ada.read()
    ada.do("tell ben come back")
    kit.evict()
    answer = ada.do("finger ben")
    assert "level 1, last seen 1 hour ago" in answer and answer.endswith("  mail is waiting")
    assert ada.do("finger zed") == "Nobody called 'zed' is here or anywhere else."


def test_finger_works_without_a_post_office() -> None:
    alone = Kit(MODULE).player("Ada")
    assert "mail" not in alone.do("finger")


def test_finger_works_while_the_post_office_is_out_of_service(kit: Kit, ada: Player) -> None:
    kit.manage("pause", "post")
    assert ada.do("finger").startswith("Ada\n") and "mail" not in ada.do("finger")
