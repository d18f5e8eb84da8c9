"""The operator's configuration: bounds that are told, and keys in the wrong place."""

from __future__ import annotations

from pathlib import Path

import pytest

from mud.config import load
from mud.core.errors import ConfigError


def refused(folder: Path, text: str) -> str:
    path = folder / "everwake.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as error:
        load(path)
    return str(error.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[server]\nport = 99999", "server.port is a whole number from 0 to 65535, and not 99999"),
        ("[server]\nport = '4000'", "server.port is a whole number from 0 to 65535, and not '4000'"),
        ("[store]\nflush_seconds = nan", "store.flush_seconds is a number from 0.01 to 60, and not nan"),
        ("[store]\nflush_seconds = -1", "store.flush_seconds is a number from 0.01 to 60, and not -1"),
        ("[copyover]\nkeep = 0", "copyover.keep is a whole number from 1 to 1000, and not 0"),
        ("[copyover]\nstart_seconds = inf", "copyover.start_seconds is a number above 0 up to 86400, and not inf"),
        ("[limits]\nlines_per_second = 0", "limits.lines_per_second is a number above 0 up to"),
        ("[modules]\nerrors = 0", "modules.errors is a whole number from 1 to"),
        ("[log]\nlevel = 'loud'", "log.level is one of CRITICAL, DEBUG, ERROR, INFO, WARNING, and not 'loud'"),
        ("[server]\nname = 3", "server.name: Expected text, got a whole number"),
    ],
)
def test_a_value_out_of_its_bounds_is_refused_with_them(tmp_path: Path, text: str, says: str) -> None:
    assert refused(tmp_path, text).startswith(says)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("port = 4000", "unknown key port; did you mean [server] port?"),
        ("[server]\nflush_seconds = 1", "unknown key server.flush_seconds; did you mean [store] flush_seconds?"),
        ("[server.copyover]\nkeep = 1", "unknown key server.copyover; did you mean [copyover]?"),
        ("[server]\nprot = 4000", "unknown key server.prot; did you mean server.port?"),
        ("[sever]\nport = 4000", "unknown key sever; did you mean server?"),
        ("prot = 4000", "unknown key prot; did you mean [server] port?"),
        ("[server]\nzzzzzz = 1", "unknown key server.zzzzzz; known are name, host, port, data, world"),
    ],
)
def test_a_key_in_the_wrong_place_is_told_its_place(tmp_path: Path, text: str, says: str) -> None:
    assert refused(tmp_path, text) == says


def test_a_broken_file_is_told_with_its_line_and_a_missing_one_in_words(tmp_path: Path) -> None:
    assert "line 2" in refused(tmp_path, "[server]\nport = \n")
    with pytest.raises(ConfigError, match=r"nowhere.toml: there is no such file; --config names"):
        load(tmp_path / "nowhere.toml")
    (tmp_path / "latin").write_bytes(b"[server]\nname = '\xe9'")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load(tmp_path / "latin")
