"""Commands and targets: abbreviations, roles, what was close, and how things are named."""

from __future__ import annotations

import pytest

from mud.core.commands import CommandEntry, CommandTable
from mud.core.context import CoreContext
from mud.core.errors import Conflict, Rejected
from mud.core.targets import TargetWords, answers, parse_target, pick, split, split_first
from mud.play.commands import COMMANDS


def table() -> CommandTable[CoreContext]:
    return CommandTable(COMMANDS)


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("look", "look"),
        ("l", "look"),
        ("n", "north"),
        ("inv", "inventory"),
        ("desc", "description"),
        ("exam", "examine"),
    ],
)
def test_names_aliases_and_beginnings(verb: str, name: str) -> None:
    assert table().find(verb, "player").name == name


def test_an_ambiguous_beginning_names_what_it_could_be() -> None:
    with pytest.raises(Rejected, match="'lo' could be look or lock"):
        table().find("lo", "player")


def test_an_unknown_command_names_what_is_close() -> None:
    with pytest.raises(Rejected, match=r"Did you mean .*inventory"):
        table().find("invantory", "player")
    with pytest.raises(Rejected, match="Try help"):
        table().find("qqqqq", "player")


@pytest.mark.parametrize(
    ("name", "role"),
    [("goto", "builder"), ("load", "builder"), ("grant", "admin"), ("copyover", "admin"), ("shutdown", "admin")],
)
def test_roles(name: str, role: str) -> None:
    lower = {"builder": "player", "admin": "builder"}[role]
    with pytest.raises(Rejected, match="no command"):
        table().find(name, lower)  # type: ignore[arg-type]
    assert table().find(name, role).name == name  # type: ignore[arg-type]
    assert table().find(name, "owner").name == name


def test_signs_need_no_space() -> None:
    assert table().split("'hello there") == ("'", "hello there")
    assert table().split("  SAY  hello  there ") == ("say", "hello  there")


def test_two_commands_of_one_name_are_refused() -> None:
    command: CommandEntry[CoreContext] = CommandEntry("x", lambda ctx, args: None, "t", "h")
    with pytest.raises(Conflict, match="'x'"):
        CommandTable([command, command])


def entry(name: str, *aliases: str) -> CommandEntry[CoreContext]:
    return CommandEntry(name, lambda ctx, args: None, "a topic", f"{name} -- nothing", aliases=aliases)


def test_of_commands_that_clash_none_is_added() -> None:
    found = CommandTable([entry("look", "l")])
    with pytest.raises(Conflict):
        found.add([entry("sing"), entry("lament", "l")])
    assert list(found.commands) == ["look"] and found.words() == {"look", "l"}


def test_what_is_removed_leaves_no_word_and_no_sign_behind() -> None:
    found = CommandTable([entry("look", "l")])
    sing = entry("sing", "s", "!")
    found.add([sing])
    assert found.split("!la la") == ("!", "la la")
    found.remove([sing, entry("look")])  # that is not the one in the table
    assert found.words() == {"look", "l"} and found.split("!la la") == ("!la", "la")
    found.add([entry("sleep", "s", "!")])


def test_every_command_has_a_help_page_that_says_how_it_is_written() -> None:
    for command in COMMANDS:
        first = command.help.splitlines()[0]
        assert first.split()[0] == command.name and " -- " in first, command.name


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("sword", TargetWords("sword")), ("2.sword", TargetWords("sword", 2)), ("all", TargetWords("", every=True)),
        ("all.bread", TargetWords("bread", every=True)), ("0.x", TargetWords("x", 0)),
        ("St. John", TargetWords("st. john")),
    ],
)  # fmt: skip
def test_targets(text: str, target: TargetWords) -> None:
    assert parse_target(text) == target


def test_pick() -> None:
    things = [(("short", "sword"), "a"), (("long", "sword"), "b"), (("bread",), "c")]
    assert pick(TargetWords("sword"), things) == ["a"]
    assert pick(TargetWords("sword", 2), things) == ["b"]
    assert pick(TargetWords("sword", 3), things) == []
    assert pick(TargetWords("sword", every=True), things) == ["a", "b"]
    assert pick(TargetWords("", every=True), things) == ["a", "b", "c"]
    assert answers(("brass", "lantern"), "lan br") and not answers(("brass",), "lantern")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b", ["a", "b"]), ('"brass lantern" ada', ["brass lantern", "ada"]), ("'x y' z", ["x y", "z"]),
        ('"open end', ["open end"]), ("", []), ("   ", []), ('""', [""]), ('a "b', ["a", "b"]),
    ],
)  # fmt: skip
def test_quoted_words(text: str, words: list[str]) -> None:
    assert split(text) == words


def test_the_rest_is_as_it_was_typed() -> None:
    assert split_first('ada  he said "hi"') == ("ada", 'he said "hi"')
    assert split_first("'two words' rest") == ("two words", "rest")
