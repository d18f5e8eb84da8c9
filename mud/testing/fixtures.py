"""A pytest plugin with the fixtures that most tests of a game need: `kit`, and in it `ada`, `ben` and `boss`.

The kit has two rooms and nothing else. One line in a file of tests gives it a kit with more:

    kit = kit_of(MODULE, world=WORLD)

`pytest_plugins = ["mud.testing.fixtures"]` in the file of tests, or `-p mud.testing.fixtures`, brings the fixtures in.
This is a file of its own because a server has no pytest. (PYTEST_DONT_REWRITE: nothing is asserted here, and pytest
would warn that the file of tests has imported it before.)
"""

from __future__ import annotations

from typing import Any

import pytest

from mud.core.world.model import Role
from mud.sdk.module import Module
from mud.testing.kit import Kit, Player


def kit_of(*modules: Module[Any], **options: Any) -> Any:
    """The fixture `kit` of one file of tests, made as Kit is: a new one for each test."""

    @pytest.fixture(name="kit")
    def made() -> Kit:
        return Kit(*modules, **options)

    return made


kit = kit_of()


def enter(kit: Kit, name: str, role: Role = "player") -> Player:
    """Somebody comes into play, and whoever was there has read of it."""
    others = list(kit.players.values())
    player = kit.player(name, role)
    for other in others:
        other.read()
    return player


@pytest.fixture
def ada(kit: Kit) -> Player:
    """A player."""
    return enter(kit, "Ada")


@pytest.fixture
def ben(kit: Kit, ada: Player) -> Player:
    """A player beside Ada."""
    return enter(kit, "Ben")


@pytest.fixture
def boss(kit: Kit) -> Player:
    """An admin."""
    return enter(kit, "Boss", "admin")
