"""Where mutants are tried: a copy of the tree, in which one text is changed and some tests run."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from tests.mutants.mutant import Mutant

#: What tests need of the tree.
PARTS = ("mud", "modules", "tests", "world", "docs", ".ci", "run.py", "conftest.py", "pyproject.toml", "Makefile")
#: Seconds that the tests of one mutant get. Who hangs longer than the tests would take has been noticed too.
SECONDS = 60.0


class Fate(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    HUNG = "killed: the tests hung"
    SURVIVED = "survived"
    UNFIT = "unfit: the tests could not even begin"


class Laboratory:
    """A copy of the tree at `root`, in `folder`."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        for part in PARTS:
            source = root / part
            if source.is_dir():
                shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy(source, folder / part)
        (folder / ".venv").symlink_to(root / ".venv")

    def try_(self, mutant: Mutant, seconds: float = SECONDS) -> tuple[Fate, str]:
        """Run its tests with it; gives its fate and what pytest said. Raises ValueError as `Mutant.change`."""
        path = self._folder / mutant.file
        before = path.read_text("utf-8")
        path.write_text(mutant.change(before), "utf-8")
        try:
            return self.run(mutant.tests, seconds)
        finally:
            path.write_text(before, "utf-8")

    def run(self, tests: Iterable[str], seconds: float) -> tuple[Fate, str]:
        """Run tests of the copy up to the first that fails."""
        # Nothing is cached: a change that keeps size and second of a file would not be seen.
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--tb=line")
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=self._folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return Fate.HUNG, f"not within {seconds:g} s"
        finally:
            _end(process)
        if process.returncode == 0:
            return Fate.SURVIVED, said
        # Any other code may be one of pytest's own troubles: what counts is that it says which test failed.
        return (Fate.KILLED if re.search("^(FAILED|ERROR) .*::", said, re.MULTILINE) else Fate.UNFIT), said


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and what it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
