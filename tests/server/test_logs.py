"""The log, where the disk does not let it be, and when there is nothing left to write it with."""

from __future__ import annotations

import logging
import subprocess
import sys
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


def test_a_log_that_can_not_be_opened_is_opened_when_it_can_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    folder = tmp_path / "logs"
    folder.write_text("no folder")
    try:
        logs.set_up(folder, LogConfig())
        assert "the log can't be written" in capsys.readouterr().err
        folder.unlink()
        folder.mkdir()
        logging.getLogger("mud.test").info("here again")
        assert "here again" in (folder / "everwake.log").read_text()
    finally:
        logs.close()
