"""HEALTHY and GO: what the new program may take for the answer."""

from __future__ import annotations

import os

import pytest

from mud.copyover.carriers import channel


@pytest.mark.parametrize(("answer", "may"), [(channel.GO, True), (b"", True), (channel.STAY, False), (b"X", False)])
def test_go_is_go_and_so_is_nobody_who_could_say_no(answer: bytes, may: bool) -> None:
    ours, theirs = channel.make()
    with ours:
        ours.sendall(answer)
        ours.shutdown(1)
        assert channel.ask_to_go(theirs.detach()) is may
        assert ours.recv(2) == channel.HEALTHY


def test_nobody_at_the_other_end_is_go_too() -> None:
    ours, theirs = channel.make()
    ours.close()
    fd = theirs.detach()
    assert channel.ask_to_go(fd)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
