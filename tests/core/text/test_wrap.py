"""Word wrap."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from mud.core.text.markup import tag
from mud.core.text.wrap import columns, wrap


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
