"""Mail: letters, and what is told to who is away."""

from __future__ import annotations

from pathlib import Path

import pytest

from modules.people import MODULE as PEOPLE
from modules.post import MODULE
from mud.core.errors import FrameworkError
from mud.core.events import Lost
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of

kit = kit_of(MODULE, PEOPLE)


def away(kit: Kit, *players: Player) -> None:
    """They leave, and the next flush forgets them."""
    for player in players:
        player.do("quit")
    kit.evict()


def letter(writer: Player, to: str, text: str = "Hello.") -> str:
    """Write a letter."""
    return writer.do(f"mail {to}", text, ".save")


def test_a_letter_is_written_read_and_thrown_away(kit: Kit, ada: Player, ben: Player) -> None:
    assert ada.do("mail") == "There are no letters for you."
    assert ada.do("mail ben A word").startswith("A letter to Ben: A word.\nWrite your text line by line.")
    assert ada.prompt == "  1> "
    assert ada.do("Dear Ben,", "come home.", ".save") == "Your letter to Ben is on its way." and ada.prompt == "> "
    assert ben.read() == "A letter from Ada has come: `mail`."
    kit.wait(60)
    assert ben.do("mail") == "Your letters (* is unread):\n    1 * A word, from Ada, 1 minute ago"
    assert ben.do("mail 1") == "A word, from Ada, 1 minute ago\nDear Ben,\ncome home."
    assert ben.do("mail") == "Your letters (* is unread):\n    1   A word, from Ada, 1 minute ago"
    assert ben.do("mail read 1").endswith("come home.")
    assert ben.do("mail delete 1") == "Letter 1 is deleted."
    assert ben.do("mail") == "There are no letters for you." and kit.state.boxes == {}


def test_a_letter_can_be_begun_the_long_way_and_without_a_subject(kit: Kit, ada: Player, ben: Player) -> None:
    assert ada.do("mail write ben").startswith("A letter to Ben: no subject.")
    ada.do("Hello.", ".save")
    assert "no subject, from Ada" in ben.do("mail")
    assert ada.do("mail write") == "Write: mail write NAME SUBJECT."


def test_an_answer_goes_to_who_wrote_and_names_what_it_is_about(kit: Kit, ada: Player, ben: Player) -> None:
    ada.do("mail ben Lunch", "Today?", ".save")
    assert "A letter to Ada: Re: Lunch." in ben.do("mail reply 1")
    ben.do("Yes.", ".save")
    assert "A letter to Ben: Re: Lunch." in ada.do("mail reply 1"), "one Re: is enough"


def test_the_longest_subject_can_be_answered(ada: Player, ben: Player) -> None:
    ada.do(f"mail ben {'x' * 60}", "Today?", ".save")
    ben.read()
    assert ben.do("mail reply 1").startswith(f"A letter to Ada: Re: {'x' * 60}.")


def test_a_letter_left_with_quit_goes_nowhere(kit: Kit, ada: Player, ben: Player) -> None:
    assert ada.do("mail ben", "Hello.", ".quit").endswith("Left as it was.")
    assert kit.state.boxes == {} and ada.prompt == "> "


def test_a_letter_half_written_is_there_after_a_copyover(kit: Kit, ada: Player, ben: Player) -> None:
    ada.do("mail ben A word", "Dear Ben,")
    kit.copyover(seconds=30)
    assert ada.do(".show") == "  1: Dear Ben,"
    assert ada.do("come home.", ".save") == "Your letter to Ben is on its way."
    kit.copyover()
    assert ben.do("mail 1").endswith("\nDear Ben,\ncome home.")


def test_mail_survives_a_reload(kit: Kit, ada: Player, ben: Player, tmp_path: Path) -> None:
    letter(ada, "ben")
    ada.do("board write News", "All is well.", ".save")
    kit.cycle(tmp_path)


def test_a_letter_reaches_who_is_away(kit: Kit, ada: Player, ben: Player) -> None:
    away(kit, ben)
    assert "Your letter to Ben is on its way." in letter(ada, "ben")
    letter(ada, "ben")
    kit.evict()
    kit.copyover()
    ben = kit.player("Ben")
    assert "You have 2 new letters: `mail`." in ben.welcome
    ben.do("mail 1")
    away(kit, ben)
    assert "You have a new letter: `mail`." in kit.player("Ben").welcome


def test_who_leaves_while_they_are_written_to_is_found_again(kit: Kit, ada: Player, ben: Player) -> None:
    ada.do("mail ben", "Hello.")
    away(kit, ben)
    assert ada.do(".save").endswith("Your letter to Ben is on its way.") and ada.prompt == "> "


def test_nobody_gets_no_letter(ada: Player) -> None:
    assert ada.do("mail zed") == "Nobody called 'zed' is here or anywhere else." and ada.prompt == "> "


def test_an_empty_letter_or_one_too_long_stays_in_the_editor(kit: Kit, ada: Player, ben: Player) -> None:
    ada.do("mail ben")
    assert ada.do(".save") == "A letter can't be empty. Write it first." and ada.prompt == "  1> "
    for _ in range(5):
        ada.do("x" * 400)
    assert ada.do(".save") == "A letter has at most 2000 letters, and this one has 2004." and ada.prompt == "  6> "
    assert ada.do(".del 1", ".save") == "Your letter to Ben is on its way."


