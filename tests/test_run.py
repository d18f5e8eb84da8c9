"""run.py with a Python that can't run it: it goes on with the one of .venv, or says in one line what to type."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has nothing but its standard library."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False)
    return folder / "bin" / "python"


def started(python: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([python, folder / "run.py", "--version"], capture_output=True, text=True, timeout=60)


def test_without_a_venv_it_says_in_one_line_what_to_type(bare: Path, tmp_path: Path) -> None:
    shutil.copy(ROOT / "run.py", tmp_path)
    told = started(bare, tmp_path)
    assert (told.returncode, told.stdout) == (1, "")
    assert "lacks msgspec: type `make run` once" in told.stderr and told.stderr.count("\n") == 1


def test_with_one_it_goes_on_with_that(bare: Path, tmp_path: Path) -> None:
    shutil.copy(ROOT / "run.py", tmp_path)
    (tmp_path / "mud").symlink_to(ROOT / "mud")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    told = started(bare, tmp_path)
    assert told.stdout.startswith("Everwake ") and told.stderr == ""


def test_a_venv_that_lacks_something_itself_is_not_tried_again_and_again(bare: Path, tmp_path: Path) -> None:
    shutil.copy(ROOT / "run.py", tmp_path)
    (tmp_path / ".venv").symlink_to(bare.parent.parent)
    told = started(tmp_path / ".venv" / "bin" / "python", tmp_path)
    assert told.returncode == 1 and "make run" in told.stderr


def test_what_is_needed_is_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {text.split(">=")[0].removesuffix("-cffi") for text in project["dependencies"]}
    assert asked == set(run.NEEDED)
