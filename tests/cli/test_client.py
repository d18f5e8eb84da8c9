"""Asking a running server: one that is there but does not answer, as in the silence of a copyover, is waited for."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mud.cli import client
from mud.config import Config, ServerConfig
from mud.control import control_socket
from mud.server import ready


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = Config(server=ServerConfig(data=str(tmp_path)))
    made.run.mkdir()
    return made


@pytest.fixture
def running(config: Config) -> Iterator[int]:
    """A process that says that it is the server."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    write(config, process.pid)
    yield process.pid
    process.communicate(b"\n")


def write(config: Config, pid: Any) -> None:
    (config.run / "ready.json").write_text(json.dumps({"pid": pid}))


def answers(monkeypatch: pytest.MonkeyPatch, *given: Any) -> list[Any]:
    """Have the control socket give these, one after the other; what is left of them."""
    left = list(given)
    monkeypatch.setattr(control_socket, "ask", lambda path, request: left.pop(0))
    monkeypatch.setattr(client, "AGAIN", 0.0)
    return left


@pytest.mark.usefixtures("running")
def test_a_server_in_the_silence_is_asked_again(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    left = answers(monkeypatch, None, None, {"ok": True}, "more")
    assert client.ask_running(config, "copyover.status") == {"ok": True} and left == ["more"]


@pytest.mark.usefixtures("running")
def test_one_that_never_answers_is_given_up(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, None, "more")
    monkeypatch.setattr(client, "PATIENCE", -1.0)
    assert client.ask_running(config, "copyover.status") is None


def test_without_a_server_nothing_is_waited_for(config: Config, monkeypatch: pytest.MonkeyPatch, running: int) -> None:
    assert ready.alive(config)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for pid in (gone.pid, os.getpid(), -1, 0, "x", None):
        write(config, pid)
        assert not ready.alive(config)
    (config.run / "ready.json").unlink()
    left = answers(monkeypatch, None, "more")
    assert client.ask_running(config, "copyover.status") is None and left == ["more"]


def test_one_that_breaks_off_says_so_in_words(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def hang_up() -> None:
            with listening.accept()[0]:  # with something unread in it: a reset
                pass

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(ConnectionError, match="without an answer: see whether it was done"):
            control_socket.ask(path, {"do": "backup", "filler": "x" * 100_000})
        thread.join()
