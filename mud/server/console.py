"""Writes to the console without ever waiting. A stopped terminal, a pipe that nobody reads or a reader that is gone
only loses lines, which are also in the log."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import sys
from typing import TextIO

#: The number of bytes that a pipe takes at once, if it takes any: PIPE_BUF of Linux.
AT_ONCE = 4096


def say(text: str, stream: TextIO | None = None) -> None:
    """Write a line to standard output or `stream`, as far as it can be written without waiting."""
    stream = stream or sys.stdout
    try:
        fd = stream.fileno()
    except (AttributeError, OSError, ValueError):  # a stream without a descriptor, or no stream
        print(text, file=stream, flush=True)
        return
    data = f"{text}\n".encode(errors="replace")
    ready = select.poll()
    ready.register(fd, select.POLLOUT)
    with contextlib.suppress(OSError):
        while data and ready.poll(0):
            stream.flush()  # text printed before has to come first
            data = data[os.write(fd, data[:AT_ONCE]) :]


class Console(logging.Handler):
    """A log handler that writes to the console."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        try:
            say(self.format(record), self._stream)
        except Exception:
            self.handleError(record)
