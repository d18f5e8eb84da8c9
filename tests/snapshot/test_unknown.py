"""Fields that would be dropped without a word are found at any depth."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Struct

from mud.core.migration import Step
from mud.snapshot.envelope import Section
from mud.snapshot.shape import Shape, export
from mud.snapshot.unknown import described, unknown_fields


class Leaf(Struct, omit_defaults=True):
    name: str
    motto: str = ""


class Point(Struct, array_like=True):
    x: int
    y: int


class Cat(Struct, tag="cat"):
    lives: int = 9


class Dog(Struct, tag="dog"):
    tricks: list[Leaf] = []


class Root(Struct, kw_only=True):
    leaf: Leaf | None = None
    leaves: list[Leaf] = []
    named: dict[str, Leaf] = {}
    pair: tuple[Leaf, int] | None = None
    many: tuple[Leaf, ...] = ()
    point: Point | None = None
    pet: Cat | Dog | None = None
    pets: dict[str, list[Cat | Dog]] = {}
    free: dict[str, Any] = {}
    number: int = 0


SHAPE = Shape(participant="root", version="1.0.0", type=Root)
KNOWN = {"name": "a"}
MORE = {"name": "a", "title": "b"}


def found(sections: dict[str, Any], shape: Shape[Any] = SHAPE, schema: int = 1) -> list[str]:
    snapshot = export(SHAPE, Root(), taken=0.0)
    for name, value in sections.items():
        snapshot.sections[name] = Section(schema, msgspec.msgpack.encode(value))
    return described(unknown_fields(shape, snapshot))


@pytest.mark.parametrize(
    ("section", "known", "more", "says"),
    [
        ("leaf", KNOWN, MORE, ["Leaf.title (1 time)"]),
        ("leaves", [KNOWN, KNOWN], [MORE, KNOWN, MORE], ["Leaf.title (2 times)"]),
        ("named", {"x": KNOWN}, {"x": MORE, "y": MORE}, ["Leaf.title (2 times)"]),
        ("pair", [KNOWN, 1], [MORE, 1], ["Leaf.title (1 time)"]),
        ("many", [KNOWN], [MORE], ["Leaf.title (1 time)"]),
        ("point", [1, 2], [1, 2, 3], ["Point.[2] (1 time)"]),
        ("pet", {"type": "cat", "lives": 1}, {"type": "cat", "purrs": True}, ["Cat.purrs (1 time)"]),
        ("pet", {"type": "dog"}, {"type": "dog", "tricks": [MORE]}, ["Leaf.title (1 time)"]),
        ("pets", {"a": [{"type": "cat"}]}, {"a": [{"type": "dog", "age": 3}, None]}, ["Dog.age (1 time)"]),
    ],
)
def test_a_field_that_nobody_knows_is_found(section: str, known: Any, more: Any, says: list[str]) -> None:
    assert found({section: known}) == []
    assert found({section: more}) == says


def test_what_is_free_and_what_is_a_section_is_no_field() -> None:
    assert found({"free": {"any": {"thing": 1}}, "unheard_of": {"x": 1}}) == []


def test_a_declared_step_takes_what_it_renames() -> None:
    def forward(values: dict[str, Any]) -> None:
        values["leaf"]["motto"] = values["leaf"].pop("title")

    shape = Shape(participant="root", version="1.0.0", type=Root, schema=2, steps=(Step(2, forward),))
    assert found({"leaf": MORE}, shape) == []
    assert found({"leaf": MORE | {"age": 1}}, shape) == ["Leaf.age (1 time)"]
