"""Real clients on a real terminal, from login to after a copyover."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator

import pytest

from tests.e2e.harness import LIMIT, PASSWORD, Game, copyover
from tests.tools import need_tool

pytestmark = pytest.mark.e2e

_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>78DM]|\x1b\][^\x07]*\x07")


class Terminal:
    """A program on a terminal of 80 by 24, typed at and read like a person would."""

    def __init__(self, *command: str) -> None:
        self._fd, other = os.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "HOME": "/nonexistent", "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(
            command, stdin=other, stdout=other, stderr=other, env=environment, start_new_session=True
        )
        os.close(other)
        self.shown = ""
        self._at = 0

    def type(self, text: str) -> None:
        """A line and Enter."""
        os.write(self._fd, text.encode() + b"\r")

    def expect(self, pattern: str) -> str:
        """Wait for something to be shown; gives the text up to its end."""
        end = time.monotonic() + LIMIT
        while (found := re.search(pattern, self.text(), re.S)) is None:
            ready, _, _ = select.select([self._fd], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"not shown: {pattern!r} in {self.text()!r}"
            try:
                self.shown += os.read(self._fd, 65536).decode("utf-8", "replace")
            except OSError:
                raise AssertionError(f"the client ended: {self.text()!r}") from None
        text = self.text()[: found.end()]
        self._at += found.end()
        return text

    def text(self) -> str:
        """What was shown and not yet looked at, without the terminal's sequences."""
        return _SEQUENCES.sub("", self.shown)[self._at :]

    def close(self) -> None:
        """Hang up."""
        self.process.kill()
        self.process.wait()
        os.close(self._fd)


@contextlib.contextmanager
def terminal(*command: str) -> Iterator[Terminal]:
    """A program on a terminal, for as long as the test needs it."""
    client = Terminal(*command)
    try:
        yield client
    finally:
        client.close()


def play(client: Terminal, game: Game) -> None:
    """From the first prompt to after a copyover, as a newcomer would."""
    admin = game.admin()
    client.expect(r"known\? ")
    client.type("Ada")
    client.expect("new life as Ada")
    client.type("yes")
    client.expect("Choose a password: ")
    client.type(PASSWORD)
    client.expect("once more: ")
    client.type(PASSWORD)
    client.expect("he, she or they")
    client.type("she")
    client.expect(r"Welcome, Ada\..*The Square")
    client.type("north")
    client.expect("The Hall")
    copyover(admin)
    client.expect("The world blinks, and goes on")
    client.type("look")
    client.expect("The Hall.*Exits: south")
    client.type("say grüße")
    client.expect('You say, "grüße"')
    assert PASSWORD not in client.shown
    assert client.process.poll() is None
    client.type("quit")
    client.expect("Until another day")


def test_tintin(game: Game) -> None:
    with terminal(need_tool("tt++"), "-G", "-e", f"#session ever 127.0.0.1 {game.port}") as client:
        play(client, game)


def test_telnet(game: Game) -> None:
    with terminal(need_tool("telnet"), "127.0.0.1", str(game.port)) as client:
        play(client, game)
