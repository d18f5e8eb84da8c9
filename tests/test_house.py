"""Rules of the house that a machine can check."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*(ROOT / "mud").rglob("*.py"), *(ROOT / "modules").rglob("*.py"), ROOT / "run.py"])

FORBIDDEN_IMPORTS = {"pickle", "marshal", "shelve", "dill"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}


def offences(source: str) -> list[str]:
    """What a source does that is never done here."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found += [f"imports {n}" for n in names if n.split(".")[0] in FORBIDDEN_IMPORTS]
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
                found.append(f"calls {node.func.id}")
            found += ["shell=True" for k in node.keywords if k.arg == "shell" and ast.unparse(k.value) != "False"]
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_forbidden(path: Path) -> None:
    assert offences(path.read_text("utf-8")) == []


def test_the_rule_finds_what_it_forbids() -> None:
    assert offences("import pickle") and offences("from marshal import loads") and offences("eval('1')")
    assert offences("import subprocess\nsubprocess.run('x', shell=True)")


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_can_be_read_at_a_sitting(path: Path) -> None:
    assert path.read_text("utf-8").count("\n") <= 450
