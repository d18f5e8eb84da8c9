"""The table of phases: complete, with a way back from everywhere, and the page that is made from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.copyover import diagram
from mud.copyover.phases import PROGRESS, ROWS, TABLE, TRANSITIONS, UNDO, Phase, PhaseMachine
from mud.core.errors import CopyoverError

ROOT = Path(__file__).parent.parent.parent
WORKING = [phase for phase in Phase if phase is not Phase.IDLE]


def test_every_phase_has_its_row() -> None:
    assert [row.phase for row in TABLE] == list(Phase) == list(ROWS)


@pytest.mark.parametrize("phase", [phase for phase in WORKING if phase is not Phase.GOING_ON])
def test_from_every_phase_before_go_there_is_a_way_back_that_says_what_it_undoes(phase: Phase) -> None:
    assert Phase.IDLE in TRANSITIONS[phase]
    assert UNDO[phase]


def test_a_copyover_gets_on_with_each_phase() -> None:
    machine, percents = PhaseMachine(), []
    for phase in WORKING:
        machine.go(phase)
        percents.append(PROGRESS[phase])
    assert percents == sorted(set(percents)) and percents[-1] < 100
    machine.go(Phase.IDLE)


def test_after_go_there_is_no_way_back() -> None:
    assert ROWS[Phase.RECOVERING].to[0] is Phase.GOING_ON and Phase.GOING_ON not in UNDO
    assert TRANSITIONS[Phase.GOING_ON] == {Phase.IDLE}


def test_it_is_too_late_to_call_it_off_once_the_game_stands_still() -> None:
    assert [phase for phase in Phase if PhaseMachine(phase).too_late] == [
        *(Phase.STATE_TRANSFERRING, Phase.HANDING_OVER, Phase.RECOVERING, Phase.GOING_ON)
    ]


@pytest.mark.parametrize("origin", Phase)
@pytest.mark.parametrize("to", Phase)
def test_only_the_edges_of_the_table_can_be_gone(origin: Phase, to: Phase) -> None:
    machine = PhaseMachine(origin)
    if to in ROWS[origin].to:
        machine.go(to)
        assert machine.phase is to
    else:
        with pytest.raises(CopyoverError, match=f"from {origin.value} to {to.value}"):
            machine.go(to)
        assert machine.phase is origin


def test_the_machine_remembers_when_it_entered_which_phase_of_this_copyover() -> None:
    now = [10.0]
    machine = PhaseMachine(now=lambda: now[0])
    for phase in (Phase.REHEARSING, Phase.IDLE, Phase.REHEARSING, Phase.PREPARING):
        machine.go(phase)
        now[0] += 2
    assert machine.times == [(Phase.REHEARSING, 14.0), (Phase.PREPARING, 16.0)]
    assert machine.progress() == "preparing, 50 %, for 2 s"


def test_the_page_in_docs_is_what_make_docs_writes() -> None:
    assert (ROOT / "docs" / "phases.md").read_text("utf-8") == diagram.page(), "run `make docs`"


def test_the_picture_has_every_phase_and_every_edge() -> None:
    lines = diagram.diagram().splitlines()
    for row in TABLE:
        for to in row.to:
            assert [line for line in lines if line.split()[0] == row.phase.value and line.split()[-1] == to.value]


def test_a_phase_that_was_entered_before_has_its_own_time() -> None:
    machine = PhaseMachine(now=lambda: 7.0)
    machine.go(Phase.RECOVERING, 3.0)
    machine.go(Phase.GOING_ON)
    assert machine.times == [(Phase.RECOVERING, 3.0), (Phase.GOING_ON, 7.0)]
