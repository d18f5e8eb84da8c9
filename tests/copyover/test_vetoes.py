"""The core's vetoes: each figure that is not as it has to be is one; and which of all pass."""

from __future__ import annotations

import msgspec
import pytest

from mud.copyover.vetoes import (
    CORE,
    LOOK_AGAIN,
    MIN_SECONDS,
    ResourceBounds,
    Resources,
    Vetoed,
    clears_in,
    of_core,
    sift,
)
from mud.core.veto import Veto

BOUNDS = ResourceBounds(state=1000, descriptors=10, disk=5000)
GOOD = Resources(errors={}, state=1000, descriptors_left=10, disk_left=5000)


def changed(**figures: object) -> list[Veto]:
    found = of_core(msgspec.structs.replace(GOOD, **figures), BOUNDS)
    assert all(name == CORE for name, _ in found)
    return [veto for _, veto in found]


def test_nothing_stands_against_it_when_all_is_just_well_enough() -> None:
    assert changed() == []


@pytest.mark.parametrize(
    ("figures", "hard", "says"),
    [
        ({"errors": {"bank": "ZeroDivisionError"}}, False, "the module bank is out of service (ZeroDivisionError)"),
        ({"state": 1001}, False, "the state takes 1.0 KiB, and the limit is 1.0 KiB"),
        ({"descriptors_left": 9}, True, "9 descriptors are left, and 10 are needed"),
        ({"descriptors_left": -3}, True, "0 descriptors are left, and 10 are needed"),
        ({"disk_left": 4999}, True, "4.9 KiB are left on the disk, and 4.9 KiB are needed"),
        ({"database": "I/O error"}, True, "the database can't be opened, so changes would be lost: I/O error"),
    ],
)
def test_each_figure_that_is_not_is_a_veto(figures: dict[str, object], hard: bool, says: str) -> None:
    (veto,) = changed(**figures)
    assert (veto.hard, veto.reason) == (hard, says)


def test_a_large_state_needs_more_of_the_disk() -> None:
    hard = [veto for veto in changed(state=3000) if veto.hard]
    assert ["5.9 KiB are needed" in veto.reason for veto in hard] == [True]


def test_soft_ones_pass_by_force_and_are_named_hard_ones_never() -> None:
    soft, hard = ("raffle", Veto.soft("it draws", 3)), ("bank", Veto.firm("it counts"))
    assert sift([], force=False) == []
    assert sift([soft], force=True) == ["raffle: it draws (clears in 3 s)"]
    with pytest.raises(Vetoed, match="copyover force") as refused:
        sift([soft], force=False)
    assert not refused.value.hard
    with pytest.raises(Vetoed, match=r"^bank \(hard veto\): it counts$") as refused:
        sift([soft, hard], force=True)
    assert refused.value.hard
    with pytest.raises(Vetoed) as refused:
        sift([soft, hard], force=False)
    assert refused.value.hard and "copyover force" not in str(refused.value)


def test_it_is_asked_again_when_the_first_clears_and_never_at_once() -> None:
    assert clears_in([("a", Veto.soft("x", 3.0)), ("b", Veto.soft("y"))]) == 3.0
    assert clears_in([("a", Veto.soft("x", 30.0)), ("b", Veto.soft("y"))]) == LOOK_AGAIN
    assert clears_in([("a", Veto.soft("x", 0.0))]) == MIN_SECONDS
