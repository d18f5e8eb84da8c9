"""The scaffold: what it makes works, whatever is asked for, and nothing is overwritten."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mud.core.errors import Conflict, Invalid
from mud.framework import contract
from mud.framework.finder import ModuleSource, load, package_of, take_out
from mud.framework.packages.archive import checksum
from mud.framework.packages.manifest import read_manifest
from mud.framework.packages.packages import verify
from mud.framework.scaffold import PARTS, scaffold

ROOT = Path(__file__).parents[2]
COMBINATIONS = [c for n in range(len(PARTS) + 1) for c in itertools.combinations(PARTS, n)]


def name_of(features: tuple[str, ...]) -> str:
    """A name of its own for each combination, the longest that there may be."""
    return "a_rather_long_name_of_".ljust(27, "x") + "".join(word[0] if word in features else "_" for word in PARTS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a module of every combination of features."""
    folder = tmp_path_factory.mktemp("made")
    for features in COMBINATIONS:
        scaffold(name_of(features), folder, features)
    return folder


def run(folder: Path, *command: str) -> None:
    """Run a tool on what was made; it has nothing to say against it."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "MYPYPATH": f"{ROOT}:{folder}"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_combinations_are_made(made: Path) -> None:  # S4.1
    assert len(COMBINATIONS) == 32 == len(list(made.glob("*/__init__.py")))


def test_they_pass_lint_untouched(made: Path) -> None:  # S4.1
    config = str(ROOT / "pyproject.toml")
    run(made, "ruff", "check", "--no-cache", "--config", config, ".")
    run(made, "ruff", "format", "--no-cache", "--check", "--config", config, ".")
    run(made, "mypy", "--strict", "--explicit-package-bases", "--cache-dir", str(made.parent / "mypy"), ".")


def test_they_pass_their_own_tests_untouched(made: Path) -> None:  # S4.1
    run(made, "pytest", "-q", "--import-mode=importlib", "-p", "no:cacheprovider", "-W", "error", ".")


@pytest.mark.parametrize("features", COMBINATIONS, ids="-".join)
def test_they_keep_the_contract(made: Path, features: tuple[str, ...]) -> None:  # S4.1, S2.7
    source = ModuleSource(name_of(features), "path", made / name_of(features))
    try:
        report = contract.check(load(source).module, source.folder)
    finally:
        take_out(package_of(source))
    assert report.findings == [] and report.score == 100


def test_a_sealed_one_is_a_package(tmp_path: Path) -> None:  # S3.9
    scaffold("guild", tmp_path, ["commands"], author="Ada")
    home = tmp_path / "guild"
    with (home / "module.toml").open("a") as manifest:
        manifest.write(f'checksum = "{checksum(home)}"\n')
    assert verify(home).author == "Ada" and read_manifest(home).name == "guild"


def test_nothing_is_overwritten_unless_told(tmp_path: Path) -> None:  # S4.1
    scaffold("guild", tmp_path, [])
    code = tmp_path / "guild" / "__init__.py"
    code.write_text("mine")
    (tmp_path / "guild" / "notes.txt").write_text("mine too")
    with pytest.raises(Conflict, match="guild is there already: choose another name"):
        scaffold("guild", tmp_path, ["api"])
    assert code.read_text() == "mine"
    scaffold("guild", tmp_path, ["api"], force=True)
    assert "HowMany" in code.read_text() and (tmp_path / "guild" / "notes.txt").read_text() == "mine too"
    assert [p.name for p in tmp_path.iterdir()] == ["guild"]  # nothing is left beside it


@pytest.mark.parametrize("name", ["", "Guild", "1guild", "gu-ild", "../guild", "class", "world", "sessions", "x" * 33])
def test_bad_names_are_refused(tmp_path: Path, name: str) -> None:  # S4.1
    with pytest.raises(Invalid, match="can't be a module's name"):
        scaffold(name, tmp_path, [])
    assert list(tmp_path.iterdir()) == []


def test_unknown_features_are_refused_with_the_nearest(tmp_path: Path) -> None:  # S4.1
    with pytest.raises(Invalid, match=r"no feature 'timer'; did you mean timers\?"):
        scaffold("guild", tmp_path, ["timer"])
    with pytest.raises(Invalid, match="there are commands, timers"):
        scaffold("guild", tmp_path, ["qqq"])
    assert list(tmp_path.iterdir()) == []
