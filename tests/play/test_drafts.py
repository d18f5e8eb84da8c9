"""What is half written outlives the connection, the program, and the code that understood it; and is offered."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from modules.post import MODULE as POST
from mud.core import events as e
from mud.core.dialogs import EditRoom, Play
from mud.core.world.model import Role
from mud.play import drafts
from mud.testing import Kit, Player
from tests.play.site import Site
from tests.play.worlds import SMALL


@pytest.fixture
def kit() -> Kit:
    return Kit(POST, world=SMALL)


def lose(player: Player) -> None:
    """The link breaks."""
    player.kit.post(e.Lost(player.session, "gone"))


def back(player: Player, role: Role = "player") -> Player:
    """The same character with a new connection."""
    return player.kit.player(player.name, role)


def stack(player: Player) -> list[type]:
    return [type(dialog) for dialog in player.kit.game.sessions.by_id[player.session].stack]


OPENERS = {
    "a letter": ("mail bob Tides", "post (to Bob, subject Tides), 2 lines", "Your letter to Bob is on its way."),
    "a notice": ("board write Tides", "post (title Tides), 2 lines", "Notice 1 is on the board."),
    "a description": ("description", "your description, 2 lines", "Your description is kept."),
}


@pytest.mark.parametrize(("opener", "called", "done"), OPENERS.values(), ids=OPENERS)
def test_half_written_and_the_link_breaks(kit: Kit, opener: str, called: str, done: str) -> None:
    ada = kit.player("Ada")
    kit.player("Bob")
    ada.do(opener, "First line.", "Second line.")
    lose(ada)
    ada = back(ada)
    offered = f"You left half written: {called}.\n`resume` goes on with it, `resume forget` throws it away."
    assert offered in ada.welcome and stack(ada) == [Play]
    assert "  1: First line.\n  2: Second line." in ada.do("resume")
    assert ada.do("Third line.", ".save") == done
    assert ada.character.draft == b"" and ada.character.drafts == []
    assert "half written" not in (lose(ada), back(ada).welcome)[1]


def test_it_is_there_after_the_program_was_killed(kit: Kit) -> None:
    ada = kit.player("Ada")
    ada.do("description", "First line.")
    kit.flush()
    kit.crash(60.0)
    ada = kit.player("Ada")
    assert "You left half written: your description, 1 line." in ada.welcome
    assert "1: First line." in ada.do("resume")


def test_it_is_there_when_the_link_breaks_after_a_copyover_and_before_another(kit: Kit) -> None:
    ada = kit.player("Ada")
    ada.do("description", "First line.")
    kit.copyover()
    ada.do("Second line.")
    lose(ada)
    kit.copyover()
    assert "your description, 2 lines" in back(ada).welcome


def test_somebody_logs_in_in_ones_place_and_has_it(kit: Kit) -> None:
    ada = kit.player("Ada")
    ada.do("description", "First line.")
    assert "your description, 1 line" in back(ada).welcome


def test_who_quits_in_the_middle_has_it_too(kit: Kit) -> None:
    ada = kit.player("Ada")
    ada.do("description", "First line.", "!quit")
    assert "your description, 1 line" in back(ada).welcome


def test_what_is_left_is_offered_until_it_is_taken_or_forgotten(kit: Kit) -> None:
    ada = kit.player("Ada")
    for line in ("One.", "Two."):
        ada.do("description", line)
        lose(ada)
        ada = back(ada)
    listed = "You left these half written:\n  1. your description, 1 line\n  2. your description, 1 line"
    assert listed in ada.welcome and listed in ada.do("resume")
    assert "1: Two." in ada.do("resume 2") and ada.do(".quit") == "Left as it was."
    assert ada.do("resume forget") == "Thrown away: your description, 1 line."
    assert ada.do("resume") == "You have left nothing half written."


@pytest.mark.parametrize("words", ["3", "0", "forget 9", "forget 1 2", "x"])
def test_of_more_than_one_a_number_says_which(kit: Kit, words: str) -> None:
    ada = kit.player("Ada")
    ada.do("description", "One.")
    lose(ada)
    ada = back(ada)
    assert ada.do(f"resume {words}").startswith("Write: resume, resume N")
    assert len(ada.character.drafts) == 1


@pytest.mark.parametrize("lines", [("description",), ("look",), ("mail bob Tides", ".quit"), ("password",)])
def test_nothing_is_kept_where_nothing_was_written(kit: Kit, lines: tuple[str, ...]) -> None:
    ada = kit.player("Ada")
    kit.player("Bob")
    ada.do(*lines)
    lose(ada)
    assert "half written" not in back(ada).welcome and ada.character.drafts == []


def test_no_password_is_kept_with_what_is_written(kit: Kit) -> None:
    ada = kit.player("Ada")
    ada.do("description", "First line.", "!password")
    lose(ada)
    ada = back(ada)
    assert [type(dialog).__name__ for dialog in drafts.decoded(ada.character.drafts[0])] == ["Editor"]


def test_a_letter_waits_while_its_module_is_out_of_service(kit: Kit) -> None:
    ada = kit.player("Ada")
    kit.player("Bob")
    ada.do("mail bob Tides", "First line.")
    lose(ada)
    kit.manage("pause", "post")
    ada = back(ada)
    assert ada.do("resume", ".save").endswith("is out of service just now. Your text is still here: .save it later.")
    kit.manage("resume", "post")
    assert ada.do(".save") == "Your letter to Bob is on its way."


def test_what_another_program_wrote_keeps_nobody_out_and_its_text_can_be_read(kit: Kit) -> None:
    ada = kit.player("Ada")
    strange = msgspec.msgpack.encode([{"type": "scroll", "lines": ["First line.", "Second line."]}])
    ada.character.drafts.append(strange)
    lose(ada)
    ada = back(ada)
    assert "something that can't be gone on with any more" in ada.welcome
    assert ada.do("resume") == "This can't be gone on with any more. What you had written:\nFirst line.\nSecond line."
    assert ada.do("resume forget").startswith("Thrown away")


def test_no_more_than_so_many_are_kept_and_the_latest_are(kit: Kit) -> None:
    ada = kit.player("Ada")
    for number in range(drafts.MAX_DRAFTS + 2):
        ada.do("description", f"Number {number}.")
        lose(ada)
        ada = back(ada)
    assert len(ada.character.drafts) == drafts.MAX_DRAFTS
    assert f"1: Number {drafts.MAX_DRAFTS + 1}." in ada.do(f"resume {drafts.MAX_DRAFTS}")


# Forms


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_form_that_is_left_by_a_lost_link_is_kept(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "name The Lost Lane", "desc", ".clear", "Half a text")
    lose(ada)
    ada = back(ada, "owner")
    room = ada.character.room
    assert f"the form of room {room}, 1 line" in ada.welcome
    assert "1: Half a text" in ada.do("resume")
    assert "description: Half a text" in ada.do(".save").replace("desc:", "description:")
    assert "Saved in" in site.do(ada, "save") and site.game.world.room(room).name == "The Lost Lane"
    assert site.game.world.room(room).description == "Half a text"


def test_nobody_has_to_wait_for_who_is_not_there(site: Site) -> None:
    ada, bob = site.enter("Ada"), site.enter("Bob")
    ada.do("redit", "name The Lost Lane")
    assert bob.do("redit") == f"Ada is editing room {ada.character.room} just now."
    lose(ada)
    assert "redit: type" in bob.do("redit")
    ada = back(ada, "owner")
    assert ada.do("resume") == f"Bob is editing room {ada.character.room} just now."
    bob.do("cancel")
    assert "The Lost Lane" in ada.do("resume")


def test_whose_rights_are_gone_meanwhile_goes_on_with_no_form(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", "name The Lost Lane")
    lose(ada)
    ada = back(ada)
    site.game.world.accounts["ada"].role = "player"
    assert "is not yours to build" in ada.do("resume") and len(ada.character.drafts) == 1


def test_of_a_form_only_the_last_steps_are_kept(site: Site) -> None:
    ada = site.enter("Ada")
    ada.do("redit", *(f"name Lane {number}" for number in range(20)))
    lose(ada)
    (form,) = drafts.decoded(ada.character.drafts[0])
    assert isinstance(form, EditRoom)
    assert [draft.name for draft in form.drafts] == ["Lane 17", "Lane 18", "Lane 19"]
