"""What a program of ours asks the system for, as strace sees it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.tools import ROOT, need_tool

_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += 0\b", re.MULTILINE)
_SYNC = ("fsync", "fdatasync")
_MOVE = ("rename", "renameat", "renameat2", "link")


def disk_work(program: str, folder: Path, *arguments: object) -> list[tuple[str, str]]:
    """What a program of Python does below a folder to make it outlive a power cut, in order.

    ("sync", NAME) for each file or folder that is synced, ("move", NAME) for each that gets this name; names are
    relative to the folder. Fails when the program does.
    """
    log = folder / "strace.log"
    options = ["-f", "-y", "-s", "4096", "-o", str(log), "-e", f"trace={','.join((*_SYNC, *_MOVE))}"]
    command = [need_tool("strace"), *options, sys.executable, "-c", program, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = []
    for call, text in _CALL.findall(log.read_text()):
        paths = re.findall(r"\d<([^>]+)>" if call in _SYNC else r'"([^"]+)"', text)
        if paths and Path(paths[-1]).is_relative_to(folder):
            kind = "sync" if call in _SYNC else "move"
            found.append((kind, str(Path(paths[-1]).relative_to(folder))))
    log.unlink()
    return found
