"""Whole command lines that end in words and never in a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mud.copyover.history import CopyoverRecord, History
from mud.store.lock import Lock

ROOT = Path(__file__).parent.parent.parent


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, str(ROOT / "run.py"), *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_reason_that_the_output_has_no_letters_for_is_shown_as_far_as_can_be(tmp_path: Path, encoding: str) -> None:
    record = CopyoverRecord(number=1, by="žaneta", reason="žluť 名", ordered=1.0, generation_from=1, generation_to=2)
    History(tmp_path / "copyovers.jsonl").add(record)
    for words in (("history",), ("report", "1"), ("history", "--json")):
        shown = run("copyover", *words, "--data", str(tmp_path), PYTHONIOENCODING=encoding)
        assert shown.returncode == 0 and b"\\u017e" in shown.stdout.lower() and shown.stderr == b""


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--port", "99999"), 2, "no whole number from 0 to 65535"),
        (("--port", "-1"), 2, "no whole number from 0 to 65535"),
        (("--port", "5", "account", "list"), 2, "--port is an option of `run.py serve`"),
        (("--config", "nowhere.toml"), 1, "nowhere.toml: there is no such file"),
        (("restore", "nowhere.db"), 1, "nowhere.db"),
        (("snapshot", "show", "nowhere.dat"), 1, "nowhere.dat: there is no such file"),
        (("copyover", "report", "²"), 2, "copyover report N"),
        (("copyover", "history", "0"), 2, "a number from 1 to 100"),
    ],
)
def test_a_slip_is_told_in_words(tmp_path: Path, words: tuple[str, ...], code: int, says: str) -> None:
    told = run(*words, "--data", str(tmp_path))
    assert told.returncode == code
    assert says in told.stderr.decode() and "Errno" not in told.stderr.decode() and b"Traceback" not in told.stderr


def test_a_restore_under_a_running_server_says_what_to_do(tmp_path: Path) -> None:
    lock = Lock.acquire(tmp_path / "run" / "lock")
    try:
        told = run("restore", "x.db", "--data", str(tmp_path)).stderr.decode()
    finally:
        lock.release()
    assert "is in use by process" in told and "shutdown now" in told


def test_help_begins_with_what_is_used_most() -> None:
    shown = run("--help").stdout.decode()
    for words in ("run.py --port 5000", "account create NAME --role owner", "run.py copyover", "run.py backup"):
        assert words in shown
    assert run("--version").stdout.startswith(b"Everwake ")
