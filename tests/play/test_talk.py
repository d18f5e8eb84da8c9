"""Talk in the core: whom a name means, who is looked up for it, and who does not want to hear."""

from __future__ import annotations

from typing import Any

import pytest

from mud.core.dialogs import AskName
from mud.core.events import FindPlayer, JobFailed, Line, PlayerFound
from mud.core.text.words import ago
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import SMALL

NOBODY = "Nobody called 'zed' is here or anywhere else."


kit = kit_of(world=SMALL)


def seek(kit: Kit, player: Player, line: str) -> None:
    """Type a line about somebody who has to be looked up; the answer takes its time."""
    (effect,) = (effect for effect in kit.game.handle(Line(player.session, line)) if isinstance(effect, FindPlayer))
    assert kit.game.busy(player.session) and effect.session == player.session
    player.read()


def ignores(kit: Kit, who: Player, *names: str) -> None:
    kit.act(lambda ctx: ctx.world.edit(who.character))
    who.character.ignores = names


def test_without_a_post_office_a_tell_to_who_is_away_is_refused(kit: Kit, ada: Player) -> None:
    kit.player("Bob").do("quit")
    ada.read()
    assert ada.do("tell bob hello") == "Bob is not here just now."
    kit.evict()
    assert ada.do("tell bob hello") == "Bob is not here just now.", "found in the database"
    assert ada.do("tell bo hello") == "Nobody called 'bo' is here or anywhere else.", "by the whole name only"


def test_a_beginning_that_two_have_is_asked_about(kit: Kit, ada: Player) -> None:
    kit.player("Bob")
    kit.player("Bobby")
    kit.player("Bobo")
    ada.read()
    assert ada.do("tell bobb hi") == 'You tell Bobby, "hi"'
    assert ada.do("tell bob hi") == 'You tell Bob, "hi"'
    assert ada.do("tell bo hi") == "bo could be Bob, Bobby or Bobo."


def test_a_line_that_waits_for_a_look_up_is_done_after_a_copyover(kit: Kit, ada: Player) -> None:
    seek(kit, ada, "tell zed hello")
    kit.copyover(seconds=3)
    assert kit.game.busy(ada.session)
    kit.post(PlayerFound(ada.session, None))
    assert ada.read() == NOBODY and not kit.game.busy(ada.session)
    assert ada.do("think") == "Think what?"


def test_a_look_up_that_fails_gives_the_line_up_and_says_so(kit: Kit, ada: Player) -> None:
    seek(kit, ada, "tell zed hello")
    kit.post(JobFailed(ada.session))
    assert ada.read().startswith("That can't be done just now.") and ada.prompt == "> "
    assert ada.do("think on") == 'You think, "on"'


def test_an_answer_for_who_was_put_out_meanwhile_harms_nobody(
    kit: Kit, ada: Player, caplog: pytest.LogCaptureFixture
) -> None:
    seek(kit, ada, "tell zed hello")
    kit.player("Boss", "owner").do("kick ada")
    kit.post(PlayerFound(ada.session, None))
    assert kit.game.sessions.by_id[ada.session].stack == [AskName()] and caplog.text == ""


def test_one_line_looks_up_each_name_once(kit: Kit, ada: Player) -> None:
    found: list[str] = []
    find = kit._find

    def count(effect: FindPlayer) -> None:
        found.append(effect.name)
        find(effect)

    kit._find = count  # type: ignore[method-assign]
    assert ada.do("tell zed hello") == NOBODY and found == ["Zed"]
    assert "is here or anywhere else" in ada.do("tell 2.guard hello", "tell " + "x" * 17 + " hi", "tell a1 hi")
    assert found == ["Zed"], "what can be nobody's name is not looked up"


def test_who_is_ignored_is_heard_nowhere_in_the_room(kit: Kit, ada: Player) -> None:
    bob = kit.player("Bob")
    ignores(kit, ada, "Bob")
    ada.read()
    for line in ("say hi", "'hi", "shout hi", ":waves.", "tell ada hi"):
        bob.do(line)
    assert ada.read() == "" and bob.do("tell ada hi") == "Ada does not want to hear from you."
    assert ada.do("tell bob hi") == "You ignore Bob, and would not hear the answer: `ignore Bob` ends that."
    ada.do("say hi")
    assert bob.read() == 'Ada says, "hi"'


def test_an_admin_is_heard_by_all(kit: Kit, ada: Player) -> None:
    boss = kit.player("Boss", "admin")
    ignores(kit, ada, "Boss")
    ada.read()
    boss.do("say order!")
    assert ada.read() == 'Boss says, "order!"'
    boss.do("tell ada order!")
    assert ada.read() == 'Boss tells you, "order!"'
    assert ada.do("reply yes") == 'You tell Boss, "yes"'


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (0.9, "just now"), (-5, "just now"), (1, "1 second ago"), (90061, "1 day 1 hour ago")],
)
def test_how_long_ago_in_words(seconds: float, words: str) -> None:
    assert ago(seconds) == words


def test_moved_says_which_way_somebody_walked(kit: Kit, ada: Player) -> None:
    heard: list[Any] = []
    kit.game._aftermath = lambda ctx: heard.extend(ctx.signals)  # type: ignore[method-assign]
    room = ada.character.room
    ada.do("north")
    kit.act(lambda ctx: ctx.move(ada.character, room))
    assert [(signal.direction, signal.origin == room) for signal in heard] == [("north", True), ("", False)]
