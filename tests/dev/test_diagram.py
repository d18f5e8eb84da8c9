"""The page of states: made from the tables, and not stale."""

from __future__ import annotations

from pathlib import Path

from mud.dev.diagram import diagram, page, rows
from mud.net.states import TABLE, ConnectionState

ROOT = Path(__file__).parents[2]


def test_the_page_is_made_of_the_tables_as_they_are() -> None:
    assert (ROOT / "docs" / "states.md").read_text("utf-8") == page(), "stale: make docs"


def test_every_edge_is_drawn() -> None:
    drawn = diagram(TABLE)
    assert "    [*] --> frozen\n" in drawn and "    closed --> [*]\n" in drawn
    assert drawn.count("-->") == 2 + sum(len(row.to) for row in TABLE)
    assert "    open --> slowed\n" in drawn and "    closed --> open\n" not in drawn


def test_every_state_has_its_line() -> None:
    lines = rows(TABLE, ("reads", "writes")).splitlines()
    assert len(lines) == 2 + len(ConnectionState)
    assert lines[3].startswith("| open | yes | yes | it reads and writes")
