"""A running server for a test. What goes wrong on the server fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import Game


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
