"""One copyover after the other, with fifty players at work: some of them in `make test`, a thousand in `make soak`."""

from __future__ import annotations

import os

import pytest

from tests.e2e.company import Company, endless
from tests.e2e.harness import Game

pytestmark = pytest.mark.e2e


def at_work(game: Game, players: int, copyovers: int) -> Company:
    """A company that was at work through so many copyovers; what may not be fails here, and its figures are printed."""
    game.world = endless(game.data.parent / "world")
    game.start()
    company = Company(game, players)
    try:
        for _ in range(copyovers):
            company.copyover()
        company.is_whole()
    finally:
        if len(company.figures) > 4:
            print(company.text())
    assert game.stop() == 0
    assert game.errors() == ""
    return company


def test_fifty_at_work_through_a_dozen_and_a_half_copyovers(stopped: Game) -> None:
    company = at_work(stopped, 50, 18)
    assert max(f.descriptors for f in company.figures) <= company.figures[2].descriptors + 2, company.figures
    assert company.slope(lambda f: f.memory) < 50, company.text()


@pytest.mark.soak
def test_fifty_at_work_through_a_thousand_copyovers(stopped: Game) -> None:
    """SOAK_COPYOVERS and SOAK_PLAYERS say how many of each."""
    copyovers, players = int(os.environ.get("SOAK_COPYOVERS", "1000")), int(os.environ.get("SOAK_PLAYERS", "50"))
    company = at_work(stopped, players, copyovers)
    assert company.slope(lambda f: f.memory) < 1, company.text()
    assert abs(company.slope(lambda f: f.descriptors)) < 0.01, company.text()
