"""`!COMMAND`: one command in the middle of anything else, and back."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from modules.post import MODULE as POST
from mud.core import dialogs as d
from mud.core import events as e
from mud.core.dialogs import Confirm, Editor, EditRoom, Junking, Pager, Play
from mud.play import dialogs, play_dialog
from mud.play.olc import form
from mud.testing import Kit, Player
from tests.e2e.harness import ROOT
from tests.play.site import Site
from tests.play.worlds import SMALL


@pytest.fixture
def kit() -> Kit:
    return Kit(POST, world=SMALL)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def stack(player: Player) -> list[d.AnyDialog]:
    return player.kit.game.sessions.by_id[player.session].stack


#: What a player in play can be in the middle of; the others come before that, or wait for an answer.
IN_PLAY: tuple[d.AnyDialog, ...] = (
    Pager(("a", "b"), 1),
    Confirm("Really?", "look"),
    Junking(("i1",)),
    Editor("description", ("One.",)),
    d.ModuleDialog("post", "Posting", {"title": "Tides"}),
)


@pytest.mark.parametrize("dialog", IN_PLAY, ids=lambda dialog: type(dialog).__name__)
def test_a_command_from_any_dialog_and_back(kit: Kit, dialog: d.AnyDialog) -> None:
    ada = kit.player("Ada")
    stack(ada).append(dialog)
    assert "Ada" in ada.do("!who")
    assert stack(ada) == [Play(), dialog]


def test_every_dialog_is_thought_of() -> None:
    before = {d.AskName, d.AskPassword, d.ConfirmNew, d.NewPassword, d.RepeatPassword, d.OldPassword, d.AskPronouns}
    forms = {d.EditRoom, d.EditMob, d.EditItem, d.EditArea}
    waiting = {d.Working, d.Seeking}
    assert set(dialogs.DIALOGS) == before | forms | waiting | {Play, *map(type, IN_PLAY)}


def test_every_dialog_is_begun_somewhere() -> None:
    """A dialog that no command and no event starts is dead code that every copyover carries."""
    sources = [path for path in (ROOT / "mud").rglob("*.py") if path.name != "dialogs.py" or path.parent.name != "core"]
    begun = {
        call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        for path in sources
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
    }
    forms = {kind.__name__ for kind in form.KINDS}  # begun by way of this table
    assert {kind.__name__ for kind in dialogs.DIALOGS} - forms <= begun


def test_from_every_form_and_back(site: Site) -> None:
    ada = site.player("Ada", "owner")
    for opener in ("redit", "medit new rat2", "oedit new thing", "zedit"):
        ada.do(opener)
        open_ = list(stack(ada))
        assert "Ada" in ada.do("!who") and stack(ada) == open_ and len(open_) == 2
        ada.do("cancel")


def test_an_admin_orders_a_copyover_from_inside_a_form_and_it_goes_on(site: Site) -> None:
    ada = site.player("Ada", "owner")
    ada.do("redit", "name The Lost Lane", "!copyover because a test")
    assert [type(x) for x in stack(ada)] == [Play, EditRoom, d.Working]
    (order,) = (effect for effect in site.effects if isinstance(effect, e.CopyoverRequest))
    assert order.session == ada.session
    site.post(e.Told(ada.session, "Copyover done.", answer=True))
    assert "Copyover done." in ada.read() and ada.prompt.startswith("redit ")
    assert "The Lost Lane" in ada.do("show name")


def test_the_answer_to_a_command_does_not_close_the_form_below(site: Site) -> None:
    ada = site.player("Ada", "owner")
    ada.do("medit new goat", "short a goat")
    site.do(ada, "!dig northeast new loft")
    assert "loft" in site.game.world.defs.rooms
    assert isinstance(stack(ada)[-1], d.EditMob)


def test_who_is_looked_up_in_the_database_for_it(kit: Kit) -> None:
    kit.player("Bob").do("quit")
    kit.evict()
    ada = kit.player("Ada")
    ada.do("description", "One.")
    assert "A letter to Bob" in ada.do("!mail bob Tides")
    assert ada.do("Two.", ".save") == "Your letter to Bob is on its way." and ada.prompt == "  2> "


def test_twice_it_is_a_letter_like_others(kit: Kit) -> None:
    ada = kit.player("Ada")
    ada.do("description", "!!Beware!", "! and so on", "!", ".save")
    assert ada.character.description == "!Beware!\n! and so on\n!"


def test_what_is_no_command_costs_the_line_alone(kit: Kit) -> None:
    ada = kit.player("Ada")
    assert "There is no command 'loook'." in ada.do("description", "One.", "!loook")
    assert ada.do("Two.", ".save") == "Your description is kept." and ada.character.description == "One.\nTwo."


def test_a_password_may_begin_with_it(kit: Kit) -> None:
    ada = kit.player("Ada")
    ada.do("password", "!look")
    assert [type(effect).__name__ for effect in kit.effects][-1] == "VerifyPassword"


def test_in_play_it_is_a_command_as_well(kit: Kit) -> None:
    ada = kit.player("Ada")
    assert ada.do("!say hi") == 'You say, "hi"'


def test_not_without_end(kit: Kit) -> None:
    ada = kit.player("Ada")
    ada.do("description")
    answers = [ada.do("!description") for _ in range(play_dialog.MAX_STACK + 1)]
    assert answers[-1] == "You are in the middle of too many things. Finish one of them first."
    assert len(stack(ada)) == play_dialog.MAX_STACK + 1


def test_a_page_on_top_of_a_form_gives_the_next_line_to_the_form(site: Site) -> None:
    ada = site.player("Ada", "owner")
    ada.do("set pager 5", "redit", "!help")
    assert isinstance(stack(ada)[-1], Pager)
    assert ada.do("name The Lost Lane").endswith("name: The Lost Lane")
    assert isinstance(stack(ada)[-1], EditRoom)
