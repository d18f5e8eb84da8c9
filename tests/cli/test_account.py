"""Accounts from the command line: the password at a terminal, and names that the game would refuse too."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PASSWORD = "correct horse"


def run(*words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """A command without a terminal."""
    return subprocess.run(
        [sys.executable, "run.py", *words],
        cwd=ROOT,
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        text=True,
        timeout=60,
    )


def at_terminal(*words: str, types: list[str]) -> tuple[str, int]:
    """The same at a terminal of its own, where each of `types` is typed once something is asked."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "run.py", *words])
    shown = b""
    try:
        while data := os.read(fd, 4096):
            shown += data
            if types and shown.endswith(b": "):
                os.write(fd, f"{types.pop(0)}\n".encode())
    except OSError:  # the end of a terminal
        pass
    os.close(fd)
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_the_password_is_asked_twice_at_a_terminal_and_not_shown(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    shown, code = at_terminal("account", "create", "Ada", "--role", "owner", *data, types=[PASSWORD, PASSWORD])
    assert code == 0 and "made Ada, owner" in shown and PASSWORD not in shown
    shown, code = at_terminal("account", "create", "Ben", *data, types=[PASSWORD, "another horse"])
    assert code == 1 and "the two passwords differ" in shown
    listed = run("account", "list", *data).stdout
    assert [line.split() for line in listed.splitlines()] == [["NAME", "ROLE"], ["Ada", "owner"]]


def test_without_a_terminal_it_says_how_scripts_give_it(tmp_path: Path) -> None:
    refused = run("account", "create", "Ada", "--data", str(tmp_path))
    assert refused.returncode == 1 and "--password-stdin" in refused.stderr
    again = run("account", "create", "Ada", "--password-stdin", "--data", str(tmp_path), given=f"{PASSWORD}\n")
    assert again.stdout == "made Ada, player\n"


@pytest.mark.parametrize("name", ["look", "raffle", "auction", "me", "Ab", "x1", "Ада", "Adа"])
def test_a_name_that_the_game_refuses_is_refused_here_too(tmp_path: Path, name: str) -> None:
    made = run("account", "create", name, "--password-stdin", "--data", str(tmp_path), given=f"{PASSWORD}\n")
    assert made.returncode == (0 if name == "Ада" else 1), made.stderr
    assert "Traceback" not in made.stderr


def test_the_first_start_offers_to_make_the_owner(tmp_path: Path) -> None:
    words = ("--port", "0", "--data", str(tmp_path), "--world", str(tmp_path / "none"))  # it ends for want of a world
    shown, _ = at_terminal(*words, types=["look", "Ada", "short", "short", "Ada", PASSWORD, PASSWORD])
    assert "is a word of the game" in shown and "8 to 128 characters" in shown and "Ada is the owner" in shown
    assert "Ada" in run("account", "list", "--data", str(tmp_path)).stdout
    shown, _ = at_terminal(*words, types=["Ben"])
    assert "first start" not in shown
