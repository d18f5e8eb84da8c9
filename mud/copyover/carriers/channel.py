"""HEALTHY and GO: the two messages between the new and the old program, one byte each.

The new program says HEALTHY when everything is built, and waits. The old side alone decides: it says GO, or ends the
new program. If the old side is gone, end-of-file counts as GO. STAY says that exec failed: there is no new program.
"""

from __future__ import annotations

import os
import socket

HEALTHY, GO, STAY = b"H", b"G", b"S"


def make() -> tuple[socket.socket, socket.socket]:
    """The two ends of a channel: the old program's, and the one that the new program inherits. Raises OSError."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)


def ask_to_go(fd: int) -> bool:
    """Say HEALTHY on `fd`, wait for the answer and close it. True for GO."""
    channel = socket.socket(fileno=fd)
    with channel:
        channel.setblocking(True)
        try:
            channel.sendall(HEALTHY)
            answer = channel.recv(1)
        except OSError:
            answer = b""  # nobody is left to say no
    return answer in (GO, b"")


def inheritable(descriptors: list[int], yes: bool) -> None:
    """Make `descriptors` inheritable over exec, or not."""
    for fd in descriptors:
        os.set_inheritable(fd, yes)
