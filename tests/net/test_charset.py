"""Letters that could harm, and letters that a screen has not."""

from __future__ import annotations

import pytest

from mud.core.session import Screen
from mud.net.charset import clean, encode, spell
from mud.net.render import render


@pytest.mark.parametrize(
    "typed", ["a\x9d0;title\x9cb", "a\x1bPdata\x1b\\b", "a\x9d0;one\x9d0;two\x07b", "a\x1b_x\x07b"]
)
def test_strings_of_terminals_leave_no_control(typed: str) -> None:
    cleaned = clean(typed)
    assert cleaned.isprintable() and cleaned[0] == "a" and cleaned[-1] == "b"


@pytest.mark.parametrize(
    "number", [0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x1FFFF, 0x10FFFE, 0x10FFFF, 0x61C, 0x202E]
)
def test_noncharacters_and_turns_of_direction_are_removed(number: int) -> None:
    assert clean(f"a{chr(number)}b") == "ab"


def test_what_joins_an_emoji_stays() -> None:
    family = "👩\u200d👧"
    assert clean(family) == family


@pytest.mark.parametrize("charset", ["ascii", "latin-1"])
def test_a_line_that_is_spelled_out_still_fits_the_screen(charset: str) -> None:
    text = "Œuvre… — “so” ½ Æsir… " * 30
    assert max(map(len, render(text, Screen(width=40, charset=charset)).split(b"\r\n"))) <= 40


def test_a_mark_goes_with_the_letter_that_is_shown_without_it() -> None:
    assert encode("q\u0303 👩\u200d👧", "latin-1") == b"q ??"
    assert spell("grüße", "latin-1") == "grüße" and spell("grüße", "ascii") == "grusse"
