"""The options with which a command labels the snapshots that it makes, and who is at the command line."""

from __future__ import annotations

import argparse
import getpass
import os
from typing import Any


def add_labels(command: argparse.ArgumentParser) -> None:
    """Add the options."""
    command.add_argument("--tag", action="append", default=[], metavar="WORD", help="a word to find it by; repeatable")
    command.add_argument(
        "--custom", action="append", default=[], type=field, metavar="NAME=TEXT", help="a field of your own; repeatable"
    )


def labels(options: argparse.Namespace) -> dict[str, Any]:
    """What a request says of them, and of who makes it."""
    return {"by": by(), "tags": options.tag, "custom": dict(options.custom)}


def by() -> str:
    """Who asks, for records."""
    return f"run.py ({user()})"


def user() -> str:
    """The user at the command line. In a container the user's number may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def field(text: str) -> tuple[str, str]:
    """NAME=TEXT. Raises ArgumentTypeError."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=TEXT, as because=spring")
    return name, value
