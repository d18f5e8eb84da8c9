"""What is said on the console: nobody waits for it. A terminal that was stopped, a pipe that nobody reads any more, a
reader that is gone: they cost lines, not the game. The log has them."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import sys
from typing import TextIO

#: Bytes that a pipe takes without waiting when it takes any: PIPE_BUF of Linux.
AT_ONCE = 4096


def say(text: str, stream: TextIO | None = None) -> None:
    """Write a line to standard output, or to `stream`: as much of it as is taken now."""
    stream = stream or sys.stdout
    try:
        fd = stream.fileno()
    except (AttributeError, OSError, ValueError):  # none of the system's, or none at all
        print(text, file=stream, flush=True)
        return
    data = f"{text}\n".encode(errors="replace")
    ready = select.poll()
    ready.register(fd, select.POLLOUT)
    with contextlib.suppress(OSError):
        while data and ready.poll(0):
            stream.flush()  # what others printed comes first
            data = data[os.write(fd, data[:AT_ONCE]) :]


class Console(logging.Handler):
    """A log's lines on the console."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Say a record."""
        try:
            say(self.format(record), self._stream)
        except Exception:
            self.handleError(record)
