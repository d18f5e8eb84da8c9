"""Keyword expressions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mud.core.text.keywords import matches

KEY = ("key", "brass", "small")


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "   ",
        "key",
        "KEY",
        "key & brass",
        "key brass",
        "key*brass",
        "rock | brass",
        "rock + brass",
        "!iron",
        "^iron",
        "'iron",
        "!!key",
        "key & !(iron | rusty)",
        "iron & rock | key",
        "key | iron & rock",
        "!iron & key",
        "[^iron & brass|titanium] & KEY",
        "{rock|brass}",
        "(((key)))",
    ],
)
def test_these_hold_for_a_small_brass_key(expression: str) -> None:
    assert matches(expression, KEY)


@pytest.mark.parametrize(
    "expression",
    [
        "iron",
        "ke",
        "key & iron",
        "key iron",
        "rock | iron",
        "!key",
        "'key",
        "key & !(iron | brass)",
        "(iron | key) & rock",
        "[gold|titanium|iron] & KEY",
        "!key | !brass",
        "! key brass",
    ],
)
def test_these_do_not_hold_for_it(expression: str) -> None:
    assert not matches(expression, KEY)


@pytest.mark.parametrize(("whole", "cut"), [("(key", "key"), ("iron |", "iron"), ("& key", "key"), ("iron !", "iron")])
def test_what_makes_no_sense_is_read_as_far_as_it_does(whole: str, cut: str) -> None:
    assert matches(whole, KEY) == matches(cut, KEY)


@pytest.mark.parametrize("expression", ["|", "()", "!", "key | ()", "!() key"])
def test_what_is_not_there_decides_nothing(expression: str) -> None:
    assert matches(expression, KEY)


@given(st.text("ab &|!()[]{}^'*+", max_size=400))
def test_any_text_is_read_to_an_answer(expression: str) -> None:
    assert isinstance(matches(expression, ("a",)), bool)


@given(st.lists(st.sampled_from(["a", "b", "c"])), st.sampled_from(["a | b & c", "!(a & b) | c", "a b !c", "!a | !b"]))
def test_answers_are_those_of_logic(words: list[str], expression: str) -> None:
    a, b, c = (word in words for word in "abc")
    meant = {"a | b & c": a or (b and c), "!(a & b) | c": not (a and b) or c, "a b !c": a and b and not c}
    assert matches(expression, words) == meant.get(expression, not a or not b)
