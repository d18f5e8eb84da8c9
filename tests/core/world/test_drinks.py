"""A vessel is called by what is in it."""

from __future__ import annotations

import pytest

from mud.core.text.markup import strip
from mud.core.world import area as a
from mud.core.world.item_names import keywords, short
from mud.core.world.model import Item
from mud.play.describe import long
from mud.testing import Kit

Values = dict[str, int | str]


def vessel(name: str, values: Values, now: Values, kind: str = "drink_container") -> tuple[Kit, Item]:
    """A vessel that its file calls `name` and fills with `values`, with `now` in it."""
    definition = a.ItemDef(
        id="v", keywords=("jug", "wine"), short=name, long=f"{name} is here.", kind=kind, values=values
    )
    area = a.AreaDef(id="a", name="A", rooms=(a.RoomDef(id="r", name="R"),), items=(definition,))
    kit = Kit(world=a.WorldDef.of([area]))
    item = kit.make_item("v")
    item.values.update(now)
    return kit, item


FULL: Values = {"capacity": 4, "drinks": 4, "liquid": 2}  # wine


@pytest.mark.parametrize(
    ("name", "now", "called"),
    [
        ("a jug", {}, "a jug of wine"),
        ("a jug of wine", {}, "a jug of wine"),
        ("a jug of the wine", {"liquid": 0}, "a jug of water"),
        ("a jug of wine", {"liquid": 8}, "a jug of the local speciality"),
        ("a jug of wine", {"liquid": "stout"}, "a jug of stout"),
        ("a jug of wine", {"drinks": 0}, "a jug"),
        ("a wine jug", {}, "a wine jug"),
        ("a jug of Ada", {}, "a jug of Ada of wine"),
        ("a jug of dark ale", {"liquid": 99}, "a jug of water"),
    ],
)
def test_its_name_says_what_is_in_it(name: str, now: Values, called: str) -> None:
    kit, item = vessel(name, FULL, now)
    assert strip(short(kit.game.world, item)) == called


def test_it_answers_to_what_is_in_it_and_not_to_what_was() -> None:
    kit, item = vessel("a jug of wine", FULL, {})
    assert {"jug", "wine"} <= set(keywords(kit.game.world, item))
    item.values["liquid"] = 1
    words = keywords(kit.game.world, item)
    assert {"jug", "beer"} <= set(words) and "wine" not in words
    item.values["drinks"] = 0
    assert set(keywords(kit.game.world, item)) == {"jug"}


def test_a_fountain_keeps_its_name_and_answers_to_its_water() -> None:
    kit, item = vessel("the pump", {"liquid": 0}, {}, kind="fountain")
    assert strip(short(kit.game.world, item)) == "the pump" and "water" in keywords(kit.game.world, item)


def test_its_line_on_the_ground_does_not_speak_of_what_is_gone() -> None:
    kit, item = vessel("a jug of wine", FULL, {})
    assert strip(long(kit.game.world, item)) == "a jug of wine is here."
    item.values["drinks"] = 0
    assert strip(long(kit.game.world, item)) == "A jug lies here."
