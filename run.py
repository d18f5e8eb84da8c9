"""Everwake's one program: finds a Python that has what it needs, reads the arguments and hands over to mud.cli.main."""

from __future__ import annotations

import gc
import os
import sys
from importlib.machinery import PathFinder

gc.disable()  # nothing of what is imported is garbage, and a copyover's players wait for it

#: What pyproject.toml asks for, as it is imported.
NEEDED = "msgspec telnetlib3 aiosqlite watchfiles colorama argon2 zstandard cryptography tomlkit".split()
VENV = os.path.join(os.path.dirname(os.path.abspath(__file__)), ".venv")


def lacking() -> str:
    """What this Python lacks to run us; "" when that is nothing."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever has an older one is to be told so
        return "Python 3.11"
    return next((name for name in NEEDED if PathFinder.find_spec(name) is None), "")


def start(argv: list[str]) -> int:
    """Run the command line; with the Python of .venv where only that one can. Gives the exit code."""
    lacks, python = lacking(), os.path.join(VENV, "bin", "python")
    if not lacks:
        from mud.cli.main import main

        return main(argv)
    if os.path.realpath(sys.prefix) != os.path.realpath(VENV) and os.access(python, os.X_OK):
        os.execv(python, [python, os.path.abspath(__file__), *argv])
    print(f"run.py: {sys.executable} lacks {lacks}: type `make run` once, it sets up .venv", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:]))
