"""What modules note with characters, and the signals of attacks and of what is worn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from mud.api import Attacked, Context, Module, On, State, Struct, Worn
from mud.core.world.model import Character
from mud.play import zones
from mud.testing import Kit

ARENA = Path(__file__).parent.parent / "worlds" / "arena"


class Debt(Struct):
    """What somebody owes."""

    to: str
    amount: int = 0


class Log(State):
    """What was heard."""

    heard: list[str] = []


def attacked(ctx: Context[Log], signal: Attacked) -> None:
    ctx.state.heard.append(f"{signal.character} attacks {signal.victim}")


def worn(ctx: Context[Log], signal: Worn) -> None:
    ctx.state.heard.append(f"{signal.character} {signal.slot or 'takes off'} {signal.item}")


MODULE = Module(name="debts", version="1.0.0", state=Log, on=[On(Attacked, attacked), On(Worn, worn)])


def note(kit: Kit, who: Character, what: Struct | None) -> None:
    kit.act(lambda ctx: kit.instance().run(lambda c, _: c.note(who, what), ctx, None))


def noted(kit: Kit, who: Character, kind: type[Any] = Debt) -> Any:
    return kit.act(lambda ctx: kit.instance().run(lambda c, _: c.noted(who, kind), ctx, None))


def test_a_note_goes_with_its_character_over_everything() -> None:
    kit = Kit(MODULE)
    ada = kit.player("Ada")
    assert noted(kit, ada.character) is None
    note(kit, ada.character, Debt("Ben", 5))
    kit.copyover()
    assert noted(kit, ada.character) == Debt("Ben", 5)
    ada.do("quit")
    kit.flush()
    kit.crash()
    ada = kit.player("Ada")
    assert noted(kit, ada.character) == Debt("Ben", 5)
    note(kit, ada.character, None)
    assert noted(kit, ada.character) is None and ada.character.notes == {}


def test_a_note_is_undone_with_its_event_and_marks_its_character_alone() -> None:
    kit = Kit(MODULE)
    ada = kit.player("Ada")
    note(kit, ada.character, Debt("Ben", 5))
    journal = kit.game.world.journal

    def fail(ctx: Any) -> None:
        kit.instance().run(lambda c, _: c.note(ada.character, Debt("Eve", 9)), ctx, None)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        kit.act(fail)
    assert noted(kit, ada.character) == Debt("Ben", 5)
    journal.dirty.clear()
    note(kit, ada.character, Debt("Ben", 6))
    assert journal.dirty == {("characters", ada.character.id)}


def test_a_note_that_does_not_fit_is_refused() -> None:
    class Other(Struct):
        to: int

    kit = Kit(MODULE)
    ada = kit.player("Ada")
    note(kit, ada.character, Debt("Ben"))
    with pytest.raises(Exception, match="debts failed") as failure:
        noted(kit, ada.character, Other)
    assert isinstance(failure.value.__cause__, msgspec.ValidationError)


def test_modules_hear_who_attacks_whom() -> None:
    kit = Kit(MODULE, world=ARENA)
    ada = kit.player("Ada")
    ada.do("north")
    me = ada.character.id
    ogre, rat = (kit.act(lambda ctx, k=k: zones.make_mob(ctx, k, "yard")) for k in ("ogre", "rat"))  # type: ignore[misc]
    ada.do("kill ogre")
    assert kit.state.heard == [f"{me} attacks {ogre.id}"]
    kit.act(lambda ctx: ctx.hurt(rat, 1, ada.character))  # who fights already
    assert kit.state.heard[1:] == [f"{me} attacks {rat.id}"] and rat.fighting == me


def test_modules_hear_what_is_put_on_and_taken_off() -> None:
    kit = Kit(MODULE, world=ARENA)
    ada = kit.player("Ada")
    me, axe = ada.character.id, kit.make_item("axe", ada.character).id
    ada.do("wield axe", "remove axe")
    assert kit.state.heard == [f"{me} wield {axe}", f"{me} takes off {axe}"]
