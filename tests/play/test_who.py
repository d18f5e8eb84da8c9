"""Who is in the world, by role, flag and name."""

from __future__ import annotations

import pytest

from mud.core import events as e
from mud.core.world.model import Role
from mud.testing import Kit, Player
from tests.play.worlds import SMALL


@pytest.fixture
def ada() -> Player:
    """Ada among a builder, an owner, somebody link-dead and somebody away from the keyboard."""
    kit = Kit(world=SMALL)
    roles: dict[str, Role] = {"Bob": "builder", "Root": "owner", "Cyd": "player", "Dee": "player"}
    players = {name: kit.player(name, role) for name, role in roles.items()}
    kit.post(e.Lost(players["Cyd"].session, "test"))
    kit.wait(130)
    ada = kit.player("Ada")
    players["Bob"].do("look")
    players["Dee"].character.afk = "tea"
    return ada


def shown(ada: Player, words: str) -> list[str]:
    """The rows that `who` shows."""
    return [line.strip() for line in ada.do(f"who {words}").splitlines()[1:]]


def test_everybody_with_role_and_flags(ada: Player) -> None:
    assert ada.do("who").splitlines()[0] == "5 souls are awake:"
    rows = ["Ada", "Bob (builder)", "Cyd (link-dead)", "Dee (idle 2 minutes 10 seconds, afk: tea)"]
    assert shown(ada, "") == [*rows, "Root (owner, idle 2 minutes 10 seconds)"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("builders", ["Bob"]),
        ("builder", ["Bob"]),
        ("staff", ["Bob", "Root"]),
        ("staff idle", ["Root"]),
        ("players", ["Ada", "Cyd", "Dee"]),
        ("afk", ["Dee"]),
        ("link-dead", ["Cyd"]),
        ("LINKDEAD", ["Cyd"]),
        ("c", ["Cyd"]),
        ("root", ["Root"]),
    ],
)
def test_those_of_a_role_a_flag_or_a_name(ada: Player, words: str, names: list[str]) -> None:
    assert [row.split()[0] for row in shown(ada, words)] == names


def test_nobody_is_said_in_words(ada: Player) -> None:
    assert ada.do("who admins") == "There is nobody to show for 'admins' now."
    assert ada.do("who afkk") == "There is nobody to show for 'afkk' now. Did you mean who afk?"


def test_idle_times_go_on_over_a_copyover_and_count_it(ada: Player) -> None:
    ada.kit.wait(170)
    ada.kit.copyover(seconds=20)
    ada.read()
    rows = ["Dee (idle 5 minutes 20 seconds, afk: tea)", "Root (owner, idle 5 minutes 20 seconds)"]
    assert shown(ada, "idle") == ["Bob (builder, idle 3 minutes 10 seconds)", *rows]
