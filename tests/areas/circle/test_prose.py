"""Prose has a line a paragraph; what was meant to stand in lines stands in them."""

from __future__ import annotations

import pytest

from mud.areas.circle.prose import reflow

PROSE = (
    "   You are standing on a wide quay of grey stone, and the sea is\n"
    "below. Gulls cry over the masts. A narrow stair goes down to the\n"
    "boats.\n"
    "   North of here the harbour office has its windows lit, though it\n"
    "is well-\n"
    "known that nobody works there."
)
MEANT = (
    "You are standing on a wide quay of grey stone, and the sea is below. Gulls cry over the masts. A narrow stair "
    "goes down to the boats.\n\n"
    "North of here the harbour office has its windows lit, though it is well-known that nobody works there."
)


def test_lines_become_paragraphs() -> None:
    assert reflow(PROSE) == MEANT
    assert reflow(MEANT) == MEANT


def test_an_empty_line_stays_one() -> None:
    assert reflow("One is here, and goes\non.\n  \n\nTwo is there.") == "One is here, and goes on.\n\nTwo is there."


def test_a_narrow_column_is_prose_too() -> None:
    text = "Der alte Hafen liegt im Nebel, und die\nSchiffe warten. Niemand weiß, wann der\nMorgen kommt."
    assert reflow(text) == text.replace("\n", " ")


@pytest.mark.parametrize(
    "text",
    [
        "  /\\_/\\  \n ( o.o ) \n  > ^ <  ",
        "Name      Price\nbread     2\nale       1",
        "+--------+\n| CLOSED |\n+--------+",
        "Roses are red,\nViolets are blue,\nSugar is sweet.",
        "1) go north\n2) take the lamp\n3) never come back",
        "                    THE QUAY\n                 no swimming",
        "Wet.\nDry.",
    ],
)
def test_pictures_tables_verse_and_signs_stay(text: str) -> None:
    assert reflow(text) == text
