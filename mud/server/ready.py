"""Announces that the server is ready: a line on the console, and DATA/run/ready.json."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shlex
import socket
from pathlib import Path

from mud.config import Config, ServerConfig
from mud.server.console import say

log = logging.getLogger("mud.server")


def write(config: Config, port: int, generation: int) -> None:
    """Rewrite ready.json, and print the line. The game already runs, so a failure is only logged."""
    content = {
        "pid": os.getpid(),
        "service_pid": os.getpid(),
        "host": config.server.host,
        "port": port,
        "generation": generation,
    }
    try:
        _rewrite(config.run / "ready.json", f"{json.dumps(content)}\n")
    except OSError as error:
        log.error("ready.json can't be written, and does not say that process %d serves: %s", os.getpid(), error)
    host = "localhost" if config.server.host in ("", "*", "0.0.0.0", "::") else config.server.host
    say(
        f"{config.server.name} is ready on {config.server.host} port {port} (generation {generation}). "
        f"To play: telnet {host} {port}"
    )


def say_how_to_own(config: Config) -> None:
    """Print the command that creates an owner in this data folder."""
    data = "" if config.server.data == ServerConfig().data else f" --data {shlex.quote(config.server.data)}"
    say(f"There is no owner yet. In another terminal: python3 run.py account create YOURNAME --role owner{data}")


def _rewrite(path: Path, text: str) -> None:
    """Replace a file atomically; on a full disk, rewrite it in place."""
    temporary = path.with_suffix(".tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.rename(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        with path.open("r+", encoding="utf-8") as file:
            file.write(text)
            file.truncate()


def notify_main_pid() -> None:
    """Tell a supervisor, if one listens (sd_notify(3)), that this process is the server now."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.sendto(f"MAINPID={os.getpid()}".encode(), address.replace("@", "\0", 1))


def read(config: Config) -> dict[str, object] | None:
    """The content of ready.json; None if there is none."""
    try:
        content = json.loads((config.run / "ready.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def alive(config: Config) -> bool:
    """Whether the process that wrote ready.json runs; not certain, because its id may have been reused."""
    pid = (read(config) or {}).get("pid")
    if not isinstance(pid, int) or pid <= 0 or pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except OSError:  # there is no such process, or it is another user's
        return False
    return True


def remove(config: Config) -> None:
    """Remove ready.json when the server ends."""
    (config.run / "ready.json").unlink(missing_ok=True)
