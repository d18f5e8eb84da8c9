"""The control socket: how `run.py` talks to a running server. One JSON line asks, one answers.

It is in a folder that only its owner may enter, and callers of other users are refused (SO_PEERCRED).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from mud.core.errors import EverwakeError, FrameworkError

log = logging.getLogger("mud.control")

MAX_MESSAGE = 1 << 20
#: How many seconds to wait before listening is tried again, if the disk refuses it.
AGAIN_SECONDS = 5.0
Answer = dict[str, Any]
Action = Callable[[dict[str, Any]], Awaitable[Answer]]
Actions = dict[str, Action]


class Control:
    """The server's end of the socket."""

    def __init__(self, path: Path, actions: Actions) -> None:
        self._path = path
        self._actions = actions
        self._server: asyncio.Server | None = None
        self._trying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, unless it does already. Replaces a socket that an earlier program left.

        The game can do without it, so after a failure it only tries again every few seconds.
        """
        if self._server is not None or self._trying is not None:
            return
        try:
            await self._listen()
        except OSError as error:
            log.error(
                "run.py can't reach this server for now, because the control socket can't listen: %s: %s",
                self._path,
                error.strerror or error,
            )
            self._trying = asyncio.get_running_loop().create_task(self._keep_trying())

    async def _keep_trying(self) -> None:
        while self._server is None:
            await asyncio.sleep(AGAIN_SECONDS)
            with contextlib.suppress(OSError):
                await self._listen()
        self._trying = None
        log.info("the control socket listens again")

    async def _listen(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.parent.chmod(0o700)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, path=str(self._path), limit=MAX_MESSAGE)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Stop listening."""
        trying, self._trying = self._trying, None
        if trying is not None:
            trying.cancel()
            await asyncio.wait({trying})
        if self._server is not None:
            self._server.close()
            self._server = None
            with contextlib.suppress(OSError):  # the next listener replaces it
                self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if peer_user(writer.get_extra_info("socket")) != os.getuid():
                return
            line = await reader.readline()
            if line:
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError) as error:
            log.warning("a control connection failed: %s", error)
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Answer:
        try:
            request = json.loads(line)
            action = self._actions.get(request.get("do", "")) if isinstance(request, dict) else None
            if action is None:
                return {"ok": False, "error": "this server does not know that request; is it of another version?"}
            return {"ok": True, **await action(request)}
        except EverwakeError as error:
            return refused(error)
        except (ValueError, KeyError, TypeError) as error:
            return {"ok": False, "error": f"malformed request: {error}"}
        except Exception:
            log.exception("a control request failed")
            return {"ok": False, "error": "something went wrong; the server's log has the error"}


def refused(error: EverwakeError) -> Answer:
    """An error as an answer: a message for people, and a code and details for programs, if there are any (S4.8)."""
    if isinstance(error, FrameworkError):
        return {"ok": False, "error": str(error), "code": error.code, "details": error.details}
    return {"ok": False, "error": str(error)}


def peer_user(sock: socket.socket) -> int:
    """The user id at the other end of a Unix socket."""
    _, uid, _ = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return int(uid)


def ask(path: Path, request: dict[str, Any], seconds: float = 60.0) -> Answer | None:
    """Ask a running server; None if none listens. Raises OSError if the connection breaks."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(seconds)
        try:
            sock.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        line = b""
        with contextlib.suppress(ConnectionError):
            sock.sendall(json.dumps(request).encode() + b"\n")
            with sock.makefile("rb") as stream:
                line = stream.readline(MAX_MESSAGE)
    if not line:
        raise ConnectionError("the server closed the connection without an answer: see whether it was done")
    answer = json.loads(line)
    return answer if isinstance(answer, dict) else {"ok": False, "error": "no answer"}
