"""Carries out a command of `run.py`, through a running server or else here, and prints the result."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any

from mud.cli.output import as_json
from mud.config import Config

DONE, FAILED, WRONG_USAGE = 0, 1, 2
#: For how many seconds a running server may be silent, as in a copyover; seconds between two attempts.
PATIENCE, AGAIN = 10.0, 0.1
#: Adds a command: (group, name, function, help).
Add = Callable[[Any, str, Callable[..., int], str], argparse.ArgumentParser]


def ask(config: Config, do: str, **request: Any) -> dict[str, Any]:
    """Send a request to a running server; without one, take the lock and carry it out here."""
    answer = ask_running(config, do, **request)
    if answer is None:
        from mud.cli import offline

        answer = asyncio.run(offline.do(config, do, request))
    return answer


def ask_running(config: Config, do: str, **request: Any) -> dict[str, Any] | None:
    """Send a request to a running server; None if there is none. Raises OSError if the connection breaks."""
    from mud.control import control_socket
    from mud.server import ready

    end = time.monotonic() + PATIENCE
    while True:
        answer = control_socket.ask(config.run / "control.sock", {"do": do, **request})
        if answer is not None or not ready.alive(config) or time.monotonic() > end:
            return answer
        time.sleep(AGAIN)


def say(options: argparse.Namespace, answer: dict[str, Any], text: str) -> int:
    """Print an answer, for people or as JSON."""
    if options.json:
        print(as_json(answer))
    elif answer["ok"]:
        print(text.format(**answer))
    else:
        print(f"run.py: {answer['error']}", file=sys.stderr)
    return DONE if answer["ok"] else FAILED


def show(options: argparse.Namespace, found: Any, text: str) -> int:
    """Print what was found, for people or as JSON."""
    print(as_json(found, 2) if options.json else text)
    return DONE


def not_running(config: Config) -> dict[str, Any]:
    """The answer to a request that only a running server can carry out."""
    return {"ok": False, "error": f"no server runs on {config.data}: start it, or name its data folder with --data"}
