"""The log and the list of those who look after the world, as the game asks for them; and what is answered."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mud.core import events as e
from mud.play.staff.records import staff_list
from mud.server.log_reader import read_log
from mud.testing import Kit
from tests.play.worlds import SMALL

LOG = """\
2026-01-02 10:00:00,000 INFO mud.login: login name=Ada from=192.0.2.1
2026-01-02 10:00:01,000 ERROR mud.game: an event failed and was undone: Line of p1: 'break'
Traceback (most recent call last):
RuntimeError: on \x01purpose
2026-01-02 10:00:02,000 WARNING mud.server: refused from=192.0.2.9
2026-01-02 10:00:03,000 INFO mud.admin: Boss: load item sword
"""


@pytest.mark.parametrize(
    ("typed", "count", "level", "word"),
    [
        ("log", 20, "", ""),
        ("log 5", 5, "", ""),
        ("log 500", 500, "", ""),
        ("log 5 warning", 5, "WARNING", ""),
        ("log error mud.game on purpose", 20, "ERROR", "mud.game on purpose"),
        ("log ada 5", 20, "", "ada 5"),
    ],
)
def test_the_log_is_asked_for(typed: str, count: int, level: str, word: str) -> None:
    boss = Kit(world=SMALL).player("Boss", "admin")
    boss.do(typed)
    assert boss.kit.effects[-1] == e.ReadLog(boss.session, count, level, word)


@pytest.mark.parametrize("typed", ["log 0", "log 501", "log -5", "log 99999", "log error 0"])
def test_a_number_of_records_has_its_bounds(typed: str) -> None:
    boss = Kit(world=SMALL).player("Boss", "admin")
    assert boss.do(typed) == "`log N` shows the last N records, a number from 1 to 500."


def test_a_long_answer_comes_by_the_page() -> None:
    boss = Kit(world=SMALL).player("Boss", "admin")
    boss.do("set pager 5", "log")
    boss.kit.post(e.Told(boss.session, "\n".join(f"line {n}" for n in range(9)), answer=True))
    assert boss.read().endswith("line 4") and boss.prompt.startswith("-- 5 of 9 lines")
    assert "There is no command 'log'" in Kit(world=SMALL).player("Ada").do("log")


@pytest.mark.parametrize(
    ("count", "level", "word", "shown"),
    [
        (20, "", "", [0, 1, 2, 3, 4, 5]),
        (1, "", "", [5]),
        (20, "WARNING", "", [1, 2, 3, 4]),
        (20, "", "RUNTIMEERROR", [1, 2, 3]),
        (20, "ERROR", "refused", []),
    ],
)
def test_the_last_records_of_a_level_and_a_word(
    tmp_path: Path, count: int, level: str, word: str, shown: list[int]
) -> None:
    path = tmp_path / "everwake.log"
    path.write_text(LOG)
    lines = LOG.replace("\x01", "?").splitlines()
    text = asyncio.run(read_log(path, e.ReadLog(1, count, level, word)))
    assert text.splitlines() == ([lines[n] for n in shown] or ["There is nothing of that in the log."])


def test_a_log_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    text = asyncio.run(read_log(tmp_path / "none.log", e.ReadLog(1, 20, "", "")))
    assert text == "The log can't be read: No such file or directory."


def test_who_looks_after_the_world() -> None:
    people = [("Ada", "owner"), ("Bob", "builder"), ("Cy", "player"), ("Dee", "builder")]
    assert staff_list(people) == "Who looks after this world:\n  owner: Ada\n  builder: Bob, Dee"
    assert staff_list(people[2:3]) == "Nobody looks after this world yet."


def test_the_list_is_asked_for_by_anybody() -> None:
    ada = Kit(world=SMALL).player("Ada")
    ada.do("wizlist")
    assert ada.kit.effects[-1] == e.ListStaff(ada.session)
