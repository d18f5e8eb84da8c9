"""The table of a connection's states: complete, with an end that is one."""

from __future__ import annotations

import pytest

from mud.net.states import ROWS, TABLE, ConnectionState

C = ConnectionState


def test_every_state_has_one_row() -> None:
    assert [row.state for row in TABLE] == list(C)
    assert all(row.state not in row.to and len(set(row.to)) == len(row.to) for row in TABLE)


@pytest.mark.parametrize("state", [state for state in C if state is not C.CLOSED])
def test_from_everywhere_it_can_be_closed_and_carried_over(state: ConnectionState) -> None:
    assert C.CLOSED in ROWS[state].to
    assert C.FROZEN in {state, *ROWS[state].to}


def test_nothing_comes_after_the_end() -> None:
    assert ROWS[C.CLOSED].to == ()


def test_only_an_open_one_reads_and_neither_a_frozen_nor_a_closed_one_writes() -> None:
    assert [row.state for row in TABLE if row.reads] == [C.OPEN]
    assert [row.state for row in TABLE if not row.writes] == [C.FROZEN, C.CLOSED]
