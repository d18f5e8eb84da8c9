"""What the measurements themselves are: a mistake here would flatter every figure."""

from __future__ import annotations

import socket

from tests.bench.load import Peer, gaps


def test_a_gap_that_is_still_open_at_the_end_counts() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        asked: list[int] = []
        longest = gaps([Peer(ours)], b"x", b">", 100, lambda: asked.append(1), lambda: bool(asked))
    assert longest >= 1  # nothing is ever answered: half a second before the order, and half a second after its end
