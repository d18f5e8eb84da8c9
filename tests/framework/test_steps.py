"""Steps of a module's schema, for timers, conversations and notes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mud.api import Command, Context, Dialog, Each, Invalid, Module, On, State, Step, Struct, Talk, Timer
from mud.copyover import report_text
from mud.copyover.history import CopyoverRecord
from mud.core.dialogs import Editor, ModuleDialog
from mud.core.errors import ModuleFault, SnapshotError
from mud.core.timers import ModuleTimer, PendingTimer
from mud.framework.pending import misfits, note_of, talk_of, timer_of
from mud.framework.settle import end_lost_talks
from mud.framework.steps import Gone, lowered, raised
from mud.snapshot.belongings import Belongings, Note, OpenTalk
from mud.testing import Kit


class Bank(State):
    total: int = 0


class Ring(Timer):
    who: str
    loud: bool


class Sure(Dialog):
    coins: int


class Debts(Struct):
    coins: int


def rung(ctx: Context[Bank], timer: Ring) -> None:
    ctx.state.total += 10 if timer.loud else 1


def ask(ctx: Context[Bank], dialog: Sure) -> str:
    return f"{dialog.coins}? "


def answer(ctx: Context[Bank], dialog: Sure, text: str) -> None:
    ctx.pop()


def owe(ctx: Context[Bank], args: str) -> None:
    """owe -- say what you owe"""
    found = ctx.noted(ctx.player, Debts)
    ctx.send(f"You owe {found.coins if found else 'nothing'}.")


def louder(data: dict[str, Any]) -> None:
    if data["who"] == "nobody":
        data.clear()
    elif data["timer"] == "Bell":
        data.update(timer="Ring", loud=True)


def softer(data: dict[str, Any]) -> None:
    del data["loud"]


def in_coins(data: dict[str, Any]) -> None:
    data["coins"] = 100 * data.pop("crowns")


def in_crowns(data: dict[str, Any]) -> None:
    data["crowns"] = data.pop("coins") // 100


COINS = Each(in_coins, in_crowns)
NEW: Module[Bank] = Module(
    name="bank",
    version="2.0.0",
    state=Bank,
    state_version=3,
    steps=(Step(2, timers=Each(louder, softer)), Step(3, talks=COINS, notes=COINS)),
    notes=Debts,
    commands=[Command("owe", owe)],
    on=[On(Ring, rung)],
    talks=[Talk(Sure, ask, answer)],
)
OLD = Belongings(
    timers=[
        PendingTimer("t1", 1.0, ModuleTimer("bank", "Bell", {"who": "Ada"}, "game")),
        PendingTimer("t2", 2.0, ModuleTimer("bank", "Bell", {"who": "nobody"}, "game")),
    ],
    talks=[OpenTalk(1, 1, ModuleDialog("bank", "Sure", {"crowns": 2}))],
    notes={
        "p1": Note("Ada", 1, msgspec.msgpack.encode({"crowns": 3}), {"hp": 1}),
        "p2": Note("Ben", 1, b"", {"hp": 1}),
    },
)


def test_each_is_brought_up_by_the_steps_in_their_order_however_they_were_declared() -> None:  # S1.10
    turned = msgspec.structs.replace(NEW, steps=NEW.steps[::-1])
    assert timer_of(turned, OLD.timers[0].payload)[1] == Ring("Ada", True)  # type: ignore[arg-type]
    with pytest.raises(Gone):
        timer_of(NEW, OLD.timers[1].payload)  # type: ignore[arg-type]
    assert talk_of(NEW, OLD.talks[0].dialog)[1] == Sure(200)
    assert note_of(NEW, OLD.notes["p1"].data, 1, Debts) == Debts(300)
    assert misfits(NEW, OLD) == {}
    assert OLD.timers[0].payload.data == {"who": "Ada"}  # type: ignore[union-attr]


def test_what_does_not_fit_is_named_by_kind_count_and_reason() -> None:
    without = msgspec.structs.replace(NEW, steps=(Step(2), Step(3)))
    found = misfits(without, msgspec.structs.replace(OLD, notes=dict.fromkeys("abc", OLD.notes["p1"])))
    assert found == {
        ".timers": ["bank has a timer 'Bell' and nothing that handles it: add On(Bell, ...) (2 pending)"],
        ".talks": [
            "bank: a conversation Sure does not fit: Object missing required field `coins`; give new fields a default, "
            "or declare a Step (1 pending)"
        ],
        ".notes": [
            "bank: a note (Debts) does not fit: Object missing required field `coins`; give new fields a default, or "
            "declare a Step (3 noted)"
        ],
    }


def test_a_step_that_fails_and_data_of_a_newer_schema_are_named() -> None:
    bad = msgspec.structs.replace(NEW, steps=(Step(2, timers=Each(lambda data: data["none"])), Step(3)))
    with pytest.raises(Invalid, match=r"^bank: a timer Bell: the step to schema 2 failed: KeyError: 'none'$"):
        timer_of(bad, OLD.timers[0].payload)  # type: ignore[arg-type]
    newer = ModuleDialog("bank", "Sure", {}, 4)
    with pytest.raises(Invalid, match="is of schema 4, and this version of the module knows up to 3"):
        talk_of(NEW, newer)


def test_all_of_it_goes_up_and_back_down() -> None:  # S1.10
    up = raised(NEW, OLD)
    assert [t.id for t in up.timers] == ["t1"] and up.talks[0].dialog == ModuleDialog("bank", "Sure", {"coins": 200}, 3)
    assert up.notes["p1"] == Note("Ada", 3, msgspec.msgpack.encode({"coins": 300}), {"hp": 1})
    assert up.notes["p2"] == OLD.notes["p2"]
    down = lowered(NEW, up, 1)
    assert (down.talks, down.notes) == (OLD.talks, OLD.notes)
    assert down.timers[0].payload == ModuleTimer("bank", "Ring", {"who": "Ada"}, "game", 1)
    one_way = msgspec.structs.replace(NEW, steps=(Step(2), Step(3, notes=Each(in_coins))))
    with pytest.raises(SnapshotError, match="bank: a note on Ada: there is no way back from schema 3 to 2"):
        lowered(one_way, msgspec.structs.replace(up, timers=[], talks=[]), 2)


def test_a_note_is_read_in_todays_schema_and_written_in_it() -> None:
    kit = Kit(NEW)
    ada = kit.player("Ada")
    who = ada.character
    who.notes["bank"] = OLD.notes["p1"].data
    assert "You owe 300." in ada.do("owe")
    kit.act(lambda ctx: kit.instance().run(lambda c, _: c.note(c.world.characters[who.id], Debts(7)), ctx, None))
    assert who.noted == {"bank": 3} and "You owe 7." in ada.do("owe")
    with pytest.raises(ModuleFault):
        kit.act(lambda ctx: kit.instance().run(lambda c, _: c.note(who, Sure(1)), ctx, None))
    assert "declares notes=Debts, not Sure" in kit.instance().figures.last_error
    kit.act(lambda ctx: kit.instance().run(lambda c, _: c.note(who, None), ctx, None))
    assert who.notes == {} and who.noted == {}


def test_after_a_copyover_into_a_new_schema_all_that_waited_is_in_it() -> None:  # S1.10
    first = msgspec.structs.replace(NEW, state_version=1, steps=(), notes=None)
    kit = Kit(first)
    ada = kit.player("Ada")
    for name in ("Ada", "nobody"):
        bell = ModuleTimer("bank", "Bell", {"who": name}, "game")
        kit.act(lambda ctx, bell=bell: ctx.world.timers.set(ctx.clock.game + 5, bell))  # type: ignore[misc]
    ada.character.notes["bank"] = OLD.notes["p1"].data
    kit.copyover(msgspec.structs.replace(NEW, version="1.1.0"))
    (kept,) = kit.migrated
    assert kept.schema == 1 and kept.sections[".timers"].metadata["count"] == "2"  # as it was before
    (timer,) = kit.registry.timers_of("bank")
    assert timer.payload == ModuleTimer("bank", "Ring", {"who": "Ada", "loud": True}, "game", 3)
    assert ada.character.noted == {"bank": 3} and "You owe 300." in ada.do("owe")
    kit.wait(6)
    assert kit.state.total == 10


def test_a_conversation_that_nobody_can_continue_ends_in_words_and_is_counted() -> None:
    kit = Kit(NEW)
    ada, ben = kit.player("Ada"), kit.player("Ben")
    lost, fine = ModuleDialog("bank", "Gone", {}), ModuleDialog("bank", "Sure", {"coins": 1}, 3)
    text = Editor("bank", ("one",), lost)
    kit.game.sessions.by_id[ada.session].stack += [lost, fine, ModuleDialog("unknown", "X", {}), lost]
    kit.game.sessions.by_id[ben.session].stack += [text]
    ada.read()
    assert kit.act(lambda ctx: end_lost_talks(ctx, kit.registry.could_lead)) == {"bank": 2, "unknown": 1}
    said = ada.read()
    assert said.count("The bank module does not know how to go on") == 1 and "The unknown module" in said
    assert kit.game.sessions.by_id[ada.session].stack[1:] == [fine] and ada.prompt == "1? "
    assert kit.game.sessions.by_id[ben.session].stack[-1] == text
    record = CopyoverRecord(number=1, by="Ada", ordered=1.0, generation_from=1, generation_to=2, ended={"bank": 2})
    assert "  conversations that could not go on: 2 of bank" in report_text.body(record)
