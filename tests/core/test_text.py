"""Markup and word wrap."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mud.core.text.markup import STYLES, parse, strip, tag, unparse
from mud.core.text.wrap import columns, wrap


def test_builders_notation_and_back() -> None:
    assert strip(parse("{red}a {{b}{/} c")) == "a {b} c"
    assert parse("{red}x{/}") == tag("red", "x")
    assert unparse(tag("208", "a{b")) == "{208}a{{b{/}"


@given(
    st.text(st.characters(exclude_characters="\x01\x02", exclude_categories=["Cs"])), st.sampled_from(sorted(STYLES))
)
def test_what_was_written_is_what_is_read(text: str, style: str) -> None:
    assert parse(unparse(text)) == text
    assert parse(unparse(tag(style, text))) == tag(style, text)


def test_an_unknown_colour_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"\{yelow\}; did you mean \{yellow\}"):
        parse("{yelow}x{/}")


@given(st.text(st.sampled_from("ab é漢\u0301 ")), st.integers(8, 40))
@example("\u0301 aaaa漢漢", 8)
def test_no_line_is_wider_than_the_screen_and_no_letter_is_lost(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(columns(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_wide_letters_take_two_columns_and_combining_ones_none() -> None:
    assert columns("漢字") == 4 and columns("e\u0301") == 1


def test_continued_lines_keep_the_indent_and_tags_take_no_room() -> None:
    assert wrap("  a list of several words", 12) == ["  a list of", "  several", "  words"]
    assert wrap(f"{tag('red', 'word')} word", 9) == [f"{tag('red', 'word')} word"]
    assert wrap(f"says, {tag('red', 'hello')}!", 11) == ["says,", f"{tag('red', 'hello')}!"]
    assert wrap(f"{tag('red', 'x' * 12)}!", 8) == ["\x01red\x02" + "x" * 8, "x" * 4 + "\x01/\x02!"]
    assert wrap("any length", 0) == ["any length"]
