"""A running server for a test. What goes wrong on the server fails the test."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import Game

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
