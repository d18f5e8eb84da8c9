"""Telnet framing and lines: any split of a stream gives the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mud.net.framer import Framer, OverBudget, TelnetCommand
from mud.net.lines import LineBuffer

PIECES = st.lists(
    st.sampled_from(
        [b"text", "grüße".encode(), b"\xff\xff", b"\xff\xf1", b"\xff\xfd\x01", b"\xff\xfa\x18\x00XTERM\xff\xf0",
         b"\xff\xfa\x1f\x00\xff\xff\x00\x18\xff\xf0", b"\r\n", b"\r\x00", b"\r", b"\n", b"\x08", b"\x7f"]
    ),
    max_size=12,
)  # fmt: skip


def splits(data: bytes, cuts: list[int]) -> list[bytes]:
    """`data` cut at some places."""
    at = sorted({min(cut, len(data)) for cut in cuts})
    return [data[a:b] for a, b in zip([0, *at], [*at, len(data)], strict=True)]


def frame(parts: list[bytes]) -> tuple[bytes, list[bytes], bytes]:
    """All text, all commands, and what is left."""
    framer = Framer(8192)
    found = [piece for part in parts for piece in framer.feed(part)]
    text = b"".join(piece for piece in found if isinstance(piece, bytes))
    return text, [piece.data for piece in found if isinstance(piece, TelnetCommand)], framer.partial


@given(PIECES, st.lists(st.integers(0, 80), max_size=8))
def test_any_split_gives_the_same_text_and_commands(pieces: list[bytes], cuts: list[int]) -> None:
    data = b"".join(pieces)
    assert frame(splits(data, cuts)) == frame([data])


@given(PIECES, st.integers(0, 80))
def test_what_is_cut_in_half_goes_over_a_copyover(pieces: list[bytes], cut: int) -> None:
    data = b"".join(pieces)
    first, second = Framer(8192), None
    before = first.feed(data[:cut])
    second = Framer(8192, first.partial)
    after = second.feed(data[cut:])
    text = b"".join(p for p in [*before, *after] if isinstance(p, bytes))
    assert text == frame([data])[0]


@given(st.lists(st.sampled_from([b"ab", "ü".encode(), b"\r\n", b"\r\x00", b"\r", b"\n", b"\x08"]), max_size=14),
       st.lists(st.integers(0, 40), max_size=6))  # fmt: skip
def test_any_split_gives_the_same_lines(pieces: list[bytes], cuts: list[int]) -> None:
    data = b"".join(pieces)
    whole, parts = LineBuffer(4096), LineBuffer(4096)
    expected = whole.feed(data)
    assert [line for part in splits(data, cuts) for line in parts.feed(part)] == expected
    assert (parts.partial, parts.after_cr) == (whole.partial, whole.after_cr)


@pytest.mark.parametrize("ending", [b"\r\n", b"\r\x00", b"\r", b"\n"])
def test_line_endings(ending: bytes) -> None:
    assert LineBuffer(4096).feed(b"a" + ending + b"b" + ending) == [b"a", b"b"]


def test_backspace_takes_a_whole_character() -> None:
    assert LineBuffer(4096).feed("añ\x08b\x7fc∞\x08\r\n".encode()) == [b"ac"]
    assert LineBuffer(4096).feed("ab£".encode("latin-1") + b"\x08c\r\n") == [b"abc"]
    assert LineBuffer(4096).feed(b"gone\x15here\r\n") == [b"here"]
    assert LineBuffer(4096).feed(b"\x08\x08x\r\n") == [b"x"]


def test_bounds() -> None:
    framer = Framer(8192)
    with pytest.raises(OverBudget, match="8192"):
        framer.feed(b"\xff\xfa\x18" + b"x" * 9000)


def test_a_subnegotiation_that_comes_whole_has_the_same_bound() -> None:
    with pytest.raises(OverBudget, match="8192"):
        Framer(8192).feed(b"\xff\xfa\x18" + b"x" * 60_000 + b"\xff\xf0")


def test_a_subnegotiation_broken_off_by_a_command() -> None:
    text, commands, left = frame([b"a\xff\xfa\x18\x00half\xff\xfd\x01b\r\n"])
    assert text == b"ab\r\n" and commands[-1] == b"\xff\xfd\x01" and left == b""


@pytest.mark.parametrize("verb", [251, 252, 253, 254])
def test_an_option_belongs_to_its_command(verb: int) -> None:
    command = bytes((255, verb, 65))
    assert Framer(8192).feed(b"a" + command + b"b") == [b"a", TelnetCommand(command), b"b"]
    framer = Framer(8192)
    assert framer.feed(command[:2]) == [] and framer.feed(command[2:]) == [TelnetCommand(command)]


def test_a_doubled_255_is_a_byte_of_a_subnegotiation() -> None:
    command = b"\xff\xfa\x1f\x00\xff\xff\x00\x18\xff\xf0"
    assert Framer(8192).feed(command + b"a") == [TelnetCommand(command), b"a"]
