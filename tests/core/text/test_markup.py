"""Markup: how builders write it, and how it is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mud.core.text.markup import STYLES, parse, strip, tag, unparse


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
