"""Aliases: what they become, within which bounds, and that they stay."""

from __future__ import annotations

import pytest

from mud.core import events as e
from mud.play.alias import MAX_ALIASES, MAX_COMMANDS
from mud.testing import Player
from mud.testing.fixtures import kit_of
from tests.play.worlds import SMALL

kit = kit_of(world=SMALL)


def test_an_alias_stands_for_a_command(ada: Player) -> None:
    assert ada.do("alias") == "You have no aliases. Write: alias NAME COMMAND."
    assert ada.do("alias greet say Hello, $1!") == "greet stands for: say Hello, $1!"
    assert ada.do("greet Bob and all") == 'You say, "Hello, Bob!"'
    assert ada.do("GREET") == 'You say, "Hello, !"'
    assert ada.do("alias") == "Your aliases:\n  greet: say Hello, $1!"
    assert ada.do("alias greet") == "greet: say Hello, $1!"
    assert ada.do("unalias greet") == "greet is an alias no more."
    assert ada.do("greet Bob").startswith("There is no command 'greet'. Did you mean get")
    assert ada.do("unalias greet") == "You have no alias 'greet'." and ada.do("unalias").startswith("Forget which")
    assert ada.do("alias greet").startswith("You have no alias 'greet'.")


def test_words_go_where_they_are_wanted(ada: Player) -> None:
    ada.do("alias swap think $2 $1 $3", "alias all think <$*>", "alias end think now;think then")
    assert ada.do("swap a 'b c'") == 'You think, "b c a"'
    assert ada.do("all a  'b c'") == "You think, \"<a  'b c'>\""
    assert ada.do("end of it") == 'You think, "now"\nYou think, "then of it"'


def test_what_is_typed_behind_an_alias_adds_no_command(ada: Player) -> None:
    ada.do("alias t think $*")
    assert ada.do("t a;quit") == 'You think, "a;quit"'


def test_each_command_of_an_alias_happens_for_itself(ada: Player) -> None:
    ada.do("alias trip north;get sword;west;inventory")
    text = ada.do("trip")
    assert text.index("The Hall") < text.index("You get a short sword.") < text.index("You can't go west.")
    assert text.endswith("You carry:\n  a short sword")
    assert ada.character.room == "hall"


def test_an_alias_may_use_others_and_is_itself_no_more_inside(ada: Player) -> None:
    ada.do("alias one think one", "alias two one;think two", "alias think say $*")
    assert ada.do("two") == 'You say, "one"\nYou say, "two"'


def test_a_circle_of_aliases_ends(ada: Player) -> None:
    ada.do("alias aaa bbb;think x", "alias bbb aaa")
    assert ada.do("aaa") == "There is no command 'aaa'. Try help.\nYou think, \"x\""
    ada.do("alias look look stones")
    assert ada.do("look") == "Worn stones."


def test_what_an_alias_becomes_is_bounded(ada: Player) -> None:
    ada.do("alias one " + ";".join(["think x"] * 5), "alias two one;one;one;one")
    assert ada.do("two").count('You think, "x"') == MAX_COMMANDS
    ada.do("alias three two;one")
    assert ada.do("three") == f"three would become more than {MAX_COMMANDS} commands. Nothing was done."
    ada.do("alias l1 think " + "$*" * 100, "alias l2 l1 " + "$*" * 100)
    assert ada.do("l2 abc") == "l2 would become too long a command. Nothing was done."
    assert "at most 20 commands" in ada.do("alias x " + "n;" * 21)
    assert "at most 400 letters" in ada.do("alias x say " + "a" * 400)
    assert ada.do("alias x ;") == "There is no command in that."
    ada.do(*(f"alias w{n} look" for n in range(MAX_ALIASES)))
    assert len(ada.character.aliases) == MAX_ALIASES and "unalias one first" in ada.do("alias another look")


def test_aliases_that_become_nothing_are_bounded_too(ada: Player) -> None:
    ada.do("alias a0 $1")
    for number in range(12):
        ada.do(f"alias a{number + 1} " + ";".join([f"a{number}"] * MAX_COMMANDS))
    assert ada.do("a0") == "" == ada.do("a1")
    assert ada.do("a12").endswith(f"more than {MAX_COMMANDS} commands. Nothing was done.")


@pytest.mark.parametrize("name", ["alias", "unalias", "quit", "help", "password"])
def test_the_ways_out_can_not_be_taken(ada: Player, name: str) -> None:
    assert ada.do(f"alias {name} think caught") == f"{name} always means {name}: no alias can take its place."
    assert ada.character.aliases == {}


@pytest.mark.parametrize("name", ["'", "a;b", "k!", "x" * 21])
def test_a_name_is_one_plain_word(ada: Player, name: str) -> None:
    assert "one word" in ada.do(f'alias "{name}" look') and ada.character.aliases == {}


def test_a_question_leaves_the_rest_of_an_alias_undone(ada: Player) -> None:
    ada.do("alias mess description;think rest", "alias change password;think rest")
    assert "The rest of your alias is left" in ada.do("mess")
    ada.do(".quit")
    assert "The rest of your alias is left" in ada.do("change") and ada.prompt == "Your present password: "
    assert ada.kit.game.sessions.by_id[ada.session].queued == ()


def test_leaving_ends_an_alias(ada: Player) -> None:
    ada.do("alias bye think now;quit;think never")
    text = ada.do("bye")
    assert "Until another day." in text and "never" not in text and "rest of your" not in text


def test_an_alias_waits_for_an_answer_also_over_a_copyover(ada: Player) -> None:
    ada.do("alias safe save;think safe;think sound")
    assert ada.do("safe") == ""
    ada.kit.copyover()
    assert ada.kit.game.sessions.by_id[ada.session].queued == ("think safe", "think sound")
    ada.kit.post(e.Told(ada.session, "Everything is saved.", answer=True))
    assert ada.read() == 'Everything is saved.\nYou think, "safe"\nYou think, "sound"'
    assert ada.character.aliases == {"safe": "save;think safe;think sound"}


def test_who_is_looked_up_for_an_alias_does_not_expand_it_again(ada: Player) -> None:
    bob = ada.kit.player("Bob")
    ada.do("alias tell tell bob $*")
    bob.do("quit")
    ada.kit.evict()
    ada.read()
    assert ada.do("tell psst") == "Bob is not here just now."


def test_a_page_is_closed_by_the_next_command_of_an_alias(ada: Player) -> None:
    ada.do("set pager 5", "alias both commands;think done")
    assert ada.do("both").endswith('You think, "done"') and ada.prompt == "> "
    ada.do("commands")
    assert ada.do("both").endswith('You think, "done"') and ada.prompt == "> "
