"""Telling the outside that the server is ready: one line, and DATA/run/ready.json."""

from __future__ import annotations

import contextlib
import json
import os
import socket

from mud.net.listener import Listener
from mud.ops.config import Config
from mud.ops.console import say


def write(config: Config, listener: Listener | None, generation: int) -> None:
    """Rewrite ready.json whole, and print the line."""
    port = listener.port if listener is not None else config.server.port
    content = {
        "pid": os.getpid(),
        "service_pid": os.getpid(),
        "host": config.server.host,
        "port": port,
        "generation": generation,
    }
    path = config.run / "ready.json"
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content) + "\n", encoding="utf-8")
    temporary.rename(path)
    say(f"{config.server.name} is ready on {config.server.host} port {port} (generation {generation})")


def notify_main_pid() -> None:
    """Tell a supervisor that waits to hear of it (sd_notify(3)) that this process is the server now."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.sendto(f"MAINPID={os.getpid()}".encode(), address.replace("@", "\0", 1))


def read(config: Config) -> dict[str, object] | None:
    """What a running server wrote; None when there is none."""
    try:
        content = json.loads((config.run / "ready.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def remove(config: Config) -> None:
    """The server is gone."""
    (config.run / "ready.json").unlink(missing_ok=True)
