"""The log, where the disk does not let it be, and when there is nothing left to write it with."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from mud.config import LogConfig
from mud.server import logs
from tests.e2e.harness import ROOT

#: A message of two lines, logged when not one more file can be opened.
PROGRAM = """
import logging, resource
from mud.server import logs
resource.setrlimit(resource.RLIMIT_NOFILE, (3, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
record = logging.makeLogRecord({"msg": "one\\ntwo"})
logs._one_line(record)
print(record.msg)
"""


def test_a_message_of_two_lines_is_logged_without_a_descriptor() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "one\\ntwo\n", done.stderr


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[logging.Logger]:
    """The root logger, for this test alone."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    yield root
    logs.close()


@pytest.mark.usefixtures("root")
def test_each_line_has_its_module_and_an_error_its_traceback_as_json_too(tmp_path: Path) -> None:  # S4.8
    logs.set_up(tmp_path, LogConfig())
    logging.getLogger("mud.module.bank").info("a loan is signed")
    try:
        raise KeyError("ledger")
    except KeyError:
        logging.getLogger("mud.module.bank").exception("it went wrong for %s", "Ada")
    plain = (tmp_path / "everwake.log").read_text().splitlines()
    assert plain[0].endswith(" INFO mud.module.bank: a loan is signed")
    assert plain[1].endswith(" ERROR mud.module.bank: it went wrong for Ada") and plain[-1] == "KeyError: 'ledger'"
    (entry,) = map(json.loads, (tmp_path / "errors.jsonl").read_text().splitlines())
    assert (entry["level"], entry["logger"], entry["message"]) == (
        *("ERROR", "mud.module.bank"),
        "it went wrong for Ada",
    )
    assert entry["traceback"].startswith("Traceback") and entry["traceback"].endswith("KeyError: 'ledger'")
    assert datetime.fromisoformat(entry["at"]).tzinfo is not None


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("name", ["everwake.log", "errors.jsonl"])
def test_both_logs_are_rotated_and_only_so_many_are_kept(tmp_path: Path, name: str) -> None:  # S4.8
    logs.set_up(tmp_path, LogConfig(bytes=10_000, files=2))
    for number in range(200):
        logging.getLogger("mud.test").error("%d %s", number, "x" * 200)
    found = sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(name))
    assert found == [name, f"{name}.1", f"{name}.2"]
    assert all((tmp_path / each).stat().st_size <= 10_000 for each in found)
    assert " 199 " in (tmp_path / name).read_text().replace('"', " ").replace("test:", " ")


def test_a_log_that_can_not_be_opened_is_opened_when_it_can_be(
    root: logging.Logger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "logs"
    folder.write_text("no folder")
    logs.set_up(folder, LogConfig())
    assert "the log can't be written" in capsys.readouterr().err
    folder.unlink()
    folder.mkdir()
    root.getChild("mud.test").info("here again")
    assert "here again" in (folder / "everwake.log").read_text()