def test_a_letter_is_kept_in_the_editor_while_the_post_office_is_closed(kit: Kit, ada: Player, ben: Player) -> None:
    ada.do("mail ben", "Hello.")
    kit.manage("pause", "post")
    assert ada.do(".save").startswith("The post module is out of service just now. Your text is still here")
    kit.manage("resume", "post")
    assert ada.do(".save") == "Your letter to Ben is on its way."


@pytest.mark.parametrize("what", ["read", "delete", "reply"])
def test_a_letter_that_is_not_there_is_asked_for_again(kit: Kit, ada: Player, ben: Player, what: str) -> None:
    assert ben.do(f"mail {what} 1") == "There is no letter."
    letter(ada, "ben")
    ben.read()
    for number in ("0", "2", "x", "", "-1", "²", "9" * 30):
        assert ben.do(f"mail {what} {number}") == "Which letter? A number from 1 to 1."
    assert len(kit.state.boxes[ben.character.id]) == 1


def test_a_mailbox_is_emptied_at_once(kit: Kit, ada: Player, ben: Player) -> None:
    assert ben.do("mail delete all") == "There is no letter."
    letter(ada, "ben")
    letter(ada, "ben")
    ben.read()
    assert ben.do("mail delete all") == "Your mailbox is empty. Letters thrown away: 2."
    assert kit.state.boxes == {}


def test_a_mailbox_and_a_sender_have_their_bounds() -> None:
    kit = Kit(MODULE, settings={"post": {"letters": 3, "from_one": 2, "letter_length": 20, "subject_length": 5}})
    ada, ben, cleo = (kit.player(name) for name in ("Ada", "Ben", "Cleo"))
    for player in (ada, cleo):
        player.read()
    letter(ada, "ben")
    letter(ada, "ben")
    assert ada.do("mail ben") == "Ben has not read your last 2 letters yet. Wait until they are read."
    assert ada.do("mail cleo sixsix") == "A subject has at most 5 letters, and this one has 6."
    letter(cleo, "ben")
    ben.do("mail 1", "mail 2", "mail 3")
    assert cleo.do("mail ben") == "The mailbox of Ben is full."
    ben.do("mail delete 3")
    assert "on its way" in letter(ada, "ben", "x" * 20)
    assert "at most 20 letters" in letter(cleo, "ada", "x" * 21)


@pytest.mark.parametrize("settings", [{"letters": 0}, {"letter_length": 5000}, {"notices": "many"}])
def test_settings_out_of_bounds_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(FrameworkError, match=next(iter(settings))):
        Kit(MODULE, settings={"post": settings})


def test_a_box_that_fills_while_one_writes_keeps_the_letter_in_the_editor(kit: Kit, ada: Player, ben: Player) -> None:
    ada.do("mail ben", "Hello.")
    ben.do("ignore ada")
    assert ada.do(".save") == "Ben does not want to hear from you." and ada.prompt == "  2> "
    ben.do("ignore ada")
    assert ada.do(".save") == "Your letter to Ben is on its way."


def test_who_ignores_somebody_gets_no_letter_from_them(kit: Kit, ada: Player, ben: Player) -> None:
    letter(ada, "ben")
    ben.do("ignore ada")
    away(kit, ben)
    ada.read()
    assert ada.do("mail ben") == "Ben does not want to hear from you."
    assert ada.do("tell ben hello") == "Ben does not want to hear from you."
    assert "letter" not in kit.player("Ben").welcome, "the old one waits, and is not announced any more"


# What is told to who can't hear it


def test_a_tell_to_who_is_away_is_kept_as_mail(kit: Kit, ada: Player, ben: Player) -> None:
    away(kit, ben)
    ada.read()
    assert ada.do("tell ben the gate is open") == (
        'Ben is not here just now.\nIt is kept as mail for Ben: "the gate is open"'
    )
    ben = kit.player("Ben")
    assert "You have a new letter: `mail`." in ben.welcome
    assert ben.do("mail 1") == "something told, from Ada, just now\nthe gate is open"
    assert "A letter to Ada: Re: what you told me." in ben.do("mail reply 1")


def test_a_tell_to_who_is_link_dead_is_kept_as_mail(kit: Kit, ada: Player, ben: Player) -> None:
    kit.post(Lost(ben.session, "a cable"))
    ada.read()
    assert ada.do("tell ben hello").splitlines() == [
        "Ben is link-dead and hears nothing.",
        'It is kept as mail for Ben: "hello"',
    ]


def test_a_tell_that_can_not_be_kept_says_so() -> None:
    kit = Kit(MODULE, settings={"post": {"from_one": 1, "letter_length": 20}})
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ben.do("quit")
    ada.read()
    assert ada.do("tell ben " + "x" * 30).endswith(f'"{"x" * 20}"'), "it says what of it is kept"
    assert ada.do("tell ben more").endswith(
        "It is not kept: Ben has not read your last 1 letters yet. Wait until they are read."
    )


def test_the_whole_name_goes_before_a_beginning_of_another(kit: Kit, ada: Player) -> None:
    ann = kit.player("Ann")
    away(kit, ann)
    anna = kit.player("Anna")
    ada.read()
    assert ada.do("tell ann a secret").endswith('It is kept as mail for Ann: "a secret"') and anna.read() == ""
    kit.evict()
    assert ada.do("tell anna hello") == 'You tell Anna, "hello"'
