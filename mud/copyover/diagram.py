"""Generates docs/phases.md from the table of phases. `make docs` writes it; a test fails if it is out of date.

By hand: python -m mud.copyover.diagram
"""

from __future__ import annotations

import sys

from mud.copyover.phases import TABLE, Phase, PhaseRow

HEAD = """\
# The phases of a copyover

Made by `make docs` from the table in `mud/copyover/phases.py`. Change that, not this.

Everything that can fail happens before the byte GO. From every phase before it there is a way back, dotted here, on
which whatever was done is undone and the game plays on. A copyover that is only planned is a timer of the game.
"""


def page() -> str:
    """The whole page."""
    return f"{HEAD}\n```mermaid\n{diagram()}```\n\n{table()}"


def diagram() -> str:
    """The phases as a Mermaid flow chart, which Markdown viewers draw."""
    lines = ["flowchart LR"]
    lines += [f"    {row.phase.value}{box(row)}" for row in TABLE]
    lines += [f"    {row.phase.value} {arrow(row, to)} {to.value}" for row in TABLE for to in row.to]
    silent = ",".join(row.phase.value for row in TABLE if row.silent)
    lines += ["    classDef silence fill:#f6d9c8,stroke:#b4552d", f"    class {silent} silence"]
    return "\n".join(lines) + "\n"


def box(row: PhaseRow) -> str:
    """A phase's box: round for idle, otherwise with its percentage."""
    name = row.phase.value.replace("_", " ")
    return f'(["{name}"])' if row.phase is Phase.IDLE else f'["{name}<br/>{row.percent} %"]'


def arrow(row: PhaseRow, to: Phase) -> str:
    """The arrow between two phases: forward, the way back, or the byte GO, after which there is none."""
    if to is Phase.GOING_ON:
        return '== "GO" ==>'
    if row.phase is Phase.GOING_ON:
        return "-->"
    if to is Phase.IDLE:
        return "-.->"
    if row.phase is Phase.IDLE and to is Phase.RECOVERING:
        return '-- "in the new program" -->'
    return '== "exec" ==>' if to is Phase.RECOVERING else "-->"


def table() -> str:
    """The phases as a table."""
    lines = ["| phase | % | game | what happens | what the way back undoes |", "|---|---|---|---|---|"]
    for row in TABLE:
        game = "stands still" if row.silent else "plays"
        lines.append(f"| {row.phase.value} | {row.percent} | {game} | {row.does} | {row.undo or '–'} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
