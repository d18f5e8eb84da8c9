"""What tests need from outside: programs, mounts, worlds. Where one is missing its test is skipped; in CI it fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parent.parent
STOCK_WORLD = Path(os.environ.get("EVERWAKE_TBA_WORLD", ROOT.parent / "shared/worlds/tbamud/lib/world"))


def missing(reason: str) -> NoReturn:
    """Skip the test that runs, saying what it needs; fail it in CI, which has to have everything."""
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(reason)
    pytest.fail(reason)


def need_tool(name: str) -> str:
    """The path of a program that `make tools` brings (.ci/tools has the list)."""
    # Debian puts MUD clients into /usr/games, which is not on root's PATH.
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/games")
    if found:
        return found
    missing(f"{name} is missing: `make tools` brings it")


def mount(*arguments: object) -> None:
    """Run mount(8), which only root may."""
    done = subprocess.run([need_tool("mount"), *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        missing(f"mounting is not permitted here: {done.stderr.strip()}")


def stock_world() -> Path:
    """The folder of tbaMUD's stock world."""
    if not STOCK_WORLD.is_dir():
        missing(f"the tbaMUD world is not in {STOCK_WORLD}; EVERWAKE_TBA_WORLD may name it")
    return STOCK_WORLD
