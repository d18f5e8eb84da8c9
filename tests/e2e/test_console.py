"""A server on whose console nobody looks any more: it is not waited for, and it is nobody's end."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.e2e.harness import Game, copyover

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("reader", ["reads no more", "is gone"])
def test_a_console_that_nobody_reads_costs_lines_and_not_the_game(game: Game, reader: str) -> None:
    admin, ada = game.admin(), game.player("Ada")
    assert isinstance(game.process, subprocess.Popen) and game.process.stdout is not None
    if reader == "is gone":
        game.process.stdout.close()
        game.process.stdout = open(os.devnull, "rb")  # noqa: SIM115 - the harness closes it
    else:
        pipe = os.open(f"/proc/{game.pid}/fd/1", os.O_WRONLY | os.O_NONBLOCK)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(pipe, b"x")
        os.close(pipe)
    for number in range(2):
        copyover(admin)
        ada.send(f"think {number}")
        ada.expect(f'think, "{number}"')
    assert game.ready["generation"] == 3 and "generation 3 took over" in game.log()
