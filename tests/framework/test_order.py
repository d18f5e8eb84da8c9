"""In what order modules start: requirements first, priority among equals; who can't start is told why."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mud.api import Module
from mud.framework.order import start_order


def module(name: str, *requires: str, **more: Any) -> Module[Any]:
    return Module(name=name, version="1.0.0", requires=requires, **more)


def test_requirements_start_before_who_requires_them() -> None:  # S4.3, S4.4
    modules = [module("shop", "bank", "lamp"), module("bank", "lamp"), module("lamp")]
    for shuffled in itertools.permutations(modules):
        assert start_order(shuffled) == (["lamp", "bank", "shop"], {})


def test_a_service_that_a_module_provides_stands_for_its_name() -> None:  # S4.3
    assert start_order([module("aa", "money"), module("zz", provides=("money",))]) == (["zz", "aa"], {})


def test_among_equals_the_lower_priority_starts_first_and_then_the_name_decides() -> None:  # S4.3
    modules = [module("a"), module("b"), module("late", priority=200), module("early", priority=1)]
    for shuffled in itertools.permutations(modules):
        assert start_order(shuffled) == (["early", "a", "b", "late"], {})


def test_priority_never_overrules_a_requirement() -> None:  # S4.3
    modules = [module("first", "last", priority=1), module("last", priority=900), module("other", priority=500)]
    assert start_order(modules) == (["other", "last", "first"], {})


def test_one_that_is_freed_early_goes_before_equals_of_a_higher_priority() -> None:  # S4.3
    modules = [module("base", priority=1), module("child", "base", priority=2), module("other", priority=3)]
    assert start_order(modules)[0] == ["base", "child", "other"]


def test_an_optional_requirement_orders_when_it_is_there_and_is_not_missed_when_it_is_not() -> None:  # S4.3
    assert start_order([module("a", "z?"), module("z")]) == (["z", "a"], {})
    assert start_order([module("a", "z?")]) == (["a"], {})


def test_who_requires_itself_by_a_service_of_its_own_starts() -> None:  # S4.3
    assert start_order([module("a", "money", provides=("money",))]) == (["a"], {})


def test_what_is_missing_is_named_with_the_nearest_there_is() -> None:  # S4.3
    order, refused = start_order([module("shop", "bnak"), module("bank"), module("lamp")])
    assert order == ["bank", "lamp"]
    assert refused == {
        "shop": "shop requires 'bnak', which no module that can start provides; did you mean bank?",
    }


def test_what_is_missing_and_like_nothing_is_named_alone() -> None:  # S4.3
    assert start_order([module("shop", "weather"), module("bank")])[1] == {
        "shop": "shop requires 'weather', which no module that can start provides"
    }


def test_who_requires_one_that_can_not_start_can_not_either_and_all_others_can() -> None:  # S4.3
    order, refused = start_order([module("c", "b"), module("b", "a"), module("a", "gone"), module("d", "a?")])
    assert order == ["d"]
    assert {name: why.split(",")[0] for name, why in refused.items()} == {
        "a": "a requires 'gone'",
        "b": "b requires 'a'",
        "c": "c requires 'b'",
    }


def test_a_circle_is_called_one_and_only_it_and_who_needs_it_is_refused() -> None:  # S4.3
    modules = [module("a", "b"), module("b", "c"), module("c", "a"), module("on_it", "a"), module("free")]
    order, refused = start_order(modules)
    assert order == ["free"]
    assert set(refused) == {"a", "b", "c", "on_it"}
    for name in "abc":
        assert "go in a circle: mark one of them optional (NAME?)" in refused[name]
    assert refused["a"] in (
        f"the requirements of {way} go in a circle: mark one of them optional (NAME?)"
        for way in ("a -> b -> c -> a", "b -> c -> a -> b", "c -> a -> b -> c")
    )
    assert refused["on_it"].startswith("on_it requires 'a', which no module that can start provides")


def test_two_circles_are_both_named() -> None:  # S4.3
    order, refused = start_order([module("a", "b"), module("b", "a"), module("x", "y"), module("y", "x"), module("m")])
    assert order == ["m"]
    assert "a" in refused["b"] and "x" not in refused["b"].split(" go ")[0].split("of ")[1]
    assert all("circle" in why for why in refused.values()) and set(refused) == set("abxy")


@pytest.mark.parametrize(
    ("modules", "expected"),
    [
        ([module("a", "b?"), module("b", "a")], ["a", "b"]),
        ([module("a", "b?"), module("b", "a?")], None),
        ([module("a", "b?"), module("b", "c"), module("c", "a")], ["a", "c", "b"]),
    ],
    ids=["one of two", "both", "one of three"],
)
def test_a_circle_with_an_optional_requirement_in_it_is_none(
    modules: list[Module[Any]], expected: list[str] | None
) -> None:  # S4.3
    order, refused = start_order(modules)
    assert refused == {}  # that is what the message for a circle tells one to do
    assert order == expected or (expected is None and sorted(order) == sorted(m.name for m in modules))


@st.composite
def acyclic(draw: st.DrawFn) -> list[Module[Any]]:
    """Modules each of which requires only some of those before it, in any order."""
    count = draw(st.integers(0, 12))
    found: list[Module[Any]] = []
    for number in range(count):
        earlier = draw(st.lists(st.integers(0, number - 1), unique=True, max_size=4)) if number else []
        marks = [draw(st.sampled_from(("", "?"))) for _ in earlier]
        prefixes = [draw(st.sampled_from(("m", "s"))) for _ in earlier]
        wanted = [f"{p}{e}{mark}" for p, e, mark in zip(prefixes, earlier, marks, strict=True)]
        more: dict[str, Any] = {"priority": draw(st.integers(0, 3)), "provides": (f"s{number}",)}
        found.append(module(f"m{number}", *wanted, **more))
    return draw(st.permutations(found))


@given(acyclic())
def test_whatever_goes_in_no_circle_is_ordered_right(modules: list[Module[Any]]) -> None:  # S4.3, S4.4
    order, refused = start_order(modules)
    assert refused == {}
    assert sorted(order) == sorted(m.name for m in modules)
    by_name = {m.name: m for m in modules}
    needs = {m.name: {f"m{w.rstrip('?')[1:]}" for w in m.requires} for m in modules}
    done: set[str] = set()
    for name in order:
        assert needs[name] <= done
        ready = [n for n in by_name if n not in done and needs[n] <= done]
        assert name == min(ready, key=lambda n: (by_name[n].priority, n))
        done.add(name)


@given(acyclic(), st.data())
def test_who_can_not_start_takes_only_who_needs_it_along(
    modules: list[Module[Any]], data: st.DataObject
) -> None:  # S4.3
    if not modules:
        return
    lost = data.draw(st.sampled_from([m.name for m in modules]))
    order, refused = start_order([m for m in modules if m.name != lost])
    needed = {m.name: {f"m{w[1:]}" for w in m.requires if not w.endswith("?")} for m in modules}
    hopeless = {lost}
    while more := {name for name, wanted in needed.items() if wanted & hopeless} - hopeless:
        hopeless |= more
    assert set(refused) == hopeless - {lost}
    assert set(order) == {m.name for m in modules} - hopeless
