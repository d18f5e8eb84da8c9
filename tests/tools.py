"""Programs from outside that tests use. A missing one skips its test and says which; in CI it fails."""

from __future__ import annotations

import os
import shutil

import pytest


def need_tool(name: str) -> str:
    """The path of a program that `make tools` brings (.ci/tools has the list)."""
    # Debian puts MUD clients into /usr/games, which is not on root's PATH.
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/games")
    if found:
        return found
    reason = f"{name} is missing: `make tools` brings it"
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(reason)
    pytest.fail(reason)
