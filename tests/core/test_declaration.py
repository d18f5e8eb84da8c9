"""Declarations refuse what does not fit when they are made, with what, where and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mud.api import (
    Command,
    Database,
    Dialog,
    Endpoint,
    HealthCheck,
    Job,
    Method,
    Module,
    On,
    Request,
    Settings,
    Signal,
    Spell,
    State,
    Step,
    Talk,
    Timer,
    Veto,
)
from mud.core.errors import Failed, Invalid
from mud.framework import finder
from mud.sdk.module import HOOKS, SHELL_HOOKS


class Tick(Timer):
    pass


class Sure(Dialog):
    pass


class Light(Request, tag="lamp.light"):
    pass


class Untagged(Signal):
    pass


class Untimely(Timer):
    clock = "moon"  # type: ignore[assignment]


class Still(State, frozen=True):  # type: ignore[misc]
    oil: int = 0


class Lamp(State):
    pass


def two(ctx: Any, args: Any) -> Any: ...


def one(ctx: Any) -> Any: ...


def three(ctx: Any, first: Any, second: Any) -> Any: ...


async def waits(ctx: Any, args: Any = None) -> None: ...


def one_or_more(ctx: Any, *args: Any, why: str = "") -> Any: ...


def named(ctx: Any, args: Any, *, why: str) -> Any: ...


def module(**more: Any) -> Module[Any]:
    return Module(**({"name": "lamp", "version": "1.0.0"} | more))


made: Any = Command  # so that a type checker lets pass what is wrong on purpose
hears: Any = On
talks: Any = Talk
answers: Any = Method
WRONG: list[tuple[Callable[[], Any], str]] = [
    # arguments
    (lambda: module(comands=[]), "Module: there is no 'comands': did you mean 'commands'?"),
    (lambda: module(zzz=1), "Module: there is no 'zzz': there are name, version, state"),
    (lambda: made("lamp"), "Command: handler is missing: write handler=..., there is no default for it"),
    (lambda: made("lamp", two, "player", (), "", "", False, 1), "Command: it takes at most 7 arguments: name, handler"),
    # types
    (lambda: made(5, two), "Command(5): name has to be text, and not 5"),
    (lambda: made("lamp", "x"), "Command('lamp'): handler has to be a function, and not 'x'"),
    (lambda: made("lamp", two, role="bilder"), "role has to be one of 'player', 'builder', 'admin', 'owner', and not"),
    (lambda: made("lamp", two, role="bilder"), "and not 'bilder': did you mean 'builder'?"),
    (lambda: made("lamp", two, role=["builder"]), "role has to be one of 'player', 'builder', 'admin', 'owner', and"),
    (lambda: made("lamp", two, aliases="l"), "aliases has to be a tuple, and not 'l': write aliases=('l',)"),
    (lambda: made("lamp", two, yields=1), "yields has to be True or False, and not 1"),
    (lambda: Spell("x", two, target="foes"), "target has to be one of 'foe'"),  # type: ignore[arg-type]
    (lambda: Spell("x", two, level=True), "level has to be a whole number, and not True"),
    (lambda: Spell("x", two, cooldown="1"), "cooldown has to be a number, and not '1'"),  # type: ignore[arg-type]
    (
        lambda: module(permissions="database"),
        "permissions has to be a tuple, and not 'database': write permissions=",
    ),
    (lambda: module(permissions=("database", "admn")), "permissions, item 2, has to be one of 'database', 'network',"),
    (lambda: module(permissions=("database", "admn")), "and not 'admn': did you mean 'admin'?"),
    (lambda: module(requires="bank"), "requires has to be a tuple, and not 'bank': write requires=('bank',)"),
    (lambda: module(optional="log"), "optional has to be a set, and not 'log': write optional=frozenset({'log'})"),
    (lambda: module(commands=5), "commands has to be a list, and not 5"),
    (lambda: module(commands=[two]), "commands, item 1, has to be a Command, and not <function two"),
    (lambda: module(commands=Command("x", two)), ": write commands=[...]"),
    (lambda: module(on=[Tick]), "on, item 1, has to be On(...), and not Tick"),
    (lambda: module(on=[Talk(Sure, two, three)]), "on, item 1, has to be On(...), and not Talker("),
    (lambda: module(talks=[Sure]), "talks, item 1, has to be Talk(...), and not Sure"),
    (lambda: module(methods=[two]), "methods, item 1, has to be Method(...), and not <function"),
    (lambda: module(database=(Database(steps=()),)), "database has to be a Database or None, and not (Database("),
    (lambda: Database(steps=("CREATE ...",)), "Database: steps, item 1, has to be a tuple, and not 'CREATE ...'"),  # type: ignore[arg-type]
    (lambda: module(state=dict), "state has to be a subclass of State, and not dict"),
    (lambda: module(state=Lamp()), "state has to be a subclass of State, and not Lamp(): write state=Lamp, the class"),
    (lambda: module(state=Settings), "state has to be a subclass of State, and not Settings"),
    (lambda: module(settings=Lamp), "settings has to be a subclass of Settings, and not Lamp"),
    (lambda: module(emits=Untagged), "emits has to be a tuple, and not Untagged: write emits=(...,)"),
    (lambda: module(veto="no"), "veto has to be a function or None, and not 'no'"),
    (lambda: hears(Lamp, two), "On(Lamp): kind has to be a subclass of Timer or Signal, and not Lamp"),
    (lambda: hears(Tick(), two), "kind has to be a subclass of Timer or Signal, and not Tick(): write kind=Tick, the"),
    (lambda: talks(Tick, two, three), "Talk(Tick): kind has to be a subclass of Dialog, and not Tick"),
    (lambda: answers(Untagged, two), "Method(Untagged): kind has to be a subclass of Request, and not Untagged"),
    (lambda: Endpoint(path="/x", handler=two, verb="get"), "verb has to be one of 'GET'"),  # type: ignore[arg-type]
    (lambda: Step("2", one), "Step('2'): to has to be a whole number, and not '2'"),  # type: ignore[arg-type]
    (lambda: Veto.soft(5), "Veto(5): reason has to be text, and not 5"),  # type: ignore[arg-type]
    (lambda: Veto.firm("x", clears_in="5"), "clears_in has to be a number or None, and not '5'"),  # type: ignore[arg-type]
    # what they are
    (lambda: module(name=""), "'' can't be a module's name: small letters, digits and _"),
    (lambda: module(name="Lamp"), "'Lamp' can't be a module's name"),
    (lambda: module(name="../lamp"), "'../lamp' can't be a module's name"),
    (lambda: module(name="a" * 33), "can't be a module's name"),
    (lambda: module(name="lamp\n"), "can't be a module's name"),
    (lambda: module(name="world"), "'world' can't be a module's name"),
    (lambda: module(version="1"), "version '1': write MAJOR.MINOR.PATCH, as 1.0.0"),
    (lambda: module(state=Still), "Still is frozen: a state is what handlers change"),
    (lambda: module(state_version=0), "state_version is 0; it begins with 1"),
    (lambda: made("two words", two), "'two words' can't be typed: a name is one word in small letters"),
    (lambda: made("LAMP", two), "'LAMP' can't be typed"),
    (lambda: made("", two), "'' can't be typed"),
    (lambda: made("lamp", two, aliases=("a\tb",)), "'a\\tb' can't be typed"),
    (lambda: made("lamp", two, aliases=("",)), "'' can't be typed"),
    (lambda: hears(Untagged, two), "its tag names no module: 'Untagged': write class Untagged(Signal, tag="),
    (lambda: hears(Untimely, two), "its clock is 'moon', neither game nor wall"),
    (lambda: Endpoint(path="x", handler=two), "path has to begin with /: write path='/x'"),
    (lambda: HealthCheck("look", one, 0), "seconds is 0"),
    (lambda: Step(1, one), "Step(1): the first step leads to schema 2"),
    # handlers
    (lambda: made("lamp", one), "is called with 2 arguments: too many positional arguments"),
    (lambda: made("lamp", three), "is called with 2 arguments: missing a required argument: 'second'"),
    (lambda: made("lamp", named), "is called with 2 arguments: missing a required"),
    (lambda: made("lamp", partial(two, 1)), "is called with 2 arguments: too many positional arguments"),
    (lambda: made("lamp", waits), "a handler never waits (rule 1): write `def`, not `async def`"),
    (lambda: Spell("x", one), "is called with 2 arguments"),  # type: ignore[arg-type]
    (lambda: hears(Tick, one), "On(Tick): one (tests/core/test_declaration.py:"),
    (lambda: hears(Tick, waits), "a handler never waits"),
    (lambda: answers(Light, three), "Method(Light): three ("),
    (lambda: talks(Sure, one, three), "Talk(Sure): one ("),
    (lambda: talks(Sure, two, two), "Talk(Sure): two ("),
    (lambda: Endpoint(path="/x", handler=waits), "a handler never waits"),
    (lambda: Job("burn", one), "run has to be `async def`: it works beside the game"),
    (lambda: HealthCheck("look", two), "is called with 1 argument: missing a required argument: 'args'"),  # type: ignore[arg-type]
    (lambda: Step(2, two), "two (tests/core/test_declaration.py:"),  # type: ignore[arg-type]
    (lambda: Step(2, one, two), "is called with 1 argument"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("make", "says"), WRONG, ids=[says[:50] for _, says in WRONG])
def test_what_does_not_fit_is_refused_where_it_is_written(make: Callable[[], Any], says: str) -> None:  # S2.7, S2.1
    with pytest.raises(Invalid) as caught:
        make()
    text = str(caught.value)
    assert says in text
    assert re.match(r"tests/core/test_declaration\.py:\d+: ", text)
    assert "\n" not in text


@pytest.mark.parametrize("hook", [*HOOKS, *SHELL_HOOKS])
def test_every_hook_is_looked_at(hook: str) -> None:  # S2.7, S2.2
    def none() -> None: ...

    with pytest.raises(Invalid, match=rf"Module\('lamp'\): none \(.*\) is called with {HOOKS.get(hook, 1)} argument"):
        module(**{hook: none})
    module(**{hook: lambda *args: None})
    if hook in SHELL_HOOKS:
        module(**{hook: waits})
    else:
        with pytest.raises(Invalid, match="never waits"):
            module(**{hook: waits})


def test_what_fits_is_taken() -> None:  # S2.1
    class Lit:
        def __call__(self, ctx: Any, args: Any) -> None: ...

    handlers = (two, one_or_more, Lit(), Lit().__call__, lambda ctx, args, more=1: None, print)
    for handler in (*handlers, partial(named, why="x"), partial(three, 1)):
        made("lamp", handler)
    module(commands=(Command("lamp", two),), permissions=["admin"], optional={"oil"}, priority=5)
    assert made[Lamp]("lamp", two).name == "lamp"


def test_a_copy_with_something_else_is_looked_at_as_well() -> None:  # S2.7
    with pytest.raises(Invalid, match=r"version 'two'"):
        replace(module(), version="two")


def test_the_line_is_told_in_a_module_that_is_loaded(tmp_path: Path) -> None:  # S2.7
    folder = tmp_path / "lamp"
    folder.mkdir()
    source = finder.ModuleSource("lamp", "path", folder)
    for text, says in (
        (
            'from mud.api import Command, Module\n\nMODULE = Module(name="lamp", version="1.0.0",\n  on=[1])\n',
            "lamp/__init__.py:3: ",
        ),
        (
            "from mud.api import Comand\n",
            "lamp/__init__.py:1: ImportError: mud.api has no 'Comand': did you mean 'Command'?",
        ),
        ("import mud.api\n\nmud.api.Comand\n", "lamp/__init__.py:3: AttributeError: mud.api has no 'Comand'"),
        (
            "from mud.api import Settings\nclass S(Settings):\n    words: list[str] = ['a']\n",
            "lamp/__init__.py:2: S: its field 'words' has a list that is not empty as its default, which all "
            "would share: write a tuple, or field(default_factory=lambda: ['a'])",
        ),
        (
            "from mud.api import Settings\nclass S(Settings):\n    size = 5\n",
            "lamp/__init__.py:2: S: 'size' has no type, so it is no field: write size: int = 5",
        ),
    ):
        (folder / "__init__.py").write_text(text)
        finder.take_out("modules.lamp")
        with pytest.raises((Invalid, Failed)) as caught:
            finder.load(source, fresh=True)
        assert says in str(caught.value)
    finder.take_out("modules.lamp")


def test_a_name_that_is_not_there_is_no_attribute() -> None:
    import mud.api

    assert not hasattr(mud.api, "Comand") and not hasattr(mud.api, "__path__")
