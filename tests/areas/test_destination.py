"""What was in a folder before an import: kept, or set aside and listed."""

from __future__ import annotations

from pathlib import Path

from mud.areas.destination import Destination, Written
from mud.areas.load import load
from mud.core.world import area as a

AREA = a.AreaDef(id="1", name="One", rooms=(a.RoomDef(id="3001", name="Temple"),))


def write(folder: Path, *areas: a.AreaDef, start: str | None = "3001") -> Written:
    """Write it, at a certain time."""
    return Destination(folder, "now").write(list(areas), start)


def test_a_new_folder_has_all(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert Destination(folder, "now").holds == 0
    assert write(folder, AREA) == Written()
    assert load(folder).start == "3001" and Destination(folder, "now").holds == 2


def test_what_is_replaced_is_set_aside_and_the_rest_stays(tmp_path: Path) -> None:
    other = a.AreaDef(id="other", name="Other", rooms=(a.RoomDef(id="x", name="X"),))
    write(tmp_path, AREA, other)
    mine = (tmp_path / "1.toml").read_text() + "# mine\n"
    (tmp_path / "1.toml").write_text(mine)
    found = Destination(tmp_path, "now").write([AREA], "3001")
    assert (found.replaced, found.aside, found.others) == (["1.toml"], tmp_path / "_replaced-now", 1)
    assert (tmp_path / "_replaced-now" / "1.toml").read_text() == mine
    assert set(load(tmp_path).areas) == {"1", "other"}, "what was set aside is not read"


def test_what_is_the_same_is_not_touched(tmp_path: Path) -> None:
    write(tmp_path, AREA)
    before = (tmp_path / "1.toml").stat().st_mtime_ns
    assert Destination(tmp_path, "now").write([AREA], "3001") == Written()
    assert (tmp_path / "1.toml").stat().st_mtime_ns == before


def test_other_keys_of_the_head_are_kept(tmp_path: Path) -> None:
    head = '# ours\n[world]\nname = "Lanternmouth"  # a town\nstart = "quay"\n'
    (tmp_path / "world.toml").write_text(head)
    found = Destination(tmp_path, "now").write([AREA], "3001")
    assert found.start_before == "quay" and found.replaced == ["world.toml"]
    assert (tmp_path / "world.toml").read_text() == head.replace('"quay"', '"3001"')
    assert (tmp_path / "_replaced-now" / "world.toml").read_text() == head


def test_an_import_without_a_start_leaves_the_head(tmp_path: Path) -> None:
    head = '[world]\nname = "Lanternmouth"\nstart = "3001"\n'
    (tmp_path / "world.toml").write_text(head)
    assert Destination(tmp_path, "now").write([AREA], None).replaced == []
    assert (tmp_path / "world.toml").read_text() == head


def test_a_head_that_nobody_can_read_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text("[world\n")
    assert Destination(tmp_path, "now").write([AREA], "3001").replaced == ["world.toml"]
    assert load(tmp_path).start == "3001"
