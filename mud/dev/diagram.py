"""Generates docs/states.md from the tables of states. `make docs` writes it; a test fails if it is out of date.

By hand: python -m mud.dev.diagram
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from mud.framework import lifecycle
from mud.framework.workers import controller
from mud.net import states

HEAD = """\
# States

Made by `make docs` from the tables in the code. Change those, not this. The phases of a copyover have
[a page of their own](phases.md).
"""


class StateRow(Protocol):
    """A row of a table of states: what all tables have in common."""

    @property
    def state(self) -> Enum:
        """The state."""

    @property
    def to(self) -> Sequence[Enum]:
        """The states that may follow."""

    @property
    def does(self) -> str:
        """The meaning of the state."""


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            HEAD,
            section("A connection", "mud/net/states.py", states.TABLE, ("reads", "writes")),
            section("A module", "mud/framework/lifecycle.py", lifecycle.TABLE, ("worker",)),
            section("A worker", "mud/framework/workers/controller.py", controller.TABLE),
        ]
    )


def section(title: str, path: str, table: Sequence[StateRow], more: tuple[str, ...] = ()) -> str:
    """One state machine: its diagram, and its table with the additional columns `more`."""
    return f"## {title}\n\nThe table is in `{path}`.\n\n```mermaid\n{diagram(table)}```\n\n{rows(table, more)}"


def diagram(table: Sequence[StateRow]) -> str:
    """The states as a Mermaid diagram, which Markdown viewers draw. The table's first row is the start."""
    lines = ["stateDiagram-v2", f"    [*] --> {table[0].state.value}"]
    for row in table:
        lines += [f"    {row.state.value} --> {to.value}" for to in row.to] or [f"    {row.state.value} --> [*]"]
    return "\n".join(lines) + "\n"


def rows(table: Sequence[StateRow], more: tuple[str, ...]) -> str:
    """The states as a table."""
    lines = ["| " + " | ".join(["state", *more, "what it means"]) + " |", "|---" * (2 + len(more)) + "|"]
    lines += [
        "| " + " | ".join([row.state.value, *(cell(getattr(row, name)) for name in more), row.does]) + " |"
        for row in table
    ]
    return "\n".join(lines) + "\n"


def cell(value: Enum | bool) -> str:
    """A value in a table."""
    if isinstance(value, Enum):
        return str(value.value)
    return "yes" if value else "no"


if __name__ == "__main__":
    sys.stdout.write(page())
