"""mypy rejects a handler that does not fit its module (and takes one that does)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

HEAD = """
from mud.api import Command, Context, Module, On, Signal, State, Timer, Veto


class Mine(State):
    count: int = 0


class Other(State):
    text: str = ""


class Ring(Timer):
    who: str


class Bell(Timer):
    loud: bool


class Heard(Signal, tag="other.heard"):
    text: str


def command(ctx: Context[Mine], args: str) -> None:
    ctx.state.count += 1


def rung(ctx: Context[Mine], timer: Ring) -> None:
    ctx.cancel(Ring)


def heard(ctx: Context[Mine], signal: Heard) -> None:
    ctx.log.info(signal.text)


def veto(ctx: Context[Mine]) -> Veto | None:
    return None


def of_another_state(ctx: Context[Other], args: str) -> None:
    ctx.state.text = args


def without_arguments(ctx: Context[Mine]) -> None: ...


def a_word(ctx: Context[Mine]) -> str:
    return "no"


def misspelt(ctx: Context[Mine], args: str) -> None:
    ctx.state.cuont += 1  # wrong
"""

GOOD = """
MODULE = Module(
    name="mine", version="1.0.0", state=Mine,
    commands=[Command("command", command)], on=[On(Ring, rung), On(Heard, heard)], veto=veto,
)
"""

#: Each line is a declaration that can't be right.
BAD = [
    'Module(name="mine", version="1.0.0", state=Mine, commands=[Command("x", of_another_state)])',
    'Module(name="mine", version="1.0.0", state=Mine, commands=[Command("x", without_arguments)])',
    'Module(name="mine", version="1.0.0", state=Mine, commands=[Command(command, "x")])',
    'Module(name="mine", version="1.0.0", state=Mine, on=[On(Bell, rung)])',
    'Module(name="mine", version="1.0.0", state=Mine, on=[On(Ring, command)])',
    'Module(name="mine", version="1.0.0", state=Mine, veto=a_word)',
    'Module(name="mine", version="1.0.0", state=Mine, permissions=("databse",))',
    'Module(name="mine", version="1.0.0", state=int)',
    'Module(name="mine", state=Mine)',
]


def wrong_lines(folder: Path, source: str) -> set[int]:
    """The numbers of the lines that mypy finds wrong."""
    path = folder / "declared.py"
    path.write_text(source, "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(folder / "cache")]
    done = subprocess.run([*command, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode in (0, 1), done.stderr  # 2 is a fault of mypy itself; what it found is what is returned
    return {int(line) for line in re.findall(r"declared\.py:(\d+): error", done.stdout)}


def test_wrong_handlers_are_rejected_and_right_ones_are_not(tmp_path: Path) -> None:
    source = HEAD + GOOD + "\n".join(BAD) + "\n"
    lines = source.splitlines()
    expected = {n for n, line in enumerate(lines, 1) if line in BAD or line.endswith("# wrong")}
    assert wrong_lines(tmp_path, source) == expected
