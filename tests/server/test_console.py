"""The console: what nobody reads is not waited for."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import TextIO

import pytest

from mud.server.console import say


@pytest.fixture
def pipe() -> Iterator[tuple[int, TextIO]]:
    """The end that is read, and the end that is written to."""
    end, begin = os.pipe()
    with os.fdopen(begin, "w") as stream:
        yield end, stream
    os.close(end)


def test_a_line_is_written_whole_behind_what_was_printed_before(pipe: tuple[int, TextIO]) -> None:
    end, stream = pipe
    print("before", file=stream)
    say("grüße " + "x" * 9000, stream)
    assert os.read(end, 65536).decode() == "before\ngrüße " + "x" * 9000 + "\n"


def test_a_pipe_that_is_full_costs_lines_and_no_time(pipe: tuple[int, TextIO]) -> None:
    end, stream = pipe
    for number in range(3000):
        say(f"{number} {'x' * 100}", stream)
    taken = os.read(end, 1 << 20)
    assert taken.startswith(b"0 x") and b"\n2999 " not in taken
    say("again", stream)
    assert os.read(end, 1 << 20).endswith(b"again\n")


def test_a_reader_who_is_gone_is_no_error(pipe: tuple[int, TextIO]) -> None:
    end, stream = pipe
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, end)
    os.close(null)
    say("to nobody", stream)
    with pytest.raises(BrokenPipeError):  # it would have been one
        os.write(stream.fileno(), b"x")


def test_what_is_no_file_of_the_systems_is_written_to_all_the_same() -> None:
    text = io.StringIO()
    say("here", text)
    assert text.getvalue() == "here\n"
