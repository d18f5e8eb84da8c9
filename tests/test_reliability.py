"""docs/reliability.md names the tests that prove what it promises: all of them exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
E2E = ROOT / "tests" / "e2e"
PAGE = (ROOT / "docs" / "reliability.md").read_text("utf-8")
NAMED = re.compile(r"`(\w+\.py)::(test_\w+)`")
#: Whatever is in these proves something of that page.
OF_FAULTS = (
    "test_way_back.py",
    "test_copyover_failures.py",
    "test_kills.py",
    "test_clients_meanwhile.py",
    "test_disk_faults.py",
    "test_hook_faults.py",
    "test_code_faults.py",
    "test_rehearsal.py",
    "test_generations.py",
    "test_timers.py",
    "test_soak.py",
)


def proofs(source: str) -> set[str]:
    """The names of a file's tests."""
    return {
        node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name[:5] == "test_"
    }


def named(page: str) -> set[tuple[str, str]]:
    """The tests that a page names, each with its file."""
    return set(NAMED.findall(page))


def rows(page: str) -> list[list[str]]:
    """The cells of a page's tables, without their heads."""
    lines = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| fault |")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_test_that_is_named_exists() -> None:
    files = {name for name, _ in named(PAGE)}
    there = {(name, test) for name in files for test in proofs((E2E / name).read_text("utf-8"))}
    assert len(files) > 5 and named(PAGE) - there == set()


def test_every_row_has_a_fault_a_promise_and_a_test() -> None:
    bad = [row for row in rows(PAGE) if len(row) != 3 or not all(row) or not named(row[2])]
    assert len(rows(PAGE)) > 40 and bad == []


def test_every_test_of_faults_is_named() -> None:
    there = {(name, test) for name in OF_FAULTS for test in proofs((E2E / name).read_text("utf-8"))}
    assert there - named(PAGE) == set()


def test_a_name_that_is_wrong_would_be_found() -> None:
    assert proofs("def test_a(): pass\nimport test_b\nclass C:\n    def test_c(self): pass") == {"test_a"}
    assert named("| x | y | `test_z.py::test_a`, `test_z.py::test_b` and test_c |") == {
        ("test_z.py", "test_a"),
        ("test_z.py", "test_b"),
    }
    assert rows("| fault | p | t |\n|---|---|---|\n| a | b | c |\ntext") == [["a", "b", "c"]]
