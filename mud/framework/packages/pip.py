"""Python packages that a package depends on, installed by pip into the server's environment."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Sequence

from mud.core.errors import Failed, TimedOut

LAST_LINES = 5


def install(dependencies: Sequence[str], seconds: float) -> None:
    """Have pip install distributions, as in "name>=1.2". Raises Failed with pip's last lines, or TimedOut."""
    what = f"pip install {' '.join(dependencies)}"
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--", *dependencies]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise TimedOut(f"{what} took longer than {seconds:g} s") from error
    except OSError as error:
        raise Failed(f"{what} can't be run: {error.strerror}") from error
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-LAST_LINES:])
        raise Failed(f"{what} failed:\n{said}", dependencies=list(dependencies))
    importlib.invalidate_caches()
