"""`run.py world import` as an operator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mud.cli.main import main

ROOMS = "#{0}\nRoom~\nBare.\n~\n1 0 {1}\nS\n$~\n"


def lay(folder: Path, sector: int = 0, number: int = 3001) -> Path:
    """A world of another server."""
    (folder / "wld").mkdir(parents=True)
    (folder / "wld" / "30.wld").write_text(ROOMS.format(number, sector))
    return folder


def run(*argv: object) -> int:
    """The exit code of `run.py world import circle ...`."""
    return main(["world", "import", "circle", *map(str, argv)])


def test_the_exit_code_says_whether_anything_was_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lay(tmp_path / "whole"), tmp_path / "a") == 0
    assert run(lay(tmp_path / "odd", sector=11), tmp_path / "b") == 1
    assert "sector 11, taken as inside: 1 (first: wld/30.wld:5)" in capsys.readouterr().out
    assert (tmp_path / "b" / "30.toml").exists()


def test_nothing_to_import_leaves_nothing_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, tmp_path / "out") == 1 and not (tmp_path / "out").exists()
    assert "no wld, mob, obj or shp files in it" in capsys.readouterr().out


def test_a_folder_that_holds_a_world_is_left_alone_unless_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, folder = lay(tmp_path / "whole"), tmp_path / "world"
    folder.mkdir()
    before = {"world.toml": '[world]\nname = "Ours"\nstart = "quay"\n', "30.toml": "# by hand\n"}
    for name, text in before.items():
        (folder / name).write_text(text)
    assert run(source, folder) == 1
    assert "holds a world already (2 files)" in capsys.readouterr().err
    assert {path.name: path.read_text() for path in folder.iterdir()} == before
    assert run(source, folder, "--replace") == 0
    out = capsys.readouterr().out
    (aside,) = folder.glob("_replaced-*")
    assert f"2 files are replaced; as they were they lie in {aside}:\n  30.toml\n  world.toml" in out
    assert "newcomers woke in 'quay' before" in out
    assert {path.name: path.read_text() for path in aside.iterdir()} == before
    assert (folder / "world.toml").read_text() == before["world.toml"].replace("quay", "3001")


def test_what_does_not_go_together_with_what_stays_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(lay(tmp_path / "one"), tmp_path / "world")
    (tmp_path / "world" / "30.toml").rename(tmp_path / "world" / "mine.toml")
    assert run(tmp_path / "one", tmp_path / "world", "--replace", "--json") == 1
    answer = json.loads(capsys.readouterr().out.split("\n")[-2])
    assert answer["ok"] is False and any("is there already" in problem for problem in answer["world_problems"])


def test_an_encoding_can_be_said_and_has_to_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = lay(tmp_path / "one")
    (source / "wld" / "30.wld").write_bytes(ROOMS.format(3001, 0).replace("Room", "Дом").encode("cp866"))
    assert run(source, tmp_path / "a", "--encoding", "martian") == 1
    assert "there is no encoding 'martian'" in capsys.readouterr().err and not (tmp_path / "a").exists()
    assert run(source, tmp_path / "a", "--encoding", "cp866") == 0
    assert "encoding: CP866 in 1 file" in capsys.readouterr().out and "Дом" in (tmp_path / "a" / "30.toml").read_text()
