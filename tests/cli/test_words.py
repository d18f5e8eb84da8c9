"""Command lines before argparse sees them, their numbers, and what the system refused in words."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from mud.cli.words import in_order, in_words, seconds, whole

COMMANDS = ("serve", "account", "backup")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", "serve"),
        ("--port 0", "serve --port 0"),
        ("--help", "--help"),
        ("--data X account list", "account list --data X"),
        ("account --data X create Ada --role owner", "account create Ada --role owner --data X"),
        ("--json --data=X account list", "account list --json --data=X"),
        ("--port 5 account list", "account list --port 5"),
        ("account list -- --data", "account list -- --data"),
    ],
)
def test_a_common_option_may_stand_anywhere(written: str, meant: str) -> None:
    assert in_order(written.split(), COMMANDS) == meant.split()


@pytest.mark.parametrize("text", ["99999", "-1", "x", "1.5", "", "²", "9" * 5000])
def test_a_number_out_of_its_bounds_is_refused_with_them(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="no whole number from 0 to 65535"):
        whole(0, 65535)(text)
    assert whole(0, 65535)("0") == 0 and whole(0, 65535)("65535") == 65535


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "0", "x", "1e99"])
def test_a_time_out_of_its_bounds_is_refused_with_them(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="seconds above 0 and up to 60"):
        seconds(60)(text)
    assert seconds(60)("0.5") == 0.5


def test_what_the_system_refused_is_told_without_its_number(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        (tmp_path / "x").read_text()
    assert in_words(missing.value) == f"{tmp_path / 'x'}: there is no such file or folder"
    with pytest.raises(IsADirectoryError) as folder:
        tmp_path.read_text()
    assert in_words(folder.value) == f"{tmp_path}: that is a folder, and not a file"
    assert in_words(ConnectionError("it broke off")) == "it broke off"
