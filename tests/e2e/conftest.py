"""A running server for a test. What goes wrong on the server fails the test."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import ROOT, Game

PR_SET_CHILD_SUBREAPER = 36


@pytest.fixture
def subreaper() -> Iterator[None]:
    """For `Game.moved`: a guardian's parent is the program that failed, and it would not be ours to wait for."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0)


@pytest.fixture
def game(tmp_path: Path) -> Iterator[Game]:
    """A server on the small world. It must end well, and nothing may be in its error log."""
    server = Game(tmp_path / "data")
    server.start()
    try:
        yield server
        assert server.stop() == 0, server.output.decode()
        assert server.errors() == ""
    finally:
        server.close()


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[Game]:
    """A server that the test starts, and may treat as it likes."""
    server = Game(tmp_path / "data")
    try:
        yield server
    finally:
        server.close()


#: Before a program of ours begins, it does what FAULTS/old, /rehearsal or /new says, whichever it is.
SITE = f"""
import os, pathlib, signal, sys
faults = pathlib.Path(os.environ["FAULTS"])
role = "rehearsal" if "EVERWAKE_REHEARSAL" in os.environ else "new" if "EVERWAKE_HANDOVER" in os.environ else "old"
if "--port" in sys.orig_argv and (faults / role).exists():
    sys.path.insert(0, {str(ROOT)!r})
    exec(compile((faults / role).read_text(), str(faults / role), "exec"))
"""


@pytest.fixture
def faults(stopped: Game, tmp_path: Path) -> Path:
    """A folder: what is in its files old, rehearsal and new happens to every such program that begins."""
    for name in ("site", "faults"):
        (tmp_path / name).mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SITE)
    stopped.environment |= {"PYTHONPATH": str(tmp_path / "site"), "FAULTS": str(tmp_path / "faults")}
    return tmp_path / "faults"


@pytest.fixture
def fault(stopped: Game, faults: Path) -> Path:
    """A file: what is in it happens to every program that takes over from another. The server runs."""
    stopped.start()
    return faults / "new"
