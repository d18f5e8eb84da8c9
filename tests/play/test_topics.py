"""Help: every word that a newcomer types finds a page, and no page shows what its reader may not do."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from mud.cli.loaded import loaded
from mud.config import Config
from mud.core.commands import CommandTable, page_for
from mud.play.topics import WORDS, page_of
from mud.testing import Kit
from tests.play.worlds import SMALL


@pytest.mark.parametrize(
    "word",
    """start newbie combat fight death dying corpse level experience xp hp mana armor gold bank food light
    doors copyover blink linkdead reconnect walking directions talk pvp party class race skills train quest
    stats rules""".split(),
)
def test_a_word_that_newcomers_type_finds_a_page(word: str) -> None:
    stage = Kit(world=SMALL)
    ada = stage.player("Ada")
    assert "There is no help" not in ada.do(f"help {word}")


def test_a_phrase_and_a_near_miss_find_theirs() -> None:
    ada = Kit(world=SMALL).player("Ada")
    assert ada.do("help getting started").startswith("The first steps")
    assert "Did you mean combat" in ada.do("help combatt")
    assert "help start" in ada.do("help")


def test_no_word_belongs_to_two_pages() -> None:
    homes: dict[str, set[str]] = {}
    for page, words in WORDS:
        for word in words.split():
            homes.setdefault(word, set()).add(page)
    assert [word for word, pages in homes.items() if len(pages) > 1] == []
    assert page_of("nonsense") is None


@pytest.fixture(scope="module")
def table() -> Iterator[CommandTable[Any]]:
    """The commands of the core and of all modules, whose code is imported afresh and then as it was before."""
    before = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "modules"}
    yield loaded(Config()).commands
    for name in [name for name in sys.modules if name.partition(".")[0] == "modules"]:
        del sys.modules[name]
    sys.modules.update(before)


def test_a_players_help_shows_nothing_that_players_may_not_do(table: CommandTable[Any]) -> None:
    staff = {c.name for c in table.commands.values() if c.role != "player"} - {"world", "where", "set"}
    shown = {c.name: page_for(c.help, "player") for known in table.by_topic("player").values() for c in known}
    found = {name: set(re.findall(r"[a-z]+", page)) & staff for name, page in shown.items()}
    assert {name for name, words in found.items() if words} == set()
    staffs = (r"For (admins|builders|owners)", "builders may")
    speak = {name for name, page in shown.items() if any(re.search(words, page) for words in staffs)}
    assert speak == set()


def test_what_pages_tell_to_type_exists(table: CommandTable[Any]) -> None:
    words = {word for c in table.commands.values() for word in (c.name, *c.aliases)}
    for page, _ in WORDS:
        for line in page.splitlines():
            found = re.match(r"  ([a-z]+)(?:, ([a-z]+))?", line)
            for word in filter(None, found.groups() if found and "   " in line else ()):
                assert word in words | {"hit", "movement", "mana", "armour", "n"}, line


def test_a_line_for_admins_is_read_by_admins() -> None:
    stage = Kit(world=SMALL)
    boss, ada = stage.player("Boss", "admin"), stage.player("Ada")
    assert "set WHOM FIELD VALUE" in boss.do("help set")
    assert "WHOM" not in ada.do("help set") and "pronouns" in ada.do("help set")
    assert "rollback" in boss.do("help copyover")
    assert "you stay connected" in ada.do("help copyover") and "rollback" not in ada.do("help copyover")
