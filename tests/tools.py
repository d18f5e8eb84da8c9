"""Programs from outside that tests use. A missing one skips its test and says which; in CI it fails."""

from __future__ import annotations

import os
import shutil

import pytest

PATH = os.environ.get("PATH", "") + ":/usr/games"


def need_tool(name: str) -> str:
    """The path of a program."""
    found = shutil.which(name, path=PATH)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail(f"{name} is missing: run make tools")
    pytest.skip(f"{name} is missing: make tools brings it")
