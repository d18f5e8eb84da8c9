"""Only what the running event has opened can be changed, fields and containers; between events, everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from mud.core.errors import Unopened
from mud.core.guard import RUNNING, SHOWN, Guarded, ReadOnlyList, containers, explain_refusal, guard_containers
from mud.core.journal import Journal
from mud.core.world.model import Account, Character, Item


class Thing(Guarded, kw_only=True):
    """Something with one field of each kind."""

    id: str = "t1"
    count: int = 0
    names: dict[str, int] = {}
    order: list[int] = []
    seen: set[int] = set()
    maybe: list[int] | None = None


guard_containers(Thing)

CHANGES: list[Callable[[Thing], Any]] = [
    lambda t: setattr(t, "count", 1),
    lambda t: setattr(t, "names", {}),
    lambda t: t.names.update(a=1),
    lambda t: t.names.__setitem__("a", 1),
    lambda t: t.names.pop("a", 0),
    lambda t: t.order.append(1),
    lambda t: t.order.__setitem__(slice(0, 0), [1]),
    lambda t: t.order.__iadd__([1]),
    lambda t: t.order.sort(),
    lambda t: t.order.clear(),
    lambda t: t.seen.add(1),
    lambda t: t.maybe is not None and t.maybe.append(1),
]


@pytest.fixture
def journal() -> Iterator[Journal]:
    journal = Journal()
    yield journal
    journal.rollback()


@pytest.mark.parametrize("change", CHANGES)
def test_an_event_changes_only_what_it_opened(journal: Journal, change: Callable[[Thing], Any]) -> None:
    thing, before = Thing(maybe=[]), msgspec.msgpack.encode(Thing(maybe=[]))
    journal.begin()
    with pytest.raises((Unopened, TypeError, AttributeError)):
        change(thing)
    assert msgspec.msgpack.encode(thing) == before
    change(journal.edit(thing))
    journal.rollback()
    assert msgspec.msgpack.encode(thing) == before
    change(thing)  # between two events nothing is guarded


def test_what_is_shown_reads_like_what_is_there(journal: Journal) -> None:
    thing = Thing(names={"b": 1, "a": 2}, order=[3, 1], seen={5})
    journal.begin()
    assert (
        list(thing.names) == ["b", "a"]
        and thing.names["a"] == 2
        and {**thing.names, "c": 3} == {"b": 1, "a": 2, "c": 3}
    )
    assert (
        thing.order == [3, 1]
        and [*thing.order, 4] == [3, 1, 4]
        and sorted(thing.order) == [1, 3]
        and thing.order[:1] == [3]
    )
    assert thing.seen == {5} and 5 in thing.seen and thing.maybe is None
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(thing), type=Thing) == Thing(
        names={"b": 1, "a": 2}, order=[3, 1], seen={5}
    )


@pytest.mark.parametrize(
    ("shown", "change"),
    [(MappingProxyType({}), "__setitem__"), (ReadOnlyList(), "append"), (frozenset(), "add"), ((), "append")],
)
def test_who_changes_what_is_only_shown_is_told_what_to_write(shown: Any, change: str) -> None:
    with pytest.raises((TypeError, AttributeError)) as caught:
        getattr(shown, change)("a")
    explain_refusal(caught.value)
    assert "is changed by ctx.change(...), ctx.pay(...) or in ctx.state" in str(caught.value)


def test_another_error_is_left_as_it_is() -> None:
    for error in (TypeError("no number"), KeyError("mappingproxy")):
        before = error.args
        explain_refusal(error)
        assert error.args == before


def test_all_that_changes_a_list_is_refused() -> None:
    changing = {n for n in dir(list) if n not in dir(tuple) and n != "copy"} - {"__reversed__"}
    assert changing == {n for n in changing if getattr(ReadOnlyList, n) is ReadOnlyList._refuse}


@pytest.mark.parametrize("kind", [Account, Character, Item])
def test_no_container_of_the_model_is_forgotten(kind: type[Guarded]) -> None:
    holding = [field.name for field in msgspec.structs.fields(kind) if field.default_factory in SHOWN]
    assert all(isinstance(getattr(kind, name), property) for name in holding)
    assert set(holding) <= set(containers(kind))


def test_a_class_is_guarded_once_however_often_it_is_asked_for() -> None:
    before = Thing.names
    guard_containers(Thing)
    assert Thing.names is before


def test_two_games_in_turn_have_each_their_own_event() -> None:
    one, two, thing = Journal(), Journal(), Thing()
    one.begin()
    one.edit(thing).count = 1
    one.commit()
    two.begin()
    with pytest.raises(
        Unopened, match=r"Thing t1: 'count' can't be set like this: write ctx.change\(thing, count=...\)"
    ):
        thing.count = 2
    two.rollback()
    assert RUNNING.opened is None and thing.count == 1


# What is watched is written only if it was changed.


def test_a_watched_thing_is_dirty_only_when_it_is_not_what_it_was(journal: Journal) -> None:
    thing = Thing(names={"a": 1, "b": 2}, order=[1], seen={1})
    for change, dirty in (
        (lambda t: None, False),
        (lambda t: setattr(t, "count", 0), False),
        (lambda t: (t.order.append(2), t.order.pop()), False),
        (lambda t: setattr(t, "names", dict(t.names)), False),
        (lambda t: t.names.update(a=t.names.pop("a")), True),
        (lambda t: t.order.append(2), True),
        (lambda t: t.seen.discard(1), True),
        (lambda t: setattr(t, "maybe", []), True),
    ):
        journal.begin()
        change(journal.watch(thing, "things", "t1"))
        assert journal.changed() == ({("things", "t1")} if dirty else set())
        journal.commit()
        assert journal.dirty == ({("things", "t1")} if dirty else set())
        journal.dirty.clear()


def test_a_rollback_that_fails_itself_ends_the_event(journal: Journal) -> None:
    mapping: dict[str, int] = {}
    journal.begin()
    journal.put(mapping, "a", 1)
    mapping.clear()
    with pytest.raises(KeyError):
        journal.rollback()
    assert RUNNING.opened is None
