"""What is typed into a field that is a number, a name or a list of words: refused with what it may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.testing import Player
from tests.play.site import Site

ODD = ("-9", "1.5", "1e3", "nan", "٣", "²", "1_000", "9" * 4000)


@pytest.fixture
def ada(tmp_path: Path) -> Player:
    return Site(tmp_path).player("Ada", "owner")


@pytest.mark.parametrize(
    ("opener", "field", "says"),
    [
        ("medit new goat", "level {}", "from 0 to 1,000, and not"),
        ("medit new goat", "gold {}", "from 0 to 1,000,000,000,000, and not"),
        ("oedit new thing", "weight {}", "from 0 to 1,000,000,000,000, and not"),
        ("zedit", "lifespan {}", "from -1 to 100,000, and not"),
        ("zedit", "levels {} to 5", "from 0 to 1,000, and not"),
        ("zedit", "levels {}", "Write: levels LOW to HIGH"),
        ("zedit", "builders {}", "A name has 3 to"),
        ("zedit", "reset remove {}", "A number from 1 to 6"),
    ],
)
def test_what_is_no_number_is_refused_with_the_bounds(ada: Player, opener: str, field: str, says: str) -> None:
    ada.do(opener)
    for odd in ODD:
        if not (odd == "nan" and field.startswith("builders")):  # Nan may be somebody's name
            assert says in ada.do(field.format(odd)), odd[:10]


def test_keywords_are_short(ada: Player) -> None:
    ada.do("oedit new thing")
    assert ada.do(f"keywords {'x' * 300}") == "Write one word or more, of at most 200 letters together."
