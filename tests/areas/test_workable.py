"""What an item lacks to do what it is for."""

from __future__ import annotations

import pytest

from mud.areas.workable import NEEDS, lacks
from mud.core.world.area import ItemDef

#: By kind: values that are enough, and some that are not.
DICE: dict[str, int | str] = {"dice_number": 1, "dice_size": 6}
CASES: dict[str, tuple[dict[str, int | str], tuple[dict[str, int | str], ...]]] = {
    "weapon": (
        DICE,
        ({}, {"dice_number": 2}, {**DICE, "dice_size": 0}, {**DICE, "dice_number": -1}, {"dice_size": "6"}),
    ),
    "potion": ({"spell2": "heal"}, ({}, {"spell1": 0}, {"spell1": -1}, {"spell1": ""}, {"level": 5})),
    "scroll": ({"spell1": 42}, ({}, {"spell3": -1})),
    "wand": ({"spell": 32, "charges_left": 1}, ({"charges_left": 1}, {"spell": 32}, {"spell": 32, "charges_left": 0})),
    "staff": ({"spell": "heal", "charges_left": 1}, ({"charges_left": 1}, {"spell": "heal"})),
    "container": ({}, ({"capacity": 0}, {"capacity": -5})),
    "drink_container": ({"capacity": 1}, ({}, {"capacity": 0})),
    "money": ({"amount": 1}, ({}, {"amount": 0})),
}


def test_every_kind_with_needs_has_its_case() -> None:
    assert set(CASES) == set(NEEDS)


@pytest.mark.parametrize("kind", CASES)
def test_what_is_enough_and_what_is_not(kind: str) -> None:
    enough, wanting = CASES[kind]
    assert list(lacks(ItemDef(id="x", keywords=("x",), short="an x", kind=kind, values=enough))) == []
    for values in wanting:
        found = list(lacks(ItemDef(id="x", keywords=("x",), short="an x", kind=kind, values=values)))
        assert found and all(lack.text.startswith(f"{kind} 'x' ") for lack in found), values


def test_of_no_use_at_all_is_grave() -> None:
    grave = {kind for kind, needs in NEEDS.items() if any(need[1] for need in needs)}
    assert grave == {"weapon", "potion", "scroll", "wand", "staff"}
