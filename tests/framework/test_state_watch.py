"""What a module changes past the journal is found in a running server too, named, and written."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from mud.api import Command, Context, Module, Rejected, State, Struct
from mud.framework.state_watch import SMALL, StateWatch
from mud.testing import Kit


class Shelf(State):
    title: str = ""
    count: int = 0
    books: list[str] = []
    loans: dict[str, int] = {}
    marks: set[str] = set()


KEPT: dict[str, Any] = {}


def keep(ctx: Context[Shelf], args: str) -> None:
    """keep -- keep what is the state's"""
    state = ctx.state
    KEPT.update(state=state, books=state.books, loans=state.loans, marks=state.marks)


def add(ctx: Context[Shelf], args: str) -> None:
    """add WORDS -- as it is meant"""
    for word in args.split():
        ctx.state.books.append(word)
        ctx.state.loans[word] = 1
        ctx.state.marks.add(word)


def look(ctx: Context[Shelf], args: str) -> None:
    """peruse -- look"""
    assert ctx.peek().count == 0


def past(ctx: Context[Shelf], args: str) -> None:
    """past WHAT -- go around the journal"""
    what, _, fails = args.partition(" ")
    WAYS[what]()
    if fails:
        raise Rejected("No.")


WAYS: dict[str, Any] = {
    "append": lambda: KEPT["books"].append("x"),
    "replace": lambda: KEPT["books"].__setitem__(0, "x"),
    "loan": lambda: KEPT["loans"].__setitem__("a", 5),
    "mark": lambda: KEPT["marks"].add("x"),
    "field": lambda: Struct.__setattr__(KEPT["state"], "title", "x"),
}
SHELF = Module(
    name="shelf",
    version="1.0.0",
    state=Shelf,
    commands=[Command(f.__name__, f) for f in (keep, add, past)] + [Command("peruse", look)],
)


@pytest.fixture
def kit() -> Kit:
    """A game that is watched as a server's is, and whose module has kept what is in its state."""
    kit = Kit(SHELF)
    kit.game.watch = StateWatch(kit.registry.state_of)
    kit.player("Ada").do("add a b", "keep")
    kit.flush()
    kit.game.world.take_unwritten()
    return kit


@pytest.mark.parametrize("fails", ["", " fails"])
@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("append", "books (['a', 'b'], now ['a', 'b', 'x'])"),
        ("replace", "books (['a', 'b'], now ['x', 'b'])"),
        ("loan", "loans ({'a': 1, 'b': 1}, now {'a': 5, 'b': 1})"),
        ("field", "title ('', now 'x')"),
    ],
)
def test_a_change_past_the_journal_is_named_and_written(
    kit: Kit, way: str, says: str, fails: str, caplog: pytest.LogCaptureFixture
) -> None:
    (ada,) = kit.players.values()
    assert not kit.game.world.dirty
    with caplog.at_level(logging.ERROR):
        ada.do(f"past {way}{fails}")
    (record,) = caplog.records
    assert f"shelf changed its state past the journal, in this event or since its last: {says}." in record.message
    assert ("modules", "shelf") in kit.game.world.dirty
    assert kit.instance().figures.errors == 1
    ada.do("peruse", "past mark", "peruse")
    assert len(caplog.records) == 2 and "marks ({" in caplog.records[1].message


def test_what_is_changed_as_it_is_meant_is_not_found(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    (ada,) = kit.players.values()
    with caplog.at_level(logging.ERROR):
        ada.do("add c", "peruse", "add d", "past append fails", "peruse")
        assert len(caplog.records) == 1
        kit.copyover()
        kit.game.watch = StateWatch(kit.registry.state_of)
        ada.do("peruse", "add e", "peruse")
    assert len(caplog.records) == 1 and "e" in kit.state.books


def test_a_failing_event_that_opened_its_state_is_not_found(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    (ada,) = kit.players.values()
    with caplog.at_level(logging.ERROR):
        ada.do("add c")
        with pytest.raises(ZeroDivisionError):
            kit.act(lambda ctx: (kit.instance().run(add, ctx, "x"), 1 / 0))
        ada.do("peruse")
    assert caplog.records == [] and kit.state.books == ["a", "b", "c"]


def test_of_a_large_container_the_length_is_compared(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    (ada,) = kit.players.values()
    ada.do("add " + " ".join(map(str, range(SMALL))))
    with caplog.at_level(logging.ERROR):
        ada.do("past replace")
        assert caplog.records == []
        ada.do("past append")
    assert f"books ('{SMALL + 2} elements', now '{SMALL + 3}')" in caplog.records[0].message


def test_a_module_that_does_so_again_and_again_is_taken_out_of_service(kit: Kit) -> None:  # S2.9
    (ada,) = kit.players.values()
    root = kit.player("Root", "admin")
    for _ in range(5):
        ada.do("past append")
    assert kit.instance().life.state.value == "error"
    assert "The module shelf keeps failing and is out of service: shelf changed its state past" in root.read().replace(
        "\n", " "
    )
