"""The carriers by name: the new program takes the end of whichever one the old program used."""

from __future__ import annotations

import pytest

from mud.copyover import environment, handover
from mud.copyover.carriers import table
from mud.copyover.carriers.exec import ExecCarrier, ExecDelivery, ExecHandover
from mud.copyover.environment import HandedOver
from mud.copyover.handover import CarriedJobs
from mud.core.errors import SnapshotError


def test_both_ends_are_found_by_the_name_that_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(table.carrier(), ExecCarrier)
    for name, value in environment.of_heir({}, table.USED, f"{handed_over()}:7").items():
        monkeypatch.setenv(name, value)
    given = environment.take_handover()
    assert given is not None and isinstance(table.delivery(given), ExecDelivery)
    assert environment.take_handover() is None, "no program that is started later takes it again"


def test_a_program_that_names_no_carrier_is_older_than_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(environment.CARRIER, raising=False)
    monkeypatch.setenv(environment.HANDOVER, "3:4")
    assert environment.take_handover() == HandedOver("exec", "3:4")


def test_a_carrier_of_a_newer_program_is_refused_by_name() -> None:
    with pytest.raises(SnapshotError, match=r"carried by 'pigeon'; this program knows exec"):
        table.delivery(HandedOver("pigeon", "3"))


def handed_over() -> int:
    """The descriptor of a hand-over with nothing in it."""
    nothing = ExecHandover(
        generation=2,
        version="1",
        by="Root",
        reason="",
        session=0,
        began=0.0,
        files={},
        modules=[],
        listeners=[],
        wires=[],
        jobs=CarriedJobs(),
        addresses={},
        next_session=1,
        lock=0,
        channel=0,
        said=0,
        stderr=0,
    )
    return handover.write(nothing)
