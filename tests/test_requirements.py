"""docs/requirements.md lists every requirement with the tests that prove it; nothing cites one that is not listed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "requirements.md"
CITATION = re.compile(r"\bS\d+\.\d+\b")
LISTED = re.compile(r"^- \*\*(S\d+\.\d+)\*\* ", re.MULTILINE)
PROOF = re.compile(r"^  - `(test_\w+)`$", re.MULTILINE)
#: How many lines each chapter of the specification has. A line that goes missing is a mistake, not a decision.
CHAPTERS = {"S0": 18, "S1": 13, "S2": 9, "S3": 12, "S4": 10}
CITING = ("mud", "modules", "tests", "docs", "world")


def entries(page: str) -> dict[str, list[str]]:
    """The requirements of a page, each with the tests that it names. Their files are left out, so they may move."""
    parts = LISTED.split(page)[1:]
    return {number: PROOF.findall(text) for number, text in zip(parts[::2], parts[1::2], strict=True)}


def cited_by_tests(source: str) -> dict[str, set[str]]:
    """The tests of a file, each with the numbers cited in it or in the comment right above it."""
    lines = source.splitlines()
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            while first > 1 and lines[first - 2].startswith("#"):
                first -= 1
            found[node.name] = set(CITATION.findall("\n".join(lines[first - 1 : node.end_lineno])))
    return found


def files_of_tests() -> Iterator[Path]:
    """All files of tests, wherever they lie."""
    for folder in ("tests", "modules"):
        yield from (ROOT / folder).rglob("test_*.py")


def proofs() -> dict[str, set[str]]:
    """Every test with the numbers that it cites. Two of one name count as one."""
    found: dict[str, set[str]] = {}
    for path in files_of_tests():
        for name, numbers in cited_by_tests(path.read_text("utf-8")).items():
            found.setdefault(name, set()).update(numbers)
    return found


def citing_files() -> Iterator[Path]:
    """What may cite a requirement. This file's own examples are none, nor is the page itself."""
    for folder in CITING:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".md", ".toml"} and path not in {PAGE, Path(__file__)}:
                yield path
    yield from ROOT.glob("*.md")


def test_every_line_of_the_specification_is_listed_once() -> None:
    numbers = LISTED.findall(PAGE.read_text("utf-8"))
    assert numbers == [f"{chapter}.{n}" for chapter, last in CHAPTERS.items() for n in range(1, last + 1)]


def test_every_line_names_a_test_and_each_test_named_cites_it() -> None:
    there = proofs()
    listed = entries(PAGE.read_text("utf-8"))
    wrong = [
        f"{number}: {test}"
        for number, tests in listed.items()
        for test in tests
        if number not in there.get(test, set())
    ]
    assert wrong == [], "no such test, or it does not cite the number"
    assert [number for number, tests in listed.items() if not tests] == []


def test_every_number_that_is_cited_is_listed() -> None:
    listed = set(entries(PAGE.read_text("utf-8")))
    cited = {
        f"{number} in {path.relative_to(ROOT)}"
        for path in citing_files()
        for number in set(CITATION.findall(path.read_text("utf-8"))) - listed
    }
    assert cited == set()


def test_a_line_without_proof_or_with_a_wrong_one_would_be_found() -> None:
    page = "- **S9.1** One.\n  - `test_x`\n- **S9.2** Two.\n  - **Gap:** `test_y` says nothing.\n"
    assert entries(page) == {"S9.1": ["test_x"], "S9.2": []}


def test_a_citation_counts_for_the_test_that_it_stands_in_or_above() -> None:
    source = "# S9.1\n@mark\ndef test_a():\n    pass  # S9.2\n\n\n# S9.3\n\ndef test_b():\n    pass\n"
    assert cited_by_tests(source) == {"test_a": {"S9.1", "S9.2"}, "test_b": set()}
