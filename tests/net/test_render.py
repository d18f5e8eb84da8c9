"""Text for screens of every kind, and what players type made harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mud.core.session import Screen
from mud.core.text.markup import STYLES, tag
from mud.net.charset import clean, decode, encode
from mud.net.render import nearest, render, sequence


def test_plain_text_is_plain() -> None:
    assert render("two\nlines\n", Screen()) == b"two\r\nlines\r\n"
    assert render(tag("red", "warm"), Screen()) == b"warm"


def test_colours_down_to_what_the_client_can() -> None:
    assert render(tag("208", "x"), Screen(colours=256)) == b"\x1b[38;5;208mx\x1b[0m"
    assert render(tag("red", "x"), Screen(colours=16)) == b"\x1b[91mx\x1b[0m"
    assert render(tag("red", "x"), Screen(colours=0)) == b"x"
    assert [nearest(n) for n in (1, 196, 46, 21, 231, 232, 255)] == [1, 9, 10, 12, 15, 0, 15]


@pytest.mark.parametrize("name", sorted(STYLES))
def test_every_style_has_its_sequences(name: str) -> None:
    assert all(sequence(name, colours).startswith("\x1b[") for colours in (16, 256))


def test_colour_never_runs_over_the_end_of_a_line_and_nests() -> None:
    text = tag("red", "one\ntwo") + " three"
    assert render(text, Screen(colours=16)) == b"\x1b[91mone\x1b[0m\r\n\x1b[91mtwo\x1b[0m three"
    nested = tag("red", f"a{tag('green', 'b')}c")
    assert render(nested, Screen(colours=16)) == b"\x1b[91ma\x1b[92mb\x1b[0m\x1b[91mc\x1b[0m"


def test_letters_that_a_screen_can_not_show() -> None:
    assert render("„Grüße“ – 漢", Screen(charset="latin-1")) == '"Grüße" - ?'.encode("latin-1")
    assert render("Früh…", Screen(charset="ascii")) == b"Fruh..."
    assert render("naïve ∞", Screen()) == "naïve ∞".encode()


def test_a_byte_of_255_is_doubled() -> None:
    assert render("ÿ", Screen(charset="latin-1")) == b"\xff\xff"


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (b"plain", "plain"), ("grüße ∞".encode(), "grüße ∞"), ("grüße".encode("latin-1"), "grüße"),
        (b"a\x1b[31mb\x1b[0m", "ab"), (b"a\x1b]0;title\x07b", "ab"), ("a\x9b1mb".encode(), "ab"),
        (b"a\x1b]0;no end", "a"), (b"a\x07\x00\x7fb", "ab"), ("a\u202eb\u2028c".encode(), "abc"),
        (b"\x01red\x02x", "redx"), ("e\u0301".encode(), "é"), (b"tab\there", "tab here"),
        ("\ufeffx\ufffe".encode(), "x"),
    ],
)  # fmt: skip
def test_what_players_type_made_harmless(typed: bytes, text: str) -> None:
    assert decode(typed, False)[0] == text


@given(st.text())
def test_nothing_clean_has_a_control_character(text: str) -> None:
    cleaned = clean(text)
    assert not [c for c in cleaned if ord(c) < 32 or 0x7F <= ord(c) < 0xA0]
    assert clean(cleaned) == cleaned


@given(st.text(), st.sampled_from(["utf-8", "latin-1", "ascii"]))
def test_every_text_can_be_encoded(text: str, charset: str) -> None:
    assert isinstance(encode(text, charset), bytes)


def test_broken_utf_8_of_who_agreed_to_it_is_shown_as_broken() -> None:
    assert decode(b"a\xffb", True) == ("a\ufffdb", False)
