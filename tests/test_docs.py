"""The documents: every path they name exists, every link leads somewhere, every name in docs/where.md is defined."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
WHERE = ROOT / "docs" / "where.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "modules").rglob("*.md")])
#: Paths that a page names in backticks: they begin with a folder of ours. NAME, DIR and FILE stand for something else.
NAMED = re.compile(r"`((?:mud|docs|tests|world)/[\w./-]*|modules/[a-z][\w./-]*)(?:::([\w.]+))?`")
LINK = re.compile(r"\]\(([^)\s#:]+)(?:#[^)]*)?\)")


def without_code(page: str) -> str:
    """A page without its blocks of code, which show what readers may write."""
    return re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)


def named(page: str) -> list[tuple[str, str]]:
    """The paths in a page, each with the name after `::` or with nothing."""
    return NAMED.findall(without_code(page))


def defined(source: str) -> Iterator[str]:
    """What a source defines or imports at its top, and the methods of its classes as `Class.method`."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef))
        if isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def test_every_path_that_is_named_exists() -> None:
    gone = [
        f"{page.relative_to(ROOT)}: {path}"
        for page in PAGES
        for path, _ in named(page.read_text("utf-8"))
        if not (ROOT / path).exists()
    ]
    assert len(named(WHERE.read_text("utf-8"))) > 50 and gone == []


def test_every_link_leads_to_a_file() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in PAGES
        for link in LINK.findall(without_code(page.read_text("utf-8")))
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_every_name_is_defined_in_its_file() -> None:
    wrong = [
        f"{page.relative_to(ROOT)}: {path}::{name}"
        for page in PAGES
        for path, name in named(page.read_text("utf-8"))
        if name and name not in set(defined((ROOT / path).read_text("utf-8")))
    ]
    assert wrong == []


def test_every_page_is_reached_from_the_index() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            links = LINK.findall(page.read_text("utf-8")) if page.suffix == ".md" else []
            waiting += [found for link in links if (found := (page.parent / link).resolve()).is_file()]
    assert set(PAGES) - reached == set()


def test_the_smallest_module_is_shown_as_it_is() -> None:
    code = (ROOT / "modules" / "raffle" / "__init__.py").read_text("utf-8")
    assert f"```python\n{code}```" in (ROOT / "docs" / "modules.md").read_text("utf-8")


def test_nothing_is_in_the_changelog_twice() -> None:
    """Merges like to bring back what was reworded: each version has each heading once."""
    for version in re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text("utf-8"), flags=re.MULTILINE):
        titles = re.findall(r"^- \*\*(.+?)\*\*", version, flags=re.MULTILINE)
        assert [title for title in titles if titles.count(title) > 1] == []


def test_a_wrong_path_or_name_would_be_found() -> None:
    page = "`mud/x.py::f`, [a](b.md#c), [d](https://e.org) and `modules/NAME/x`\n```\n`mud/y.py`\n```\n"
    assert named(page) == [("mud/x.py", "f")] and LINK.findall(page) == ["b.md"]
    source = "A = 1\nB: int = 2\ndef f():\n    C = 3\nclass D:\n    def g(self): pass\n"
    assert set(defined(source)) == {"A", "B", "f", "D", "D.g"}
