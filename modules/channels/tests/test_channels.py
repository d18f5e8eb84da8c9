"""Channels, as those on them see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from modules.channels import MODULE
from modules.people import MODULE as PEOPLE
from mud.core.errors import FrameworkError
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of

kit = kit_of(MODULE, PEOPLE)


def test_what_is_said_on_a_channel_is_heard_everywhere(ada: Player, ben: Player) -> None:
    ben.do("north")
    ada.read()
    assert ada.do("chat hello there") == '[chat] You: "hello there"'
    assert ben.read() == '[chat] Ada: "hello there"'
    assert ben.do("newbie how?") == '[newbie] You: "how?"'
    assert ada.read() == '[newbie] Ben: "how?"'


def test_the_history_shows_who_said_what_and_how_long_ago(kit: Kit, ada: Player, ben: Player) -> None:
    assert ada.do("chat") == ada.do("chat -3") == "Nothing has been said on chat yet."
    ada.do("chat one")
    kit.wait(65)
    ben.do("chat two")
    ada.read()
    assert ada.do("chat") == '[chat]\n  1 minute 5 seconds ago, Ada: "one"\n  just now, Ben: "two"'
    assert ada.do("chat -1") == ada.do("chat -0") == '[chat]\n  just now, Ben: "two"'
    assert ada.do("chat -999999999999999999999").count("\n") == 2
    assert ada.do("newbie") == "Nothing has been said on newbie yet."


def test_what_only_looks_like_a_number_is_said(ada: Player) -> None:
    assert ada.do("chat -5 degrees tonight") == '[chat] You: "-5 degrees tonight"'
    assert ada.do("chat - what?") == '[chat] You: "- what?"'
    assert ada.do("chat -²") == '[chat] You: "-²"'


def test_the_history_is_bounded_and_a_channel_alone_shows_twenty_lines() -> None:
    kit = Kit(MODULE, settings={"channels": {"history": 30}})
    ada = kit.player("Ada")
    for number in range(40):
        ada.do(f"chat line {number}")
    rows = ada.do("chat -100").splitlines()[1:]
    assert [row.partition(": ")[2] for row in rows] == [f'"line {n}"' for n in range(10, 40)]
    assert len(ada.do("chat").splitlines()) == 21
    assert len(kit.state.history["chat"]) == 30


def test_a_line_has_a_longest(ada: Player, kit: Kit) -> None:
    assert ada.do("chat " + "x" * 501) == "A line has at most 500 letters, and this one has 501."
    assert kit.state.history == {}
    assert ada.do("chat " + "x" * 500).endswith('x"')


@pytest.mark.parametrize("settings", [{"history": 0}, {"history": 1001}, {"length": 19}, {"size": 5}])
def test_settings_out_of_bounds_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(FrameworkError, match=next(iter(settings))):
        Kit(MODULE, settings={"channels": settings})


def test_a_channel_is_switched_off_and_on_by_its_own_name(kit: Kit, ada: Player, ben: Player) -> None:
    assert ben.do("chat off") == "chat is off for you."
    assert ada.do("chat psst") == '[chat] You: "psst"' and ben.read() == ""
    assert ben.do("chat hello") == "You have switched chat off: `chat on` switches it on." and ada.read() == ""
    assert '"psst"' in ben.do("chat"), "what was said can still be read"
    ada.do("newbie hi")
    assert ben.read() == '[newbie] Ada: "hi"', "other channels stay on"
    assert ben.do("chat ON") == "chat is on for you." and kit.state.off == {}
    ada.do("chat again")
    assert ben.read() == '[chat] Ada: "again"'


def test_switching_twice_changes_nothing(kit: Kit, ada: Player) -> None:
    ada.do("chat off", "newbie off", "chat off")
    assert kit.state.off == {ada.character.id: ("newbie", "chat")}
    assert ada.do("chat on", "chat on") == "chat is on for you.\nchat is on for you."
    assert kit.state.off == {ada.character.id: ("newbie",)}


def test_channels_lists_those_there_are_for_one(kit: Kit, ada: Player) -> None:
    ada.do("chat off")
    rows = ada.do("channels").splitlines()
    assert [row.split()[:2] for row in rows[1:]] == [["chat", "off"], ["newbie", "on"]]
    assert ["wiznet", "on"] in [row.split()[:2] for row in kit.player("Wiz", "builder").do("channels").splitlines()]


def test_wiznet_is_for_builders_and_above(kit: Kit, ada: Player) -> None:
    wiz, boss = kit.player("Wiz", "builder"), kit.player("Boss", "owner")
    for player in (ada, wiz):
        player.read()
    assert wiz.do("wiznet psst") == '[wiznet] You: "psst"'
    assert boss.read() == '[wiznet] Wiz: "psst"' and ada.read() == ""
    assert ada.do("wiznet hello").startswith("There is no command 'wiznet'.")
    assert ada.do("wiznet").startswith("There is no command 'wiznet'.")
    assert ada.do("help wiznet").startswith("There is no help on 'wiznet'")
    kit.game.world.accounts["wiz"].role = "player"
    boss.do("wiznet still there?")
    assert wiz.read() == "", "a role that is lost is lost at once"


def test_who_ignores_somebody_neither_hears_nor_reads_them(kit: Kit, ada: Player, ben: Player) -> None:
    cleo = kit.player("Cleo")
    ben.do("chat before")
    assert '"before"' in ada.do("chat", "ignore ben")
    ben.do("chat after")
    assert ada.read() == ""
    assert ada.do("chat") == "Nothing has been said on chat yet."
    assert ada.do("chat mine") == '[chat] You: "mine"'
    assert ben.read() == '[chat] Ada: "mine"', "it is Ada who does not want to hear, not Ben"
    assert cleo.read().count("[chat]") == 3


def test_an_admin_is_heard_even_by_who_ignored_them_before(kit: Kit, ada: Player, ben: Player) -> None:
    ada.do("ignore ben")
    kit.game.world.accounts["ben"].role = "admin"
    ben.do("chat order!")
    assert ada.read() == '[chat] Ben: "order!"'


def test_history_and_switches_survive_a_copyover_and_a_reload(kit: Kit, ada: Player, tmp_path: Path) -> None:
    ada.do("chat one", "newbie off")
    kit.cycle(tmp_path)
    kit.copyover(seconds=5)
    assert ada.do("chat") == '[chat]\n  5 seconds ago, Ada: "one"'
    assert ada.do("newbie hi") == "You have switched newbie off: `newbie on` switches it on."
