"""The kit does with modules what a server does: their order, a reload, a way back into older code."""

from __future__ import annotations

from typing import Any

import pytest

from mud.api import Command, Context, Module, On, Signal, State, Step, Struct
from mud.core.errors import FrameworkError, SnapshotError
from mud.testing import Kit


class Ring(Signal, tag="bell.ring"):
    pass


class Heard(State):
    names: list[str] = []


HEARD: list[str] = []


def listener(name: str, **more: Any) -> Module[Any]:
    def heard(ctx: Context[Heard], signal: Ring) -> None:
        HEARD.append(name)

    return Module(name=name, version="1.0.0", state=Heard, on=[On(Ring, heard)], **more)


def test_modules_stand_in_the_order_in_which_a_server_starts_them() -> None:  # S4.3
    kit = Kit(listener("late", requires=("wanted",)), listener("wanted", priority=200), listener("early", priority=1))
    assert list(kit.registry.instances) == ["early", "wanted", "late"]
    HEARD.clear()
    kit.emit(Ring())
    assert HEARD == ["early", "wanted", "late"]
    assert kit.instance().name == "late"  # what a test gave first is what it is about


@pytest.mark.parametrize(
    ("modules", "says"),
    [
        ((listener("one", requires=("two",)), listener("two", requires=("one",))), "go in a circle"),
        ((listener("one", requires=("too",)), listener("two")), "did you mean two"),
        ((listener("one"), listener("one")), "two modules are called 'one'"),
    ],
)
def test_what_a_server_could_not_start_no_kit_starts(modules: tuple[Module[Any], ...], says: str) -> None:  # S4.3
    with pytest.raises(FrameworkError, match=says):
        Kit(*modules)


def ring(ctx: Context[Any], args: str) -> None:
    """ring -- ring"""


@pytest.mark.parametrize("word", ["look", "north"])
def test_a_command_of_the_cores_is_said_to_be_the_cores(word: str) -> None:  # S2.9
    with pytest.raises(
        FrameworkError, match=f"one: two commands are called '{word}': the other one belongs to the core"
    ):
        Kit(Module(name="one", version="1.0.0", commands=[Command("ring", ring, aliases=(word,))]))


def test_a_command_of_another_module_is_said_to_be_that_ones() -> None:  # S2.9
    one, two = (Module(name=name, version="1.0.0", commands=[Command("ring", ring)]) for name in ("one", "two"))
    with pytest.raises(FrameworkError, match="two: two commands are called 'ring': the other one belongs to one: give"):
        Kit(two, one)


# Newer and older code


class Name(Struct, frozen=True):
    first: str
    last: str


class Old(State):
    name: str = "Ada Lovelace"


class New(State):
    first: str = ""
    last: str = ""


def split(state: dict[str, Any]) -> None:
    state["first"], state["last"] = state.pop("name").split(" ", 1)


def join(state: dict[str, Any]) -> None:
    state["name"] = f"{state.pop('first')} {state.pop('last')}"


def rename(ctx: Context[New], args: str) -> None:
    """rename NAME -- be called so"""
    ctx.state.first = args


OLDER = Module(name="bell", version="1.0.0", state=Old)
NEWER = Module(
    name="bell",
    version="1.1.0",
    state=New,
    state_version=2,
    steps=(Step(2, split, join),),
    commands=[Command("rename", rename)],
)
ONE_WAY = Module(name="bell", version="1.1.0", state=New, state_version=2, steps=(Step(2, split),))


def test_a_kit_reloads_a_module_into_newer_and_older_code() -> None:  # S3.4, S1.10
    kit = Kit(OLDER)
    ada = kit.player("Ada")
    assert "bell is reloaded: 1.0.0 -> 1.1.0" in kit.reload(NEWER)
    assert (kit.state.first, kit.state.last) == ("Ada", "Lovelace")
    ada.do("rename Augusta")
    assert "1.1.0 -> 1.0.0" in kit.reload(OLDER)
    assert kit.state.name == "Augusta Lovelace" and "no command" in ada.do("rename x")
    assert "1.0.0 -> 1.0.0" in kit.reload()
    kit.copyover()
    assert kit.state.name == "Augusta Lovelace" and kit.modules == (OLDER,)


class Renamed(State):
    called: str = ""


def test_a_field_that_was_renamed_without_a_step_is_told() -> None:  # S1.8
    kit = Kit(OLDER)
    says = (
        "of its state, name is no field any more, and called starts with its default: if it was renamed, declare a Step"
    )
    assert says in kit.reload(Module(name="bell", version="1.1.0", state=Renamed))
    assert "Beware" not in kit.reload()
    assert "Beware" not in Kit(OLDER).reload(Module(name="bell", version="1.1.0", state=State))


def test_a_reload_that_fails_changes_nothing() -> None:  # S3.4
    kit = Kit(ONE_WAY)
    kit.player("Ada")
    kit.state.first = "Augusta"
    with pytest.raises(FrameworkError, match="no way back from schema 2 to 1"):
        kit.reload(OLDER)
    assert kit.modules == (ONE_WAY,) and kit.state.first == "Augusta"
    assert kit.instance().life.state.value == "active"


def test_a_reload_brings_in_a_module_that_was_not_there() -> None:  # S2.9
    kit = Kit(OLDER)
    assert "is loaded and runs" in kit.reload(listener("late"))
    assert list(kit.registry.instances) == ["bell", "late"]


def test_a_kit_rolls_back_into_older_code() -> None:  # S1.10
    kit = Kit(NEWER)
    ada = kit.player("Ada")
    kit.state.first, kit.state.last = "Ada", "Byron"
    kit.rollback(OLDER, seconds=5)
    assert kit.state.name == "Ada Byron" and "The Hall" in ada.do("look")


def test_a_copyover_that_fails_lets_the_old_game_play_on() -> None:  # S0.7
    kit = Kit(NEWER)
    ada = kit.player("Ada")
    kit.state.first = "Ada"
    began = kit.game.clock.game
    with pytest.raises(FrameworkError, match="it has schema 2, but this program reads up to 1"):
        kit.copyover(OLDER, seconds=3)
    assert kit.modules == (NEWER,) and kit.state.first == "Ada" and kit.game.clock.game == began
    ada.do("rename Augusta")
    assert kit.state.first == "Augusta"
    kit.wait(1)
    assert kit.game.clock.game == began + 1
    other = Kit(ONE_WAY)
    with pytest.raises(SnapshotError, match="no way back"):
        other.rollback(OLDER)
    assert other.player("Ben").do("say hello")
