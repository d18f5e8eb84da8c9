"""A timer or a conversation that nothing handles is noticed before it is begun, or else when it is."""

from __future__ import annotations

import logging
import re
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from mud.api import Command, Context, Dialog, InService, Module, On, State, Talk, Timer
from mud.core.errors import Invalid
from mud.framework.contract import check
from mud.testing import Kit


class Tick(Timer):
    number: int = 0


class Older(Timer):
    pass


class Sure(Dialog):
    item: str = ""


def tick(ctx: Context[State], timer: Tick) -> None: ...


def ask(ctx: Context[State], dialog: Sure) -> str:
    return "Sure? "


def answer(ctx: Context[State], dialog: Sure, text: str) -> None: ...


def deeper(ctx: Context[Any]) -> None:
    ctx.set_timer(1, Tick())


def wind(ctx: Context[Any], args: str) -> None:
    """wind -- set a timer"""
    deeper(ctx)


def sell(ctx: Context[Any], args: str) -> None:
    """sell -- begin a conversation"""
    (lambda: ctx.begin(Sure(args)))()


def write(how: str, ctx: Context[Any], args: str) -> None:
    """write -- write"""
    ctx.edit_text(Sure())


def forget(ctx: Context[Any], signal: InService) -> None:
    ctx.cancel(Older)


def module(*handlers: Any, **more: Any) -> Module[Any]:
    commands: list[Command[Any]] = [Command(f"act{n}", handler, help="x") for n, handler in enumerate(handlers)]
    return Module(name="lamp", version="1.0.0", description="x", author="x", commands=commands, **more)


HANDLED: dict[str, Any] = {"on": [On(Tick, tick)], "talks": [Talk(Sure, ask, answer)]}


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        (wind, "deeper begins Tick, which nothing handles: add on=[On(Tick, handler)]"),
        (sell, "sell begins Sure, which nothing handles: add talks=[Talk(Sure, ask, answer)]"),
        (partial(write, "x"), "write begins Sure, which nothing handles: add talks=[Talk(Sure, ask, answer)]"),
    ],
)
def test_what_nothing_handles_breaks_the_contract(handler: Any, says: str) -> None:  # S2.7
    (found,) = check(module(handler)).findings
    assert (found.severity, found.category) == ("error", "api")
    assert re.fullmatch(rf"tests/framework/test_mentions\.py:\d+: {re.escape(says)}", found.message)
    with pytest.raises(Invalid, match="which nothing handles"):
        Kit(module(handler))
    assert check(module(handler, **HANDLED)).findings == []


def test_what_an_older_version_left_may_be_cancelled() -> None:  # S2.7
    assert check(module(on=[On(InService, forget)])).findings == []


KINDS = SimpleNamespace(timer=Tick, dialog=Sure)


@pytest.mark.parametrize(
    ("handler", "more", "says"),
    [
        (
            lambda ctx, args: ctx.set_timer(1, KINDS.timer()),
            {},
            "nothing would handle the timer Tick: add On(Tick, handler)",
        ),
        (
            lambda ctx, args: ctx.begin(KINDS.dialog()),
            {},
            "nothing would lead the conversation Sure: add Talk(Sure, ask",
        ),
        (
            lambda ctx, args: ctx.edit_text(KINDS.dialog()),
            {},
            "nothing would lead the conversation Sure: add Talk(Sure,",
        ),
        (lambda ctx, args: ctx.set_timer(1, Tick("x")), HANDLED, "Tick(number='x') could not be read again when its"),  # type: ignore[arg-type]
        (lambda ctx, args: ctx.begin(Sure(5)), HANDLED, "Expected `str`, got `int` - at `$.item`"),  # type: ignore[arg-type]
    ],
)
def test_what_was_not_seen_in_the_code_is_refused_when_it_is_begun(
    handler: Any, more: dict[str, Any], says: str, caplog: pytest.LogCaptureFixture
) -> None:  # S2.7, S0.15
    kit = Kit(module(handler, **more))
    ada = kit.player("Ada")
    with caplog.at_level(logging.ERROR):
        assert "Something went wrong" in ada.do("act0")
    assert says in kit.instance().figures.last_error
    assert kit.instance().figures.last_error.startswith("tests/framework/test_mentions.py:")
    assert kit.registry.timers_of("lamp") == []
