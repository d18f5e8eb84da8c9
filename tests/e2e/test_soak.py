"""Minutes of copyovers with players at work: make soak."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.harness import Client, Game, copyover

pytestmark = [pytest.mark.e2e, pytest.mark.soak]

COPYOVERS, PLAYERS, LINES = 200, 20, 5


def answered(player: Client, last: int) -> list[int]:
    """The numbers of all lines that were answered, up to `last`."""
    return [int(n) for n in re.findall(r'think, "(\d+)"', player.expect(rf'think, "{last}"'))]


def test_hundreds_of_copyovers_with_players_at_work(game: Game) -> None:
    admin = game.admin()
    players = [game.player(f"Player{'abcdefghijklmnopqrst'[n]}") for n in range(PLAYERS)]
    sent = 0
    memory: list[int] = []
    for _ in range(COPYOVERS):
        for player in players:
            player.send_raw(b"".join(b"think %d\r\n" % (sent + n) for n in range(LINES)))
        copyover(admin)
        for player in players:
            assert answered(player, sent + LINES - 1) == list(range(sent, sent + LINES))
        sent += LINES
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{game.pid}/status").read_text())
        assert found is not None
        memory.append(int(found[1]))
    assert f"{PLAYERS + 1} souls" in admin.command("who")
    assert max(memory[-20:]) < 1.1 * max(memory[20:40]), memory
