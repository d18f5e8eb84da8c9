"""What every make target starts with: a .venv is made once, and again only when it has to be."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SYSTEM = ["sh", "cat", "cksum", "dirname", "flock", "head", "ls", "mkdir", "rm", "touch", "tr"]
PROJECT = '[project]\nname = "x"\ndependencies = {dependencies}\n[project.optional-dependencies]\ndev = []\n'


class Checkout:
    """A folder with nothing but what the set-up reads, on a machine that has no Python and no network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.path = folder / "bin"
        self.path.mkdir()
        for name in SYSTEM:
            if found := shutil.which(name):
                (self.path / name).symlink_to(found)
        shutil.copytree(ROOT / ".ci", self.folder / ".ci")
        self.environment = {
            "PATH": str(self.path),
            "HOME": str(self.folder),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.folder),
            "PIP_CONFIG_FILE": os.devnull,
        }
        self.requires()

    def requires(self, *dependencies: str) -> None:
        text = PROJECT.format(dependencies=list(dependencies))
        (self.folder / "pyproject.toml").write_text(text, "utf-8")
        self.constrains()

    def constrains(self, *versions: str) -> None:
        (self.folder / "constraints.txt").write_text("".join(f"{version}\n" for version in versions), "utf-8")

    def program(self, name: str, *lines: str) -> None:
        """Put a script on the PATH."""
        script = self.path / name
        script.write_text("\n".join(["#!/bin/sh", *lines, ""]), "utf-8")
        script.chmod(0o755)

    def python(self, name: str) -> None:
        """Put the real Python on the PATH."""
        self.program(name, f'exec "{sys.executable}" "$@"')

    def install(self, what: str = "run", python: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", ".ci/install", what, python],
            cwd=self.folder,
            env={
                "PATH": str(self.path),
                "HOME": str(self.folder),
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": str(self.folder),
                "PIP_CONFIG_FILE": os.devnull,
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def stamps(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob(".venv/.stamp-*"))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """The one line that a set-up says which can't begin."""
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1 and result.stdout == ""
    return result.stderr


def test_no_python_is_told_in_one_line(checkout: Checkout) -> None:
    assert "Python 3.11 or newer (no python3 found)" in refused(checkout.install())


def test_an_old_python_is_told_in_one_line(checkout: Checkout) -> None:
    checkout.program("python3", 'case "$1" in --version) echo Python 3.9.2;; *) echo False;; esac')
    assert "Python 3.11 or newer (python3 is Python 3.9.2)" in refused(checkout.install())


def test_an_old_python_that_was_named_is_not_replaced_by_another(checkout: Checkout) -> None:
    checkout.program("old", "echo Python 2.7.18")
    checkout.python("python3")
    assert "(old is Python 2.7.18)" in refused(checkout.install(python="old"))
    assert not (checkout.folder / ".venv").exists()


def test_a_python_without_venv_is_told_in_one_line(checkout: Checkout) -> None:
    checkout.program(
        "python3",
        f'case "$2" in *ensurepip*) exec "{sys.executable}" -c "import no_such_module";; esac',
        f'exec "{sys.executable}" "$@"',
    )
    assert "python3-venv" in refused(checkout.install())


def test_set_up_once_then_started_at_once(checkout: Checkout) -> None:
    checkout.program("python3", "echo Python 3.9.2")
    checkout.python("python3.12")  # passed over: the old one comes first
    first = checkout.install("dev")
    assert first.returncode == 0, first.stderr
    assert "setting up .venv (dev)" in first.stderr
    (checkout.path / "python3.12").unlink()  # whatever would set up again has no Python to do it with
    for what in ("dev", "run"):
        again = checkout.install(what)
        assert (again.returncode, again.stderr) == (0, "")


def test_a_failed_install_leaves_no_stamp_and_the_next_one_sets_up_again(checkout: Checkout) -> None:
    checkout.python("python3")
    assert checkout.install().returncode == 0
    stamps = checkout.stamps()
    assert len(stamps) == 1
    checkout.requires("no-such-distribution")
    failed = checkout.install()
    assert failed.returncode != 0 and "no-such-distribution" in failed.stderr
    assert checkout.stamps() == []
    checkout.requires()
    assert checkout.install().returncode == 0
    assert checkout.stamps() == stamps


def test_a_killed_install_leaves_no_stamp_and_the_next_one_starts_over(checkout: Checkout) -> None:
    real = f'"{sys.executable}" "$@"'
    checkout.program("python3", f'case "$*" in *"-m venv"*) {real} && kill -9 $PPID;; *) exec {real};; esac')
    assert checkout.install().returncode == -signal.SIGKILL
    assert (checkout.folder / ".venv/bin/python").exists() and checkout.stamps() == []
    checkout.python("python3")
    assert checkout.install().returncode == 0
    assert len(checkout.stamps()) == 1


def wheel(folder: Path, version: str) -> None:
    """A distribution called x-y with nothing in it, as pip finds it in a folder."""
    info = f"x_y-{version}.dist-info"
    kind = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(folder / f"x_y-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: x-y\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", kind)
        archive.writestr(f"{info}/RECORD", "")


def test_what_is_installed_is_what_the_constraints_say_and_a_new_word_of_theirs_counts(checkout: Checkout) -> None:
    checkout.python("python3")
    for version in ("1.0", "1.1", "2.0"):
        wheel(checkout.folder, version)
    checkout.requires("x-y>=1")
    for version in ("1.0", "1.1"):
        checkout.constrains(f"x-y=={version}")
        done = checkout.install()
        assert done.returncode == 0, done.stderr
        assert list(checkout.folder.glob(f".venv/lib/*/site-packages/x_y-{version}.dist-info"))
        assert done.stderr.count("\n") == 1, "one line says that it is set up"
        assert len(checkout.stamps()) == 1


def test_the_constraints_name_every_requirement_of_ours_to_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    names = {re.split(r"[^\w.-]", requirement, maxsplit=1)[0] for requirement in asked}
    assert names - set(pinned) == set() and all(pinned.values())


def test_every_python_that_is_new_enough_is_found_once_the_oldest_first(tmp_path: Path) -> None:
    def python(place: str, minor: int, says: str = "") -> str:
        path = tmp_path / place / f"python3.{minor}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho {says or minor}\n")
        path.chmod(0o755)
        return str(path)

    expected = [python("bin", 11), python("pyenv/versions/3.12.1/bin", 12), python("bin", 13)]
    python("bin", 9), python("bin", 12, "not installed"), python("pyenv/versions/3.13.0/bin", 13)
    environment = {"PATH": f"{tmp_path}/bin:{os.defpath}", "HOME": str(tmp_path), "PYENV_ROOT": str(tmp_path / "pyenv")}
    found = subprocess.run(["sh", ".ci/pythons"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert [path for path in found.stdout.split() if path.startswith(str(tmp_path))] == expected


def test_a_set_up_goes_where_it_is_told(checkout: Checkout) -> None:
    checkout.python("python3")
    assert checkout.install(VENV=".venv-x").returncode == 0
    assert (checkout.folder / ".venv-x/bin/python").exists() and not (checkout.folder / ".venv").exists()
