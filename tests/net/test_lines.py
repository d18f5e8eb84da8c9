"""Editing a line, and what it costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mud.net.framer import Framer, OverBudget, TelnetCommand
from mud.net.lines import OVERLONG, LineBuffer

BYTES = st.lists(
    st.sampled_from([b"a", b"\xe9", "ü".encode(), "🐉".encode(), b"\0", b"\x08", b"\n", b"\r", b"\x15", b"\x1b"])
)


@given(BYTES)
def test_byte_by_byte_is_the_same_as_whole(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    whole, drip = LineBuffer(4096), LineBuffer(4096)
    assert [line for n in range(len(data)) for line in drip.feed(data[n : n + 1])] == whole.feed(data)
    assert (drip.partial, drip.after_cr) == (whole.partial, whole.after_cr)


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("aü", b"a"), ("a∞", b"a"), ("a🐉", b"a"), (b"a\xe9", b"a"), (b"a\xa9", b"a"), (b"caf\xe9\xa9", b"caf\xe9"),
        (b"caf\xa9\xa9", b"caf\xa9"), ("", b""), ("üü", "ü".encode()),
    ],
)  # fmt: skip
def test_erasing_takes_one_letter_of_utf_8_or_one_byte(typed: str | bytes, left: bytes) -> None:
    buffer = LineBuffer(4096)
    buffer.feed(typed.encode() if isinstance(typed, str) else typed)
    buffer.erase()
    assert buffer.partial == left


def test_a_nul_after_other_than_cr_is_dropped() -> None:
    assert LineBuffer(4096).feed(b"a\0b\r\0c\n\0d\r\n") == [b"ab", b"c", b"d"]


@pytest.mark.parametrize("end", [b"", b"\xff\xf0"], ids=["in parts", "whole"])
def test_a_long_subnegotiation_is_refused_however_it_comes(end: bytes) -> None:
    with pytest.raises(OverBudget, match="8192"):
        Framer(8192).feed(b"\xff\xfa\x18" + b"x" * 8200 + end)
    whole = b"\xff\xfa\x18" + b"x" * 8000 + b"\xff\xf0"
    assert Framer(8192).feed(whole) == [TelnetCommand(whole)]


def test_a_line_longer_than_the_limit_is_lost_alone_however_it_comes() -> None:
    long = b"x" * 4097
    assert LineBuffer(4096).feed(b"x" * 4096 + b"\r\n") == [b"x" * 4096]
    assert LineBuffer(4096).feed(long + b"\r\n") == [OVERLONG]
    assert LineBuffer(4096).feed(b"a\n" + long + b"\nb\n") == [b"a", OVERLONG, b"b"]
    buffer = LineBuffer(4096)
    assert [line for n in range(5000) for line in buffer.feed(b"x")] == [] and buffer.partial == b""
    assert buffer.feed(b"\x08x\r\nnext\r\n") == [OVERLONG, b"next"]


def test_a_long_line_that_is_taken_back_was_none() -> None:
    buffer = LineBuffer(4096)
    assert buffer.feed(b"x" * 5000 + b"\x15look\r\n") == [b"look"]


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        ([b"a\r", b"b\r\n", b"\n"], [b"a", b"b", b""]),
        ([b"a\r", b"b", b"\n"], [b"a", b"b"]),
        ([b"a\r", b"\n", b"\n"], [b"a", b""]),
        ([b"a\r", b"\0", b"\n"], [b"a", b""]),
    ],
)
def test_only_what_follows_a_cr_at_once_belongs_to_it(parts: list[bytes], lines: list[bytes]) -> None:
    buffer = LineBuffer(4096)
    assert [line for part in parts for line in buffer.feed(part)] == lines
