"""What the core asks of modules, and what modules have the core do: who shares, and orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mud.api import Command, Context, Method, Module, On, PlayerEntered, PlayerLeft, Rejected, Request, State
from mud.core.errors import FrameworkError
from mud.core.events import Line, Lost, PlayerFound
from mud.framework.lifecycle import ModuleState
from mud.testing import Kit


class Sharing(Request, tag="game.companions"):
    character: str


class Other(Request, tag="game.other"):
    character: str


def sharing(answer: Callable[[], Any]) -> Module[State]:
    """A module that says who shares with a character."""
    return Module(name="sharing", version="1.0.0", methods=[Method(Sharing, lambda ctx, asked: answer())])


def companions(kit: Kit, character: str) -> list[str]:
    return kit.act(lambda ctx: ctx.modules.companions(ctx, character))


def test_who_shares_is_asked_of_the_module_that_has_groups() -> None:
    kit = Kit(sharing(lambda: [ben, "p999", ada, ben]))
    ada, ben = kit.player("Ada").character.id, kit.player("Ben").character.id
    assert companions(kit, ada) == [ada, ben], "itself first, each once, and only who exists"
    kit.manage("pause")
    assert companions(kit, ada) == [ada]


@pytest.mark.parametrize("answer", [lambda: 1 / 0, lambda: None, lambda: [1], lambda: "p1"])
def test_each_for_themselves_when_nobody_can_say_who_shares(answer: Callable[[], Any]) -> None:
    kit = Kit(sharing(answer))
    ada = kit.player("Ada").character.id
    assert companions(kit, ada) == [ada]


def test_a_module_that_keeps_failing_to_say_it_is_taken_out_of_service() -> None:
    kit = Kit(sharing(lambda: 1 / 0))
    ada = kit.player("Ada").character.id
    for _ in range(5):
        companions(kit, ada)
    assert kit.instance().life.state is ModuleState.ERROR


def test_no_other_request_of_the_games_can_be_answered_by_a_module() -> None:
    module = Module(name="sharing", version="1.0.0", methods=[Method(Other, lambda ctx, asked: None)])
    with pytest.raises(FrameworkError, match=r"its tag has to be sharing\.SOMETHING, not 'game\.other'"):
        Kit(module)


def test_a_game_without_such_a_module_shares_nothing() -> None:
    kit = Kit(Module(name="bell", version="1.0.0"))
    assert companions(kit, "p7") == ["p7"]


# Orders


def order(ctx: Context[State], args: str) -> None:
    """order NAME COMMAND -- have somebody do something"""
    name, _, command = args.partition(" ")
    ctx.order(ctx.find_player(name), command)
    ctx.send("Ordered.")


def refuse(ctx: Context[State], args: str) -> None:
    """refuse NAME COMMAND -- the same, and then not"""
    order(ctx, args)
    raise Rejected("No.")


BOSSY = Module(name="bossy", version="1.0.0", commands=[Command("order", order), Command("refuse", refuse)])


def test_an_order_is_done_as_if_its_player_had_typed_it() -> None:
    kit = Kit(BOSSY)
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ada.read()
    assert ada.do("order ben north") == "Ordered.\nBen goes north."
    assert ben.read().startswith("The Yard") and ben.character.room == "yard"


def test_what_refuses_an_order_is_told_to_its_player_alone() -> None:
    kit = Kit(BOSSY)
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ada.read()
    assert ada.do("order ben west") == "Ordered." and ben.read() == "You can't go west."
    assert ada.do("order ben dance") == "Ordered." and ben.read().startswith("There is no command 'dance'.")


def test_an_order_of_an_event_that_fails_is_not_given() -> None:
    kit = Kit(BOSSY)
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ada.read()
    assert ada.do("refuse ben north") == "No." and ben.character.room == "hall" and ben.read() == ""


def test_an_order_leaves_alone_what_a_player_writes_or_waits_for() -> None:
    kit = Kit(BOSSY)
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ben.do("description", "Tall.", "")
    ada.do("order ben north")
    assert ben.character.room == "yard" and ben.prompt == "  3> "
    ben.do(".save")
    kit.game.handle(Line(ben.session, "tell zed hello"))  # somebody looks for Zed now
    ben.read()
    ada.do("order ben west", "order ben south")
    assert ben.read().startswith("You can't go west.\nThe Hall") and kit.game.busy(ben.session)
    kit.post(PlayerFound(ben.session, None))
    assert ben.read() == "Nobody called 'zed' is here or anywhere else." and not kit.game.busy(ben.session)


def test_who_has_no_session_gets_no_order() -> None:
    kit = Kit(BOSSY)
    ada, ben = kit.player("Ada"), kit.player("Ben")
    kit.post(Lost(ben.session, "a cable"))
    ada.do("order ben north")
    assert ben.character.room == "hall"


def test_an_order_may_bring_about_others() -> None:
    kit = Kit(BOSSY)
    ada = kit.player("Ada")
    calls = kit.instance().figures.calls
    kit.post(Line(ada.session, "order ada " * 50 + "look"))
    assert kit.instance().figures.calls == calls + 50 and ada.read().endswith("A hall.\nExits: north")


# Reading


class Count(State):
    numbers: list[int] = []


def look(ctx: Context[Count], args: str) -> None:
    """peek -- how many there are"""
    ctx.send(f"{len(ctx.peek().numbers)}")


def count(ctx: Context[Count], args: str) -> None:
    """count -- one more"""
    ctx.state.numbers.append(1)
    ctx.send(f"{len(ctx.peek().numbers)}")


def test_to_peek_at_a_state_gives_the_flush_nothing_to_do() -> None:
    commands = [Command("peek", look), Command("count", count)]
    kit = Kit(Module(name="counter", version="1.0.0", state=Count, commands=commands))
    ada, dirty = kit.player("Ada"), kit.game.world.journal.dirty
    dirty.clear()
    assert ada.do("peek") == "0" and ("modules", "counter") not in dirty
    assert ada.do("count") == "1" and ("modules", "counter") in dirty


# Listeners


def test_a_module_with_two_listeners_for_a_signal_hears_it_once_with_both() -> None:
    heard: list[str] = []
    module: Module[State] = Module(
        name="ears",
        version="1.0.0",
        on=[
            On(PlayerEntered, lambda ctx, entered: heard.append("left ear")),
            On(PlayerEntered, lambda ctx, entered: heard.append("right ear")),
            On(PlayerLeft, lambda ctx, left: heard.append("gone")),
        ],
    )
    Kit(module).player("Ada").do("quit")
    assert heard == ["left ear", "right ear", "gone"]
