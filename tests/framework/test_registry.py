"""Modules in a game: what they can do, how they talk to each other, and what their mistakes cost."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mud.api import (
    Answered,
    Command,
    Context,
    Database,
    Dialog,
    Method,
    Module,
    On,
    Rejected,
    Request,
    Signal,
    State,
    Struct,
    Talk,
    Timer,
    WallTimer,
    Work,
    WriteFailed,
)
from mud.core.commands import CommandTable
from mud.core.errors import Conflict, Failed, FrameworkError, Invalid, NotFound, Refused
from mud.framework.report import api_of
from mud.testing import Kit
from mud.testing.fixtures import kit_of


class Note(Struct, frozen=True):
    text: str


class Bank(State):
    total: int = 0
    names: list[str] = []
    notes: dict[str, Note] = {}
    marks: set[str] = set()


class Ring(Timer):
    number: int


class Noon(WallTimer):
    pass


class Sure(Dialog):
    amount: int


class Paid(Signal, tag="bank.paid"):
    who: str
    amount: int


class Pay(Request, tag="bank.pay"):
    amount: int


class Slow(Request, tag="bank.slow"):
    amount: int


def pay(ctx: Context[Bank], args: str) -> None:
    """pay N -- pay into the bank"""
    ctx.begin(Sure(int(args)))


def asked(ctx: Context[Bank], dialog: Sure) -> str:
    return f"Pay {dialog.amount}? "


def answer(ctx: Context[Bank], dialog: Sure, text: str) -> None:
    ctx.pop()
    if text == "yes":
        ctx.state.total += dialog.amount
        ctx.send("Paid.")
        ctx.emit(Paid(ctx.player.id, dialog.amount))


def ring(ctx: Context[Bank], args: str) -> None:
    """ring -- be rung"""
    for number, seconds in enumerate((30, 10, 20)):
        ctx.set_timer(seconds, Ring(number))


def rung(ctx: Context[Bank], timer: Ring) -> None:
    ctx.state.names.append(f"ring {timer.number}")


def noon(ctx: Context[Bank], timer: Noon) -> None:
    ctx.state.names.append("noon")


def mess(ctx: Context[Bank], args: str) -> None:
    """mess -- change everything there is, and fail"""
    me = ctx.player
    ctx.state.total += 1
    ctx.state.names.append("x")
    ctx.state.notes["x"] = Note("x")
    ctx.state.marks.add("x")
    ctx.pay("mint", me.owner_key, 5, "mess")
    ctx.make_item("sword", me.owner_key)
    ctx.set_timer(1, Ring(9))
    ctx.emit(Paid(me.id, 1))
    with ctx.database("mess") as db:
        db.execute("INSERT INTO bank_log (text) VALUES ('mess')")
    ctx.send("Never seen.")
    if args == "politely":
        raise Rejected("No.")
    raise RuntimeError("mess")


def write(ctx: Context[Bank], args: str) -> None:
    """write TEXT -- into the log"""
    with ctx.database("write") as db:
        db.execute("INSERT INTO bank_log (text) VALUES (?)", args)
        db.execute("INSERT INTO bank_log (text) VALUES (?)", f"{args} again")


def read(ctx: Context[Bank], args: str) -> None:
    """read -- the log"""
    ctx.query("read", "SELECT text FROM bank_log")


def answered(ctx: Context[Bank], found: Answered) -> None:
    ctx.state.names.append(f"{found.about}: {found.value or found.error}")


def refused(ctx: Context[Bank], failed: WriteFailed) -> None:
    ctx.state.names.append(f"refused {failed.session}: {failed.error}")


def on_pay(ctx: Context[Bank], request: Pay) -> int:
    """Pay in; gives the total."""
    if request.amount < 0:
        raise Rejected("The bank takes nothing back.")
    ctx.state.total += request.amount
    return ctx.state.total


async def slow(work: Work, request: Slow) -> int:
    """Think about it."""
    if request.amount < 0:
        raise ValueError("too little")
    return request.amount * 2


def bank(**more: Any) -> Module[Bank]:
    given: dict[str, Any] = {
        "permissions": ("database",),
        "commands": [
            *(Command("pay", pay), Command("ring", ring), Command("mess", mess)),
            *(Command("write", write), Command("recount", read)),
        ],
        "on": [On(Ring, rung), On(Noon, noon), On(Answered, answered), On(WriteFailed, refused)],
        "talks": [Talk(Sure, asked, answer)],
        "methods": [Method(Pay, on_pay, reply=int), Method(Slow, slow, reply=int)],
        "emits": (Paid,),
        "database": Database(steps=(("CREATE TABLE bank_log (id INTEGER PRIMARY KEY, text TEXT UNIQUE)",),)),
    }
    return Module(name="bank", version="1.0.0", state=Bank, **(given | more))


kit = kit_of(bank())


# Rule 1: whole or not at all


@pytest.mark.parametrize("how", ["politely", "rudely"])
def test_a_handler_that_raises_leaves_nothing(kit: Kit, how: str) -> None:  # S0.12, S2.8
    ada = kit.player("Ada", gold=1)
    kit.state.names.append("old")
    kit.state.notes["old"] = Note("old")
    text = ada.do(f"mess {how}")
    assert text == "No." if how == "politely" else "Nothing was changed" in text
    assert kit.state == Bank(names=["old"], notes={"old": Note("old")})
    assert ada.gold == 1 and "sword" not in ada.do("inventory")
    assert not kit.registry.timers_of("bank") and kit.game.world.ledger.total() == 0
    ada.do("recount")
    assert kit.state.names[-1] == "read: "  # not a row
    assert kit.instance().figures.errors == (how == "rudely")


def test_who_fails_over_and_over_is_out_of_service_until_restarted(kit: Kit) -> None:  # S2.8, S2.3
    ada, root = kit.player("Ada"), kit.player("Root", "owner")
    ada.do("ring")
    for _ in range(5):
        assert "out of service" not in ada.do("mess")
    assert "The module bank keeps failing and is out of service" in root.read()
    assert ada.do("pay 5") == "The bank module is out of service just now (error)."
    kit.wait(60)
    assert kit.state.names == []  # its timers wait
    assert [row[2] for row in kit.registry.table()] == ["error"]
    assert kit.manage("restart") == "bank runs again."
    kit.wait(0)
    assert kit.state.names == ["ring 1", "ring 2", "ring 0"]  # once each, in the order of their time
    states = [t.after for t in kit.instance().life.history]
    assert states[-5:] == ["error", "unloading", "loaded", "initializing", "active"]


@pytest.mark.parametrize(("seconds", "state"), [(15.0, "error"), (15.1, "active")])
def test_failures_count_within_a_window(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, seconds: float, state: str
) -> None:  # S2.8
    now = [0.0]
    monkeypatch.setattr("mud.framework.instance.time", SimpleNamespace(monotonic=lambda: now[0]))
    ada = kit.player("Ada")
    for _ in range(5):  # the first and the fifth are 60 s apart, or a little more
        ada.do("mess rudely")
        now[0] += seconds
    assert kit.instance().life.state.value == state and kit.instance().figures.errors == 5
    for _ in range(4):
        now[0] += 10.0
        ada.do("mess rudely")
    assert kit.instance().life.state.value == "error"


# Time and conversation


def test_timers_fire_once_in_their_order_over_a_copyover(kit: Kit) -> None:  # S0.15
    kit.player("Ada").do("ring")
    kit.act(lambda ctx: ctx.world.timers.set(kit.wall + 15, _payload(Noon())))
    kit.wait(5)
    kit.copyover(seconds=12)
    assert kit.state.names == ["noon"]  # the wall's clock went on, the game's did not
    kit.wait(30)
    assert kit.state.names == ["noon", "ring 1", "ring 2", "ring 0"]
    kit.wait(100)
    assert len(kit.state.names) == 4


def _payload(timer: Timer) -> Any:
    from mud.core.timers import ModuleTimer

    return ModuleTimer("bank", type(timer).__name__, {}, timer.clock)


def test_a_conversation_survives_a_copyover_in_its_middle(kit: Kit) -> None:  # S0.1
    ada = kit.player("Ada")
    ada.do("pay 7")
    assert ada.prompt == "Pay 7? "
    kit.copyover()
    assert ada.do("yes") == "Paid." and kit.state.total == 7
    assert ada.prompt == "> "


def test_nobody_is_shut_in_by_the_conversation_of_a_module_that_is_gone(kit: Kit) -> None:  # S2.8
    ada = kit.player("Ada")
    ada.do("pay 7")
    kit.manage("pause")
    assert "out of service" in ada.do("yes")
    assert "The Hall" in ada.do("look")


# Other modules


class Counter(State):
    heard: list[int] = []


class PaidAmount(Signal, tag="bank.paid"):
    amount: int


def heard(ctx: Context[Counter], paid: PaidAmount) -> None:
    if paid.amount == 13:
        raise RuntimeError("thirteen")
    ctx.state.heard.append(paid.amount)


class Ask(Request, tag="bank.pay"):
    amount: int


class AskSlow(Request, tag="bank.slow"):
    amount: int


def deposit(ctx: Context[Counter], args: str) -> None:
    """deposit N -- have the bank do it"""
    ctx.send(f"The bank has {ctx.call(Ask(int(args)))}.")


def think_it_over(ctx: Context[Counter], args: str) -> None:
    """ponder N -- have the bank think"""
    ctx.ask(AskSlow(int(args)), "ponder")


def told(ctx: Context[Counter], found: Answered) -> None:
    ctx.state.heard.append(found.value if not found.error else -1)


COUNTER = Module(
    name="counter",
    version="1.0.0",
    state=Counter,
    requires=("bank",),
    commands=[Command("deposit", deposit), Command("ponder", think_it_over)],
    on=[On(PaidAmount, heard), On(Answered, told)],
)


def what_it_heard(kit: Kit) -> list[int]:
    """What the counter has heard."""
    state = kit.instance("counter").state
    assert isinstance(state, Counter)
    return state.heard


def test_a_signal_is_heard_in_the_listeners_own_shape_and_event() -> None:  # S2.5
    kit = Kit(bank(), COUNTER)
    ada = kit.player("Ada")
    ada.do("pay 5", "yes", "pay 13", "yes", "pay 6", "yes")
    assert what_it_heard(kit) == [5, 6]
    assert kit.state.total == 24  # a listener that fails undoes nothing of the giver's
    assert kit.instance("counter").figures.errors == 1 and kit.instance("bank").figures.errors == 0


def test_a_call_happens_within_the_callers_event() -> None:  # S2.5
    kit = Kit(bank(), COUNTER)
    ada = kit.player("Ada")
    assert ada.do("deposit 5") == "The bank has 5."
    assert ada.do("deposit -1") == "The bank takes nothing back."
    assert kit.state.total == 5
    assert kit.call(Pay(2)) == 7
    with pytest.raises(NotFound, match=r"no method 'bank\.rob'; it has bank\.pay, bank\.slow"):
        kit.registry.method("bank.rob")


def test_an_asynchronous_method_is_asked_and_answers_once() -> None:  # S2.5
    kit = Kit(bank(), COUNTER)
    ada = kit.player("Ada")
    ada.do("ponder 5", "ponder -1")
    assert what_it_heard(kit) == [10, -1]
    kit.wait(120)
    assert what_it_heard(kit) == [10, -1]
    assert kit.call(Slow(4)) == 8


def test_a_question_whose_answer_was_lost_is_told_so(kit: Kit) -> None:
    kit.player("Ada")
    lost: list[Any] = []
    kit._tables.query = lambda asked, writes: lost.append(asked)  # type: ignore[method-assign]
    kit.player("Ben").do("recount")
    assert len(lost) == 1
    kit.copyover()
    kit.wait(120)
    assert kit.state.names == ["read: there was no answer: ask again"]


def test_an_api_is_described(kit: Kit) -> None:  # S2.1, S2.5
    found = api_of(kit.instance())
    assert found["version"] == "1.0" and found["services"] == ["bank"]
    assert found["methods"] == {"bank.pay": "Pay in; gives the total.", "bank.slow": "Think about it."}
    assert found["emits"] == ["bank.paid"] and found["listens"] == ["game.answered", "game.write_failed"]


class Echo(Signal, tag="echo.echo"):
    number: int


def echo(ctx: Context[State], signal: Echo) -> None:
    ctx.emit(Echo(signal.number + 1))


def test_modules_that_answer_each_other_for_ever_are_cut_short(caplog: pytest.LogCaptureFixture) -> None:
    kit = Kit(Module(name="echo", version="1.0.0", on=[On(Echo, echo)], emits=(Echo,)))
    kit.emit(Echo(0))
    assert "more than 1000 signals from one event" in caplog.text
    assert "The Hall" in kit.player("Ada").do("look")


# Coming and going


def test_requirements_start_first_and_what_is_missing_is_named() -> None:  # S4.3, S4.4
    kit = Kit(bank(), COUNTER)
    assert list(kit.registry.instances) == ["bank", "counter"]
    with pytest.raises(FrameworkError, match="counter requires 'bank'"):
        Kit(COUNTER)


def test_what_is_declared_twice_is_refused() -> None:  # S0.8
    with pytest.raises(FrameworkError, match="two commands are called 'look'"):
        Kit(bank(commands=[Command("look", pay)]))
    with pytest.raises(FrameworkError, match="both provide 'bank'"):
        Kit(bank(), Module(name="other", version="1.0.0", provides=("bank",)))
    with pytest.raises(FrameworkError, match="could not tell their tables apart"):
        Kit(bank(), Module(name="bank_of_ada", version="1.0.0"))
    with pytest.raises(Invalid, match="'' can't be a module's name"):
        Kit(Module(name="", version="1.0.0"))


def test_what_is_removed_leaves_no_word_behind(kit: Kit) -> None:  # S0.8
    table, instance = kit.game.commands, kit.instance()
    before = table.words()
    kit.registry.remove(instance)
    assert before - table.words() == {"pay", "ring", "mess", "write", "recount"}
    with pytest.raises(NotFound):
        kit.registry.get("bank")
    kit.registry.add(instance)
    assert table.words() == before
    with pytest.raises(Conflict):
        table.add(instance.commands)
    assert isinstance(table, CommandTable)


def test_the_state_and_timers_of_a_module_that_is_gone_wait_for_it(kit: Kit) -> None:  # S1.8
    kit.player("Ada").do("ring")
    kit.state.total = 5
    kit.manage("unload")
    kit.wait(100)
    assert kit.game.world.timers.pending and "bank" in kit.manager.states


# Hooks and life


def test_hooks_are_called_in_their_order_and_the_reverse_on_the_way_down() -> None:  # S2.2, S4.4
    called: list[str] = []

    def note(name: str) -> Any:
        async def hook(work: Work) -> None:
            called.append(f"{work.module} {name}")

        return hook

    hooks = ("initialize", "start", "stop", "pause", "resume", "shutdown")
    one = Module(name="one", version="1.0.0", **{name: note(name) for name in hooks})
    two = Module(name="two", version="1.0.0", requires=("one",), **{name: note(name) for name in hooks})
    kit = Kit(one, two)
    assert called == ["one initialize", "one start", "two initialize", "two start"]
    called.clear()
    kit.manage("pause", "one")
    kit.manage("resume", "one")
    assert called == ["one pause", "one resume"]
    called.clear()
    kit.stop()
    assert called == ["two stop", "two shutdown", "one stop", "one shutdown"]
    assert [i.life.state.value for i in kit.registry.instances.values()] == ["unloaded", "unloaded"]


def test_a_hook_that_fails_or_hangs_fails_its_module_and_can_be_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # S2.9, S3.5, S4.7
    moods = ["fail", "hang", "wait", "well"]

    async def start(work: Work) -> None:
        import asyncio

        mood = moods.pop(0)
        if mood == "fail":
            raise OSError("no luck")
        while mood == "hang":
            pass
        if mood == "wait":
            await asyncio.sleep(3600)

    kit = Kit(bank())
    monkeypatch.setattr("mud.framework.work.HANDLER_SECONDS", 0.1)
    kit.manager.loader.given.options.start_seconds = 0.1
    object.__setattr__(kit.instance(), "module", bank(start=start))
    for says in ("no luck", "was interrupted", "took longer than 0.1 s"):
        with pytest.raises((Failed, Invalid, FrameworkError), match=says):
            kit.manage("restart")
        assert kit.instance().life.state.value == "failed" and says in kit.instance().figures.last_error
        assert "out of service" in kit.player(f"P{'abc'[3 - len(moods) - 1]}").do("pay 1")
    assert kit.manage("restart") == "bank runs again."


def test_permissions_are_enforced_where_the_thing_is_reached() -> None:  # S2.6
    kit = Kit(Module(name="poor", version="1.0.0"))
    instance, work = kit.instance(), kit._work(kit.instance())
    kit.player("Ada")
    forbidden: list[tuple[Any, str]] = [
        (lambda ctx: ctx.query("x", "SELECT 1"), "database"),
        (lambda ctx: ctx.database("x").__enter__(), "database"),
        (lambda ctx: ctx.announce("x"), "admin"),
        (lambda ctx: ctx.account(ctx.world.players()[0]), "user_data"),
        (lambda ctx: work.folder(), "files"),
        (lambda ctx: work.configuration(), "configuration"),
        (lambda ctx: work.connect("localhost", 1).send(None), "network"),
        (lambda ctx: work.fetch("http://localhost").send(None), "external"),
    ]
    for do, permission in forbidden:
        with pytest.raises(Exception) as caught:
            kit.act(lambda ctx, do=do: instance.run(lambda acting, _: do(acting), ctx, None))  # type: ignore[misc]
        cause = caught.value.__cause__
        assert isinstance(cause, Refused), permission
        assert str(cause).startswith(f"poor may not use '{permission}'") and f'poor = ["{permission}"]' in str(cause)


def test_a_database_session_is_whole_or_not_at_all(kit: Kit) -> None:  # S4.5
    ada = kit.player("Ada")
    ada.do("write one", "write one", "write two", "recount")
    assert kit.state.names[0] == "refused write: UNIQUE constraint failed: bank_log.text"
    assert kit.state.names[1] == "read: [['one'], ['one again'], ['two'], ['two again']]"


def test_what_is_forgotten_is_an_error_with_the_line_to_add() -> None:  # S4.10
    with pytest.raises(Invalid, match=r"it declares a database: add permissions=\(\"database\",\)"):
        Kit(bank(permissions=()))
    with pytest.raises(Invalid, match=r"declare steps=\(Step\(2, \.\.\.\), \.\.\.\)"):
        Kit(bank(state_version=2))
    with pytest.raises(Invalid, match=r'under \[permissions\], bank = \["database"\]'):
        Kit(bank(), permissions={})
