"""Files are found however they are called; what can't be read here is called by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.areas.circle import import_world

ROOM = "#{0}\nRoom~\nBare.\n~\n1 0 0\nS\n$~\n"


@pytest.mark.parametrize(
    "name",
    [
        "wld/1.wld",
        "wld/harbour.wld",
        "WLD/1.WLD",
        "wld/Гавань.Wld",
        "world/wld/1.wld",
        "lib/world/wld/1.wld",
        "all.wld",
    ],
)
def test_a_file_is_found(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ROOM.format(100), newline="\r\n" if name.isupper() else "\n")
    found = import_world(tmp_path)
    assert found.report["rooms"] == 1 and found.whole, found


def test_names_that_differ_in_case_only_are_two_files(tmp_path: Path) -> None:
    (tmp_path / "wld").mkdir()
    (tmp_path / "wld" / "1.wld").write_text(ROOM.format(100))
    (tmp_path / "wld" / "1.WLD").write_text(ROOM.format(101))
    assert import_world(tmp_path).report["rooms"] == 2


def test_an_index_may_be_in_another_case_and_what_it_leaves_out_is_said(tmp_path: Path) -> None:
    (tmp_path / "wld").mkdir()
    (tmp_path / "wld" / "INDEX").write_text("quay.wld\r\n$\r\n")
    (tmp_path / "wld" / "QUAY.WLD").write_text(ROOM.format(100))
    (tmp_path / "wld" / "old.wld").write_text(ROOM.format(101))
    found = import_world(tmp_path)
    assert found.problems == [] and found.report["rooms"] == 1
    assert "wld files that the index leaves out: 1 (first: wld/old.wld)" in found.notes


@pytest.mark.parametrize(
    ("begin", "what"),
    [("#AREA {1 10} Diku~\n", "Merc or ROM"), ("#AREADATA\n", "ROM or Envy"), ("#FUSSAREA\n", "SmaugFUSS")],
)
@pytest.mark.parametrize("name", ["town.are", "area/TOWN.ARE"])
def test_are_files_are_said_to_be_what_they_are(tmp_path: Path, begin: str, what: str, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(begin)
    for source in (tmp_path, path):
        found = import_world(source)
        assert len(found.problems) == 1 and f"an .are file of {what}" in found.problems[0] and found.areas == []


def test_a_folder_with_nothing_to_import_is_a_problem(tmp_path: Path) -> None:
    (found,) = import_world(tmp_path).problems
    assert found.endswith("no wld, mob, obj or shp files in it; name the folder that holds them")


def test_folders_that_nobody_knows_are_counted(tmp_path: Path) -> None:
    for name in ("wld/1.wld", "hlq/1.hlq", "hlq/2.hlq"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(ROOM.format(100))
    (tmp_path / "town.are").write_text("#AREA\n")
    assert import_world(tmp_path).lost == [
        "files in hlq/: 2 (first: hlq/)",
        ".are files, of Merc or ROM: 1 (first: town.are)",
    ]
