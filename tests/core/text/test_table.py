"""Tables: each column has its header, and is as wide as its widest text."""

from __future__ import annotations

from mud.core.text.markup import tag
from mud.core.text.table import table


def test_columns_are_as_wide_as_what_is_in_them() -> None:
    assert table(("NAME", "GOLD"), [("Ada", 5), ("Benedict", 1000)]) == "NAME      GOLD\nAda       5\nBenedict  1000"


def test_colours_take_no_room_and_a_table_without_rows_is_its_header() -> None:
    assert table(("A", "B"), [(tag("red", "xyz"), "1"), ("xyz", "2")]).split("\n")[1:] == [
        f"{tag('red', 'xyz')}  1",
        "xyz  2",
    ]
    assert table(("A", "B"), []) == "A  B"
