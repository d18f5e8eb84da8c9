"""Shops of CircleMUD 3.0 and of what was before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.areas.circle import import_world
from mud.core.world import area as a

MESSAGES = "".join(f"{n}~\n" for n in ("%s a", "%s b", "%s c", "%s d", "%s e", "%s f %d", "%s g %d"))
OLD = f"#7~\n5\n6\n-1\n-1\n-1\n1.5\n0.5\n19\n18\n-1\n-1\n-1\n{MESSAGES}0\n2\n1\n0\n2\n6\n12\n13\n20\n"
NEW = f"#8~\n5\n6\n-1\n1.5\n0.5\n19\n18\n-1\n{MESSAGES}0\n2\n1\n0\n2\n-1\n6\n12\n13\n20\n"
HEAD = "CircleMUD v3.0 Shop File~\n"


def shops(folder: Path, text: str) -> list[a.ShopDef]:
    """The shops of a world in which all is there that these name."""
    item = "#{0}\nkey~\na key~\nA key.~\n~\n18 0 1\n0 0 0 0\n1 1 1\n"
    files = {
        "shp": text,
        "obj": item.format(5) + item.format(6) + "$\n",
        "wld": "#2\nA~\n~\n0 0 0\nS\n$\n",
        "mob": "#1\nrat~\na rat~\nA rat.\n~\n~\n0 0 0 S\n1 1 1 1d1+1 1d1+1\n1 1\n8 8 0\n$\n",
    }
    for kind, content in files.items():
        (folder / kind).mkdir()
        (folder / kind / f"0.{kind}").write_text(content)
    found = import_world(folder)
    assert found.problems == [] and found.warnings == []
    return [shop for area in found.areas for shop in area.shops]


@pytest.mark.parametrize(
    "text", [OLD + "$~\n", OLD + OLD.replace("#7", "#9") + "$~\n", HEAD + NEW + "$~\n", NEW + "$~\n"]
)
def test_a_shop_of_either_form_is_the_same(tmp_path: Path, text: str) -> None:
    for shop in shops(tmp_path, text):
        assert (shop.sells, shop.buys, shop.keeper, shop.rooms) == (("5", "6"), ("food", "key"), "1", ("2",))
        assert (shop.sell_factor, shop.buy_factor, shop.hours) == (1.5, 0.5, ((6, 12), (13, 20)))
        assert shop.messages["bought"] == "%s g %d" and shop.flags == ("uses_bank",)


def test_a_shop_that_is_neither_costs_itself_only(tmp_path: Path) -> None:
    (tmp_path / "shp").mkdir()
    (tmp_path / "shp" / "0.shp").write_text(HEAD + NEW.replace("1.5", "dear") + NEW.replace("#8", "#9") + "$~\n")
    found = import_world(tmp_path)
    assert found.problems == ["shp/0.shp:6: expected a number, not 'dear' (#8 is left out)"]
    assert found.report["shops"] == 1
