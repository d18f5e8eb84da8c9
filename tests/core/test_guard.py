"""Only what the running event has opened can be changed, fields and containers; between events, nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from mud.core.containers import CHANGING, GUARDED, ReadOnlyDict, ReadOnlyList
from mud.core.errors import Unopened
from mud.core.guard import Guarded, containers, explain_refusal, guard_containers
from mud.core.journal import Journal
from mud.core.opened import RUNNING
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
    with pytest.raises(Unopened):
        change(thing)
    assert msgspec.msgpack.encode(thing) == before
    change(journal.edit(thing))
    journal.rollback()
    assert msgspec.msgpack.encode(thing) == before
    with pytest.raises(Unopened):  # between two events too
        change(thing)
    assert msgspec.msgpack.encode(thing) == before


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


REFUSING = [*GUARDED.values(), ReadOnlyDict, ReadOnlyList]


@pytest.mark.parametrize(("kind", "unchanging"), [(dict, Mapping), (list, tuple), (set, frozenset)])
def test_all_that_changes_a_container_is_known(kind: type, unchanging: type) -> None:
    changing = {name for name in dir(kind) if name not in dir(unchanging)}
    harmless = {"copy", "fromkeys", "__reversed__", "__or__", "__ror__", "__class_getitem__"}
    assert changing - harmless == CHANGING[kind]


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in REFUSING for name in sorted(CHANGING[kind.__bases__[0]])]
)
def test_all_that_changes_a_container_is_refused(kind: Any, name: str) -> None:
    with pytest.raises((Unopened, TypeError), match=f"this {kind.__bases__[0].__name__} is (read-only|not open)"):
        getattr(kind(), name)()


@pytest.mark.parametrize("one", [GUARDED[dict](a=1), GUARDED[list]([1]), GUARDED[set]({1}), ReadOnlyDict(a=1)])
def test_a_copy_is_an_ordinary_container(one: Any) -> None:
    kind = type(one).__bases__[0]
    for each in (one.copy(), copy.copy(one), copy.deepcopy(one), kind(one)):
        assert each == one and type(each) is kind


@pytest.mark.parametrize("empty", [True, False])
def test_a_container_that_was_kept_from_an_event_has_no_hold_on_the_thing_afterwards(
    journal: Journal, empty: bool
) -> None:
    thing = Thing() if empty else Thing(names={"a": 1}, order=[1], seen={1})
    mine: tuple[Any, ...] = ([], {}) if empty else ([1], {"b": 2})
    journal.begin()
    opened = journal.edit(thing)
    shown: list[Any] = [opened.names, opened.order, opened.seen]
    opened.maybe, opened.names = mine
    journal.commit()
    before = msgspec.msgpack.encode(thing)
    journal.begin()
    for container in shown:
        with pytest.raises(Unopened, match="not open in this event"):
            container.clear()
    for own in mine:
        own.clear()
    mine[0].append(7)
    mine[1]["c"] = 7
    journal.commit()
    assert msgspec.msgpack.encode(thing) == before


def test_a_dict_within_a_dict_is_read_only(journal: Journal) -> None:
    character = Character(id="p1", name="Ada", room="a", effects={"kit": {"strength": 1}})
    journal.begin()
    for _ in range(2):
        with pytest.raises(TypeError, match="read-only"):
            character.effects["kit"]["strength"] = 18
        journal.edit(character)
    character.effects = {"kit": {"strength": 2}}
    journal.commit()
    with pytest.raises(TypeError, match="read-only"):
        character.effects["kit"]["strength"] = 18
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(character))["effects"] == {"kit": {"strength": 2}}


@pytest.mark.parametrize("rolled_back", [True, False])
def test_what_is_empty_is_left_out_when_it_is_written(journal: Journal, rolled_back: bool) -> None:
    character = Character(id="p1", name="Ada", room="a")
    journal.begin()
    journal.edit(character).settings["brief"] = "on"
    del character.settings["brief"]
    (journal.rollback if rolled_back else journal.commit)()
    assert "settings" not in msgspec.msgpack.decode(msgspec.msgpack.encode(character))


@pytest.mark.parametrize("kind", [Account, Character, Item])
def test_no_container_of_the_model_is_forgotten(kind: type[Guarded]) -> None:
    holding = [field.name for field in msgspec.structs.fields(kind) if field.default_factory in GUARDED]
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
    assert RUNNING.opened == frozenset() and thing.count == 1


# What is watched is written only if it was changed.


def test_a_watched_thing_is_dirty_only_when_it_is_not_what_it_was(journal: Journal) -> None:
    thing = Thing(names={"a": 1, "b": 2}, order=[1], seen={1})
    for change, dirty in (
        (lambda t: None, False),
        (lambda t: setattr(t, "count", 0), False),
        (lambda t: (t.order.append(2), t.order.pop()), False),
        (lambda t: setattr(t, "names", dict(t.names)), False),
        (lambda t: t.names.update(a=t.names.pop("a")), True),
        (lambda t: setattr(t, "names", dict(reversed(t.names.items()))), True),
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
    assert RUNNING.opened == frozenset()
