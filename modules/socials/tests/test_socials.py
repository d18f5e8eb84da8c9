"""Socials: what each of those here reads of a gesture."""

from __future__ import annotations

import pytest

from modules.people import MODULE as PEOPLE
from modules.socials import MODULE, SOCIALS
from modules.socials.grammar import Social, check
from mud.core.world.model import Character
from mud.play.commands import COMMANDS
from mud.testing import Kit, Player
from mud.testing.fixtures import kit_of

kit = kit_of(MODULE, PEOPLE)


@pytest.fixture
def three(kit: Kit) -> tuple[Player, Player, Player]:
    ada, ben, cleo = (kit.player(name) for name in ("Ada", "Ben", "Cleo"))
    ada.do("set pronouns she")
    ben.do("set pronouns he")
    for player in (ada, ben, cleo):
        player.read()
    return ada, ben, cleo


def test_a_gesture_is_read_by_each_in_their_own_words(three: tuple[Player, Player, Player]) -> None:
    ada, ben, cleo = three
    assert ada.do("bow") == "You bow, one hand on your heart."
    assert ben.read() == cleo.read() == "Ada bows, one hand on her heart."
    assert ada.do("cry ben") == "You cry on Ben's shoulder."
    assert ben.read() == "Ada cries on your shoulder." and cleo.read() == "Ada cries on Ben's shoulder."
    assert ben.do("dance cleo") == "You take Cleo by the hands and whirl them about."
    assert cleo.read() == "Ben takes you by the hands and whirls you about."
    assert ada.read() == "Ben takes Cleo by the hands and whirls them about."
    assert cleo.do("giggle me") == "You giggle at nothing that anybody else can see."
    assert ada.read() == "Cleo giggles at nothing that anybody else can see."
    assert cleo.do("pat self") == "You pat your own head. Well done."
    assert ada.read() == "Cleo pats their own head. Well done."


def test_help_alone_names_no_gestures_but_all_else(three: tuple[Player, Player, Player]) -> None:
    said = three[0].do("help")
    assert "socials: socials\n" in said and "curtsy" not in said and "curtsy" in three[0].do("commands")
    assert "wizlist" in said  # yields too, but is no gesture
    assert "your prompt" in three[0].do("help prompt") and "Did you mean summon" in three[0].do("help sumon")


def test_a_gesture_at_a_mob_and_at_nobody(kit: Kit, three: tuple[Player, Player, Player]) -> None:
    ada, ben, _ = three
    kit.act(lambda ctx: ctx.world.add_character(Character(id="m1", name="a rat", room="hall", mob="rat")))
    assert ada.do("wave rat") == "You wave to a rat." and ben.read() == "Ada waves to a rat."
    assert ada.do("hug zed") == "There is nobody called 'zed' here." and ben.read() == ""


def test_a_gesture_is_not_seen_next_door_nor_by_who_ignores(three: tuple[Player, Player, Player]) -> None:
    ada, ben, cleo = three
    ben.do("ignore ada")
    cleo.do("north")
    ben.read()
    assert ada.do("smile").endswith("You smile.")
    assert ben.read() == cleo.read() == ""
    assert ada.do("smile ben") == "Ben takes no notice of you." and ben.read() == ""


def test_socials_lists_them_all_and_each_has_a_page(three: tuple[Player, Player, Player]) -> None:
    ada = three[0]
    text = " ".join(ada.do("socials").split())
    assert all(f"{name}, " in f"{text}, " for name in SOCIALS)
    assert ada.do("help bow").startswith("bow\nbow [WHOM] -- You bow, one hand on your heart.")


def test_an_abbreviation_means_the_older_command_first(three: tuple[Player, Player, Player]) -> None:
    assert "There is nothing" not in three[0].do("sc") and "level" in three[0].do("sco")
    assert three[0].do("smi") == "'smi' could be smile or smirk. Which one?"
    assert three[0].do("smil") == "You smile."


def test_no_social_takes_the_name_of_a_command() -> None:
    words = {word for command in COMMANDS for word in (command.name, *command.aliases)}
    assert not words & set(SOCIALS)


@pytest.mark.parametrize("name", SOCIALS)
def test_every_social_reads_well_with_nobody_somebody_and_oneself(name: str) -> None:
    kit = Kit(MODULE)
    ada, ben, cleo = (kit.player(n) for n in ("Ada", "Ben", "Cleo"))
    for player in (ada, ben):
        player.read()
    for line, about in ((name, ""), (f"{name} ben", "Ben"), (f"{name} me", "")):
        told = (ada.do(line), ben.read(), cleo.read())
        assert told[0] != told[2] and told[2].startswith("Ada "), told
        assert all(text[:1].isupper() and text[-1] in ".?!" and not set(text) & set("{}|") for text in told), told
        assert about in told[2]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{actr} bows.", r"\[bow\] alone: \{actr\} means nothing here; did you mean \{actor\}\?"),
        ("{actor} bows to {target}.", r"alone: \{target\} means nothing here"),
        ("{actor} {bow|bows|bowed}.", "means nothing here"),
        ("{actor} {bow|bows.", "a brace is not closed"),
    ],
)
def test_a_text_with_braces_that_mean_nothing_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check("bow", Social(alone=text, at="{actor}", self="{actor}"))
