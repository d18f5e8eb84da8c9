"""Into a snapshot and back: validated, migrated, whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from mud.core import dialogs as d
from mud.core.errors import SnapshotError
from mud.core.migration import Step
from mud.core.session import Session
from mud.core.timers import ItemDecays, LinkDeadEnds, ModuleTimer, PendingTimer
from mud.core.world.model import Character, Item
from mud.core.world.world import WorldState
from mud.snapshot import participants
from mud.snapshot.envelope import Metadata, Section, Snapshot, pack, unpack
from mud.snapshot.form import Form
from mud.snapshot.shape import Shape, examine, export, import_, validate

STORED = Path(__file__).parent / "stored"


class Lot(Struct, frozen=True):
    item: str
    price: int


class Auction(Struct):
    """Schema 3: `history` is new, `sold` was called `done` in 2, prices were a dict of their own in 1."""

    lots: dict[str, Lot] = {}
    sold: int = 0
    history: list[str] = []


def together(state: dict[str, Any]) -> None:
    prices = state.pop("prices")
    state["lots"] = {name: {"item": lot["item"], "price": prices[name]} for name, lot in state["lots"].items()}


def apart(state: dict[str, Any]) -> None:
    state["prices"] = {name: lot["price"] for name, lot in state["lots"].items()}
    state["lots"] = {name: {"item": lot["item"]} for name, lot in state["lots"].items()}


def renamed(state: dict[str, Any]) -> None:
    state["sold"] = state.pop("done")


SHAPE = Shape(
    participant="auction",
    version="3.1.0",
    type=Auction,
    schema=3,
    steps=(Step(2, together, apart), Step(3, renamed)),
    optional=frozenset({"history"}),
)
STATE = Auction({"a": Lot("i1", 5)}, 2, ["Ada sold a sword"])


def taken(shape: Shape[Any] = SHAPE, state: Struct = STATE, **more: Any) -> Snapshot:
    return unpack(pack(export(shape, state, taken=100.0, **more)), "here")


def test_export_and_import() -> None:  # S1.1, S1.4
    snapshot = taken(metadata=Metadata(reason="export", created_by="Ada"))
    assert len(snapshot.id) == 32 and len(snapshot.checksum) == 32 and snapshot.metadata.created_by == "Ada"
    found = import_(SHAPE, snapshot, 100.0, "here")
    assert found.state == STATE and found.imported == ["lots", "sold", "history"]
    assert found.failed == {} and found.warnings == [] and found.kept == {} and found.seconds > 0


def test_two_exports_have_two_ids() -> None:  # S1.1
    assert taken().id != taken().id


def test_one_snapshot_is_imported_twice_with_the_same_result() -> None:  # S0.5
    snapshot = taken()
    assert import_(SHAPE, snapshot, 1.0, "x").state == import_(SHAPE, snapshot, 1.0, "x").state == STATE


def test_another_participant_is_invalid_with_score_0() -> None:  # S1.9
    found = validate(msgspec.structs.replace(SHAPE, participant="bank"), taken(), 1.0)
    assert not found.is_valid and found.score == 0.0
    assert "of 'auction', not of 'bank'" in found.reasons()


def test_a_newer_schema_is_incompatible_and_halves_the_score() -> None:  # S1.9
    found = validate(msgspec.structs.replace(SHAPE, schema=2), taken(), 1.0)
    assert not found.is_valid and not found.schema_compatible and found.score == 0.5
    with pytest.raises(SnapshotError, match=r"^file: it has schema 3, but this program reads up to 2 \(score 0\.50\)$"):
        import_(msgspec.structs.replace(SHAPE, schema=2), taken(), 1.0, "file")  # S1.5


def test_another_major_version_needs_a_migration() -> None:  # S1.9
    newer = msgspec.structs.replace(SHAPE, version="4.0.0")
    found = validate(newer, taken(), 1.0)
    assert not found.is_valid and not found.version_compatible and "raise the state's schema" in found.reasons()
    migrating = msgspec.structs.replace(newer, schema=4, steps=(*SHAPE.steps, Step(4, lambda state: None)))
    found = validate(migrating, taken(), 1.0)
    assert found.is_valid and not found.version_compatible and "another major version" in found.warnings[0]


def test_a_section_has_a_verdict_of_its_own() -> None:  # S1.9
    snapshot = taken()
    snapshot.sections["sold"] = Section(3, msgspec.msgpack.encode("many"))
    found = validate(SHAPE, snapshot, 1.0)
    assert not found.is_valid and found.score == pytest.approx(2 / 3)
    assert found.sections["lots"].errors == [] and "int" in found.sections["sold"].errors[0]
    with pytest.raises(SnapshotError, match=r"^file: section 'sold': Expected `int`"):  # S0.6, S1.5, S1.7
        import_(SHAPE, snapshot, 1.0, "file")


def test_an_optional_section_that_fails_starts_with_its_default() -> None:  # S1.7
    snapshot = taken()
    snapshot.sections["history"] = Section(3, b"\xc1")
    found = import_(SHAPE, snapshot, 1.0, "here")
    assert found.state == Auction(STATE.lots, 2, [])
    assert "history" in found.failed and found.warnings[0].startswith("history: starts afresh")
    assert "history" not in found.imported


def test_an_unknown_section_is_kept_and_written_again() -> None:  # S1.8
    snapshot = taken()
    snapshot.sections["future"] = Section(9, b"\x01", {"by": "newer"})
    found = import_(SHAPE, snapshot, 1.0, "here")
    assert "future" not in found.imported and found.warnings == ["future: not known to this program; it is kept"]
    again = unpack(pack(export(SHAPE, found.state, taken=1.0, kept=found.kept)), "here")
    assert again.sections["future"] == Section(9, b"\x01", {"by": "newer"})


def test_a_missing_section_with_a_default_is_a_warning_and_one_without_an_error() -> None:  # S1.7
    class Strict(Struct):
        must: int
        may: int = 7

    shape = Shape(participant="s", version="1.0.0", type=Strict)
    snapshot = taken(shape, Strict(1, 2))
    del snapshot.sections["may"]
    found = import_(shape, snapshot, 1.0, "here")
    assert found.state == Strict(1, 7) and found.warnings == ["may: is missing and starts with its default"]
    del snapshot.sections["must"]
    assert "section 'must': is missing" in validate(shape, snapshot, 1.0).reasons()


def test_expiry_is_honoured() -> None:  # S1.11
    snapshot = taken(metadata=Metadata(expires_at=150.0))
    assert validate(SHAPE, snapshot, 149.9).is_valid
    assert not validate(SHAPE, snapshot, 150.0).is_valid  # at the instant itself it has expired
    found = validate(SHAPE, snapshot, 160.0)
    assert not found.is_valid and found.reasons() == "it expired 10 s ago"


def test_an_import_changes_nothing_but_gives_a_new_state() -> None:  # S1.6
    snapshot = taken()
    snapshot.sections["sold"] = Section(3, b"\xc1")
    before = msgspec.structs.replace(STATE)
    assert examine(SHAPE, snapshot, 1.0)[1] is None
    assert before == STATE


# Schemas


@pytest.mark.parametrize("schema", [1, 2])
def test_older_stored_files_are_migrated(schema: int) -> None:  # S1.10
    """The files were written by hand once, and are never written again."""
    snapshot = unpack((STORED / f"auction-{schema}.dat").read_bytes(), "stored")
    assert snapshot.schema == schema
    assert import_(SHAPE, snapshot, 1.0, "stored").state == Auction({"a": Lot("i1", 5)}, 2, [])


def test_a_way_back_is_taken_where_there_is_one() -> None:  # S1.10
    two = Shape(participant="auction", version="2.0.0", type=Auction, schema=2, steps=SHAPE.steps[:1])
    older = export(two, STATE, taken=1.0, reader=Form("1.4.0", 1))
    assert (older.version, older.schema) == ("1.4.0", 1)
    assert export(two, STATE, taken=1.0, reader=Form("3.0.0", 3)).schema == 2  # it takes the steps itself
    assert msgspec.msgpack.decode(older.sections["prices"].data) == {"a": 5}
    assert import_(two, older, 1.0, "x").state == STATE
    with pytest.raises(SnapshotError, match="no way back from schema 3 to 2"):
        export(SHAPE, STATE, taken=1.0, reader=Form("2.0.0", 2))


def test_a_step_back_that_fails_is_named() -> None:  # S1.10
    def bad(state: dict[str, Any]) -> None:
        raise KeyError("lots")

    shape = msgspec.structs.replace(SHAPE, schema=4, steps=(*SHAPE.steps, Step(4, bad, bad)))
    with pytest.raises(SnapshotError, match=r"step back from schema 4 failed: tests/.*\.py:\d+: KeyError: 'lots'"):
        export(shape, STATE, taken=1.0, reader=Form("3.0.0", 3))


def test_a_missing_step_is_named() -> None:  # S1.10
    found = validate(msgspec.structs.replace(SHAPE, schema=4), taken(), 1.0)
    assert not found.is_valid and found.reasons() == "there is no step from schema 3 to 4: declare Step(4, ...)"


def test_a_step_that_fails_is_named() -> None:  # S1.10
    def bad(state: dict[str, Any]) -> None:
        raise KeyError("lots")

    found = validate(msgspec.structs.replace(SHAPE, schema=4, steps=(*SHAPE.steps, Step(4, bad))), taken(), 1.0)
    assert not found.is_valid and re.search(
        r"the step to schema 4 failed: tests/snapshot/test_shape\.py:\d+: KeyError: 'lots'", found.reasons()
    )


def test_steps_are_taken_in_the_order_of_their_schemas_however_they_were_declared() -> None:  # S1.10
    def doubled(state: dict[str, Any]) -> None:
        state["sold"] *= 2

    def one_more(state: dict[str, Any]) -> None:
        state["sold"] += 1

    steps = (Step(5, one_more), *SHAPE.steps, Step(4, doubled))
    newer = msgspec.structs.replace(SHAPE, schema=5, steps=steps)
    assert import_(newer, taken(), 1.0, "x").state == Auction(STATE.lots, 5, STATE.history)  # 2 * 2 + 1


def test_an_unknown_section_is_kept_after_a_step_and_one_that_a_step_uses_up_is_not() -> None:  # S1.8, S1.10
    older = unpack((STORED / "auction-1.dat").read_bytes(), "stored")
    older.sections["future"] = Section(9, b"\x01", {"by": "newer"})
    found = import_(SHAPE, older, 1.0, "here")
    assert found.kept == {"future": Section(9, b"\x01", {"by": "newer"})}  # `prices` became part of the lots
    assert found.warnings.count("future: not known to this program; it is kept") == 1
    again = unpack(pack(export(SHAPE, found.state, taken=1.0, kept=found.kept)), "here")
    assert again.sections.keys() == {"lots", "sold", "history", "future"}


def test_what_a_section_holds_is_counted_and_its_first_ids_are_named() -> None:  # S1.2
    many = Auction({f"lot{n}": Lot("i", 1) for n in range(20)}, 2, ["a"])
    sections = export(SHAPE, many, taken=1.0).sections
    assert sections["lots"].metadata == {"count": "20", "ids": f"{', '.join(f'lot{n}' for n in range(8))}, ..."}
    assert sections["sold"].metadata == {} and sections["history"].metadata == {"count": "1", "ids": "a"}
    world = export(participants.WORLD, WORLD, taken=1.0)
    assert world.sections["characters"].metadata == {"count": "2", "ids": "p1, m2"}


def test_what_a_step_makes_is_checked_like_anything() -> None:  # S1.10
    def wrong(state: dict[str, Any]) -> None:
        state["sold"] = "many"

    found = validate(msgspec.structs.replace(SHAPE, schema=4, steps=(*SHAPE.steps, Step(4, wrong))), taken(), 1.0)
    assert not found.is_valid and found.sections["sold"].errors


# The core's own participants


WORLD = WorldState(
    characters=[
        Character(id="p1", name="Ada", room="a", account="Ada", settings={"x": "y"}),
        Character(id="m2", name="a rat", room="a", mob="rat"),
    ],
    items=[Item(id="i1", kind="k", owner="char:p1", values={"n": 3, "s": "t"}, state="locked")],
    doors={"a north": "open"},
    balances={"mint": -5, "char:p1": 5},
    timers=[PendingTimer("t1", 3.5, LinkDeadEnds("p1")), PendingTimer("t2", 9.0, ItemDecays("i1"))],
    ledger_seq=4,
    timer_serial=2,
    serial=9,
    game_time=77.25,
)
SESSION = Session(
    id=1,
    address="192.0.2.1",
    stack=[d.Play(), d.Editor("description", ("one",))],
    account="Ada",
    character="p1",
    connected_at=1.0,
    last_input=2.0,
)


def test_the_world_and_the_sessions_of_the_first_version_are_read() -> None:  # S1.10, S1.13
    """Written by the first version that could copy over: format 1, schema 1."""
    world = unpack((STORED / "world-1.dat").read_bytes(), "stored")
    assert world.metadata.custom == {"because": "new quests"}
    assert import_(participants.WORLD, world, 1.0, "stored").state == WORLD
    sessions = unpack((STORED / "sessions-1.dat").read_bytes(), "stored")
    assert import_(participants.SESSIONS, sessions, 1.0, "stored").state.sessions == [SESSION]


def test_the_world_there_and_back() -> None:
    state = msgspec.structs.replace(
        WORLD,
        timers=[*WORLD.timers, PendingTimer("t3", 1.0, ModuleTimer("raffle", "Draw", {"n": 1}, "wall"))],
        writes_serial=3,
    )
    assert import_(participants.WORLD, taken(participants.WORLD, state), 1.0, "w").state == state
    older = export(participants.WORLD, WORLD, taken=1.0, reader=Form("0.1.0", 1))
    assert import_(participants.WORLD, older, 1.0, "w").state == WORLD


@given(
    st.dictionaries(
        st.text(max_size=8), st.builds(Lot, st.text(max_size=8), st.integers(-(2**53), 2**53)), max_size=20
    ),
    st.integers(0, 2**60),
    st.lists(st.text(), max_size=20),
)
def test_any_state_comes_back_as_it_was(lots: dict[str, Lot], sold: int, history: list[str]) -> None:  # S1.4, S1.12
    state = Auction(lots, sold, history)
    assert import_(SHAPE, taken(SHAPE, state), 1.0, "here").state == state


class Renamed(Struct, rename="camel"):
    big_count: int = 0
    all_names: list[str] = []


def test_a_state_whose_fields_are_written_by_other_names_comes_back() -> None:  # S1.4
    shape = Shape(participant="renamed", version="1.0.0", type=Renamed)
    found = import_(shape, unpack(pack(export(shape, Renamed(7, ["a"]), taken=1.0)), "x"), 2.0, "x")
    assert found.state == Renamed(7, ["a"]) and found.kept == {} and found.warnings == []
