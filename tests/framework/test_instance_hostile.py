"""Modules that do what none should: each costs itself, and the game plays on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mud.api import (
    Answered,
    Command,
    Context,
    Dialog,
    Job,
    Method,
    Module,
    On,
    Rejected,
    Request,
    Settings,
    Signal,
    State,
    Talk,
    Timer,
    Veto,
    Work,
)
from mud.core.errors import FrameworkError, ModuleFault, SnapshotError
from mud.framework import instance as instance_
from mud.framework.finder import take_out
from mud.framework.loader import ModuleConfig
from mud.framework.options import ModuleOptions
from mud.testing import Kit

ACTS: dict[str, Callable[[Context[Any]], Any]] = {}


class Nest(State):
    eggs: int = 0
    names: list[str] = []


class Hatch(Timer):
    egg: int = 0


class Brood(Dialog):
    egg: int = 0


class Laid(Signal, tag="nest.laid"):
    egg: int = 0


class Count(Request, tag="nest.count"):
    pass


class Slow(Request, tag="nest.slow"):
    pass


def act(ctx: Context[Nest], args: str) -> None:
    """act WHAT -- do something"""
    ctx.state.eggs += 1
    ACTS[args](ctx)


def ask(ctx: Context[Nest], dialog: Brood) -> str:
    return "Brood? "


def answer(ctx: Context[Nest], dialog: Brood, text: str) -> None:
    ctx.pop()
    ctx.send(f"You brood {dialog.egg}.")


def brood(ctx: Context[Nest], args: str) -> None:
    """brood -- begin"""
    ctx.begin(Brood(7))


def hatch(ctx: Context[Nest], timer: Hatch) -> None:
    ctx.state.names.append(f"egg {timer.egg}")


def laid(ctx: Context[Nest], signal: Laid) -> None:
    ctx.state.names.append("laid")


def count(ctx: Context[Nest], request: Count) -> int:
    """How many."""
    return ctx.state.eggs


async def slow(work: Work, request: Slow) -> int:
    """How many, in time."""
    return 1


def nest(**more: Any) -> Module[Nest]:
    given: dict[str, Any] = {
        "state": Nest,
        "commands": [Command("act", act), Command("brood", brood)],
        "on": [On(Hatch, hatch), On(Laid, laid)],
        "talks": [Talk(Brood, ask, answer)],
        "methods": [Method(Count, count), Method(Slow, slow)],
    }
    return Module(name="nest", version="1.0.0", **(given | more))


def kit_that(do: Callable[[Context[Any]], Any], **more: Any) -> Kit:
    """A game in which `act x` does something."""
    ACTS["x"] = do
    return Kit(nest(**more))


def leave(error: BaseException) -> Callable[..., Any]:
    """What raises an error, whatever it is given."""

    def run(*args: Any) -> Any:
        raise error

    return run


APOLOGY = "Something went wrong with that. Nothing was changed"

#: What a handler may do wrong in one event.
WRONGS: dict[str, Callable[[Context[Any]], Any]] = {
    "exit": leave(SystemExit("bye")),
    "cancel": leave(asyncio.CancelledError()),
    "generator exit": leave(GeneratorExit()),
    "stop iteration": leave(StopIteration()),
    "recursion": leave(RecursionError("deep")),
    "memory": leave(MemoryError()),
    "a signal that is none": lambda ctx: ctx.emit("laid"),  # type: ignore[arg-type]
    "a signal without a tag": lambda ctx: ctx.emit(Hatch()),  # type: ignore[arg-type]
    "a timer at no time": lambda ctx: ctx.set_timer(float("nan"), Hatch()),
    "a timer at the end of days": lambda ctx: ctx.set_timer_at(float("inf"), Hatch()),
    "a timer that is none": lambda ctx: ctx.set_timer(1, Laid()),  # type: ignore[arg-type]
    "a timer in words": lambda ctx: ctx.set_timer("1", Hatch()),  # type: ignore[arg-type]
    "a dialog that is none": lambda ctx: ctx.begin(Hatch()),  # type: ignore[arg-type]
    "half a coin": lambda ctx: ctx.pay("mint", ctx.player.owner_key, 0.5, "x"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", WRONGS)
def test_whatever_a_handler_does_wrong_is_undone_and_the_game_plays_on(what: str) -> None:  # S0.12
    kit = kit_that(WRONGS[what])
    ada = kit.player("Ada")
    said = ada.do("act x")
    assert ("whole number" if what == "half a coin" else APOLOGY) in said
    assert kit.state.eggs == 0 and not kit.registry.timers_of("nest")
    assert "The Hall" in ada.do("look")
    kit.wait(5)


@pytest.mark.parametrize("how", ["told", "endless"])
def test_a_prompt_that_misbehaves_takes_nobody_along(how: str, monkeypatch: pytest.MonkeyPatch) -> None:  # S0.12
    monkeypatch.setattr(instance_, "HANDLER_SECONDS", 0.01)

    def prompt(ctx: Context[Nest], dialog: Brood) -> str:
        if how == "endless":
            while True:
                pass
        for character in ctx.world.players():
            ctx.tell(character, "A prompt says nothing.")
        ctx.emit(Laid())
        ctx.set_timer(1, Hatch())
        ctx.state.eggs += 100
        return "Really? "

    kit = Kit(nest(talks=[Talk(Brood, prompt, answer)]))
    ada, ben, root = kit.player("Ada"), kit.player("Ben"), kit.player("Root", "admin")
    for player in (ada, ben, root):
        player.read()
    ada.do("brood")
    for _ in range(6):
        ben.do("say hello")
    assert kit.state == Nest() and not kit.registry.timers_of("nest")
    assert "A prompt says nothing" not in ben.read() + root.read()
    if how == "endless":
        assert kit.instance().life.state.value == "error"  # it kept everybody waiting
        assert "out of service" in ada.do("")
    else:
        assert ada.prompt == "Really? " and "You brood 7" in ada.do("yes")


def test_two_handlers_of_one_signal_hear_it_once_each() -> None:  # S2.5
    heard: list[str] = []
    kit = Kit(nest(on=[On(Laid, lambda ctx, s: heard.append("a")), On(Laid, lambda ctx, s: heard.append("b"))]))
    kit.emit(Laid())
    assert heard == ["a", "b"]


class HatchTwo(Timer, tag="Hatch"):
    egg: int
    mother: str


class BroodTwo(Dialog, tag="Brood"):
    mother: str


OTHERS: dict[str, dict[str, Any]] = {
    "of another shape": {"talks": [Talk(BroodTwo, ask, answer)], "on": [On(HatchTwo, hatch)]},  # type: ignore[arg-type]
    "gone": {"talks": [], "on": [], "commands": []},
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_conversation_that_the_new_version_does_not_know_is_over(what: str) -> None:  # S2.8
    kit = Kit(nest())
    ada, root = kit.player("Ada"), kit.player("Root", "admin")
    ada.do("brood")
    kit.copyover(nest(**OTHERS[what]))
    root.read()
    assert "press Enter" in kit.game.prompt(kit.game.sessions.by_id[ada.session])[0]
    said = ada.do("think not lost")
    assert "does not know" in said and 'You think, "not lost"' in said
    assert "The Hall" in ada.do("look")
    assert kit.instance().figures.errors == 1 and "Brood" in kit.instance().figures.last_error


@pytest.mark.parametrize("what", OTHERS)
def test_a_text_in_the_editor_outlives_a_version_that_does_not_know_what_to_do_with_it(what: str) -> None:  # S2.8
    def write(ctx: Context[Nest], args: str) -> None:
        ctx.edit_text(Brood(7))

    kit = Kit(nest(commands=[Command("write", write)]))
    ada = kit.player("Ada")
    ada.do("write")
    ada.do("a long text")
    kit.copyover(nest(**OTHERS[what]))
    assert "Your text is still here" in ada.do(".save")
    kit.manage("pause")
    assert "Your text is still here" in ada.do(".save")
    kit.copyover(nest())
    kit.manage("resume")
    assert "a long text" in ada.do(".show") and "You brood 7" in ada.do(".save")


def test_a_module_is_unloaded_under_its_conversations() -> None:  # S2.8
    kit = Kit(nest())
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ada.do("brood")
    kit.manage("unload")
    ben.do("say hello")
    assert "Ben says" in ada.read() and ada.prompt == "(nest is out of service; press Enter) "
    assert "The nest module is out of service" in ada.do("") and "The Hall" in ada.do("look")


@pytest.mark.parametrize("what", OTHERS)
def test_a_timer_that_the_new_version_does_not_know_is_its_fault_and_is_kept(what: str) -> None:  # S2.8, S0.15
    kit = kit_that(lambda ctx: ctx.set_timer(10, Hatch(3)))
    kit.player("Ada").do("act x")
    kit.copyover(nest(**OTHERS[what]))
    kit.wait(11)
    assert kit.instance().figures.errors == 1 and "Hatch" in kit.instance().figures.last_error
    assert len(kit.registry.timers_of("nest")) == 1
    kit.copyover(nest())  # mended
    kit.wait(61)
    assert kit.state.names == ["egg 3"]


class LaidTwo(Signal, tag="nest.laid"):
    nest: str


def test_a_signal_that_does_not_fit_its_listener_is_the_listeners_fault() -> None:  # S2.5
    kit = Kit(nest(), Module(name="fox", version="1.0.0", on=[On(LaidTwo, leave(AssertionError()))]))
    for _ in range(5):
        kit.emit(Laid())
    assert kit.state.names == ["laid"] * 5
    assert (
        kit.instance("fox").life.state.value == "error"
        and "fox can't take nest.laid" in kit.instance("fox").figures.last_error
    )
    assert kit.instance("nest").figures.errors == 0


def cyclic(ctx: Context[Any]) -> None:
    ctx.state.names.append(ctx.state.names)


def deep(ctx: Context[Any]) -> None:
    inner: list[Any] = []
    for _ in range(100_000):
        inner = [inner]
    ctx.state.names.append(inner)


@pytest.mark.parametrize("do", [cyclic, deep, lambda ctx: ctx.state.names.append(object())])
def test_a_state_that_can_not_be_written_is_as_it_was(do: Callable[[Context[Any]], Any]) -> None:  # S0.9, S0.12
    kit = kit_that(do)
    ada = kit.player("Ada")
    kit.state.names.append("old")
    assert kit.registry.row("nest") is not None
    ada.do("act x")
    assert kit.registry.row("nest") is None
    assert kit.state.names == ["old"] and kit.instance().life.state.value == "error"
    assert any("could not be written" in text for text in kit.registry.news())


@pytest.mark.parametrize("given", [None, {}, 5, State(), leave(SystemExit())])
def test_a_save_state_that_gives_something_else_is_a_fault_of_its_own(given: Any) -> None:  # S0.1, S0.12
    kit = Kit(nest(save_state=given if callable(given) else lambda ctx: given))
    with pytest.raises((ModuleFault, SnapshotError)):
        kit.copyover()
    kit.registry._written.clear()
    assert kit.registry.row("nest") is None
    assert kit.instance().figures.errors


@pytest.mark.parametrize("given", [{}, 5, State()])
def test_a_restore_state_that_gives_something_else_changes_nothing(given: Any) -> None:  # S1.6
    kit = Kit(nest())
    with pytest.raises(FrameworkError, match=r"failed: TypeError: tests/.*: restore_state gave .* has to give a Nest"):
        kit.copyover(nest(restore_state=lambda ctx, state: given))


@pytest.mark.parametrize("given", [True, "no", Veto])
def test_a_veto_that_is_none_is_a_fault(given: Any) -> None:  # S0.13
    kit = Kit(nest(veto=lambda ctx: given))
    with pytest.raises(ModuleFault):
        kit.vetoes()
    assert "veto gave" in kit.instance().figures.last_error


def test_timers_that_follow_each_other_at_once_do_not_stop_a_test() -> None:
    def again(ctx: Context[Any], _: object = None) -> None:
        ctx.set_timer_at(ctx.clock.game, Hatch())

    kit = kit_that(again, on=[On(Hatch, again)])
    kit.player("Ada").do("act x")
    with pytest.raises(AssertionError, match="timers without end at one moment"):
        kit.wait(1)


def test_a_job_that_exits_is_a_fault_and_no_end_of_the_game() -> None:  # S3.7
    async def burn(work: Work) -> None:
        raise SystemExit("bye")

    kit = Kit(nest(jobs=(Job("burn", burn),)))

    async def main() -> None:
        kit.manager.begin_work()
        while kit.manager.tasks_of("nest"):
            await asyncio.sleep(0)

    asyncio.run(main())
    assert kit.instance().figures.errors == 1 and "bye" in kit.instance().figures.last_error


@pytest.mark.parametrize("hook", ["start", "stop"])
@pytest.mark.parametrize("how", ["at once", "later"])
def test_a_hook_that_exits_is_a_fault_and_no_end_of_the_game(hook: str, how: str) -> None:  # S3.5
    async def later(work: Work) -> None:
        raise SystemExit("bye")

    module = nest(**{hook: later if how == "later" else leave(SystemExit("bye"))})
    if hook == "start":
        with pytest.raises(FrameworkError, match="bye"):
            Kit(module)
    else:
        kit = Kit(module)
        assert kit.manage("restart") == "nest runs again."
        assert "bye" in kit.instance().figures.last_error


class Heard(State):
    answers: list[str] = []


def fox(**more: Any) -> Module[Heard]:
    """Asks the nest things."""

    def steal(ctx: Context[Heard], args: str) -> None:
        ctx.ask(Slow(), "steal")

    def answered(ctx: Context[Heard], found: Answered) -> None:
        ctx.state.answers.append(str(found.value or found.error))

    return Module(
        name="fox",
        version="1.0.0",
        state=Heard,
        commands=[Command("steal", steal)],
        on=[On(Answered, answered)],
        **more,
    )


def test_an_asynchronous_method_of_a_module_out_of_service_is_not_run() -> None:  # S2.5, S2.8
    kit = Kit(fox(), nest())
    ada = kit.player("Ada")
    ada.do("steal")
    kit.manage("pause", "nest")
    ada.do("steal")
    assert kit.state.answers == ["1", "the nest module is out of service just now (paused)"]
    assert kit.instance("nest").figures.errors == 0


@pytest.mark.parametrize(("error", "errors"), [(RuntimeError("broken"), 1), (SystemExit(1), 1), (Rejected("No."), 0)])
def test_an_asynchronous_method_that_fails_is_its_modules_fault(error: BaseException, errors: int) -> None:  # S2.8
    async def fails(work: Work, request: Slow) -> int:
        """Fail."""
        raise error

    kit = Kit(fox(), nest(methods=[Method(Slow, fails)]))
    ada, root = kit.player("Ada"), kit.player("Root", "admin")
    for _ in range(5):
        ada.do("steal")
    assert len(kit.state.answers) == 5 and kit.instance("fox").figures.errors == 0
    assert kit.instance("nest").figures.errors == 5 * errors
    assert (kit.instance("nest").life.state.value == "error") == bool(errors) == ("keeps failing" in root.read())


def test_a_sync_method_can_not_be_asked_as_if_it_were_asynchronous() -> None:  # S2.5
    kit = Kit(fox(), nest(methods=[Method(Slow, leave(AssertionError("it was run")))]))
    kit.player("Ada").do("steal")
    assert kit.state.answers == ["nest.slow is not asynchronous: ctx.call it"]


def test_a_prompt_is_about_the_player_who_sees_it() -> None:  # S2.5
    def prompt(ctx: Context[Nest], dialog: Brood) -> str:
        return f"{ctx.player.name}? "

    kit = Kit(nest(talks=[Talk(Brood, prompt, answer)]))
    ada, ben = kit.player("Ada"), kit.player("Ben")
    ada.do("brood")
    assert ada.prompt == "Ada? "
    ben.do("say hello")
    assert "Ben says" in ada.read() and ada.prompt == "Ada? "


class Tuned(Settings):
    size: int = 1


def test_wrong_settings_leave_a_running_module_alone() -> None:  # S2.4
    kit = Kit(nest(settings=Tuned))
    kit._given = ModuleConfig(ModuleOptions(), {"nest": {"size": "many"}}, {}, {})
    for verb in ("restart", "configure"):
        with pytest.raises(FrameworkError, match=r"\[settings\.nest\]: size is a whole number"):
            kit.manage(verb)
    assert kit.instance().life.state.value == "active" and kit.instance().settings == Tuned()


def test_what_provides_a_service_is_not_unloaded_under_who_requires_it() -> None:  # S4.3
    kit = Kit(nest(provides=("eggs",)), fox(requires=("eggs",)))
    with pytest.raises(FrameworkError, match="fox requires eggs: unload that first"):
        kit.manage("unload", "nest")
    kit.manage("unload", "fox")
    kit.manage("unload", "nest")


def test_code_that_can_not_save_can_be_replaced_by_code_that_can(tmp_path: Path) -> None:  # S1.6, S2.8
    home = tmp_path / "mods" / "egg"
    home.mkdir(parents=True)
    broken = (
        '"""Eggs."""\nfrom mud.api import Command, Module, State\n\n\nclass Eggs(State):\n    eggs: int = 0\n\n\n'
        "def lay(ctx, args):\n    ctx.state.eggs += 1\n\n\n"
        "def save(ctx):\n    if ctx.state.eggs > 1:\n        raise ValueError('too many')\n    return ctx.state\n\n\n"
        'MODULE = Module(name="egg", version="1.0.0", state=Eggs, commands=[Command("lay", lay)], save_state=save)\n'
    )
    (home / "__init__.py").write_text(broken, "utf-8")
    kit = Kit()
    kit._given = kit.manager.loader.given = ModuleConfig(ModuleOptions(folders=[str(tmp_path / "mods")]), {}, {}, {})
    try:
        kit.manage("load", "egg")
        ada = kit.player("Ada")
        ada.do("lay")
        assert kit.registry.row("egg") is not None
        ada.do("lay")
        assert kit.registry.row("egg") is None  # and it is out of service, as it was before
        (home / "__init__.py").write_text(broken.replace(", save_state=save", ""), "utf-8")
        kit.manage("reload", "egg")
        ada.do("lay")
        eggs: Any = kit.instance("egg").state
        assert eggs.eggs == 2 and kit.instance("egg").life.state.value == "active"
    finally:
        take_out("modules.egg")


@pytest.mark.parametrize("hook", ["save_state", "restore_state"])
def test_a_reload_that_fails_says_what_of_the_module_did(hook: str, tmp_path: Path) -> None:  # S3.4
    home = tmp_path / "mods" / "egg"
    home.mkdir(parents=True)
    code = 'from mud.api import Module\nMODULE = Module(name="egg", version="1.0.0")\n'
    (home / "__init__.py").write_text(code, "utf-8")
    kit = Kit()
    kit._given = kit.manager.loader.given = ModuleConfig(ModuleOptions(folders=[str(tmp_path / "mods")]), {}, {}, {})
    try:
        kit.manage("load", "egg")
        wrong = code.replace('"1.0.0"', f'"1.0.0", {hook}=lambda *args: 1 / 0')
        (home / "__init__.py").write_text(wrong, "utf-8")
        if hook == "save_state":
            kit.manage("reload", "egg")  # the old one's is fine, the new one's is asked by the next
            (home / "__init__.py").write_text(code, "utf-8")
        with pytest.raises(
            FrameworkError, match=r"the old one goes on: egg: \w+ failed: egg/__init__.py:2: ZeroDivisionError"
        ):
            kit.manage("reload", "egg")
    finally:
        take_out("modules.egg")


@pytest.mark.parametrize("how", ["initialize", "start", "restart"])
def test_what_a_hook_says_while_its_module_starts_is_heard_once_it_runs(how: str) -> None:  # S2.2, S2.5
    def begin(work: Work) -> None:
        work.post(Laid())

    kit = Kit(nest(**{"start" if how == "restart" else how: begin}))
    assert kit.state.names == ["laid"]
    if how == "restart":
        kit.manage("restart")
        assert kit.state.names == ["laid", "laid"]


def test_a_refusal_within_a_call_is_the_players_and_no_fault() -> None:
    kit = kit_that(leave(Rejected("No.")))
    assert kit.player("Ada").do("act x") == "No." and kit.instance().figures.errors == 0
