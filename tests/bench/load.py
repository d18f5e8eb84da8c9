"""The load: plain sockets in one epoll loop, as cheap as Python makes it, the same for the game and for the floor."""

from __future__ import annotations

import heapq
import select
import socket
import time
from collections.abc import Callable

#: Seconds that a copyover may take, rehearsal and all.
LONGEST = 120.0


class Peer:
    """One connection under load."""

    __slots__ = ("buffer", "last", "longest", "sent", "sock")

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.buffer = b""
        self.sent: list[float] = []
        self.last = 0.0
        self.longest = 0.0

    def replies(self, end: bytes) -> int:
        """How many replies have come since the last call."""
        try:
            self.buffer += self.sock.recv(65536)
        except BlockingIOError:
            return 0
        count = self.buffer.count(end)
        if count:
            self.buffer = self.buffer[self.buffer.rindex(end) + len(end) :]
        return count


def closed_loop(peers: list[Peer], line: bytes, end: bytes, seconds: float) -> float:
    """Every peer sends its next line when the last one is answered. Gives answers a second."""
    poll, by_fd = _poll(peers)
    for peer in peers:
        peer.sock.send(line)
    count, began = 0, time.perf_counter()
    while (now := time.perf_counter()) - began < seconds:
        for fd, _ in poll.poll(0.1):
            if by_fd[fd].replies(end):
                count += 1
                by_fd[fd].sock.send(line)
    waiting = time.perf_counter() + 2
    drained = 0
    while drained < len(peers) and time.perf_counter() < waiting:
        for fd, _ in poll.poll(0.1):
            drained += by_fd[fd].replies(end)
    return count / (now - began)


def paced(peers: list[Peer], line: bytes, end: bytes, each: float, seconds: float) -> list[float]:
    """Every peer sends a line `each` seconds, spread evenly. Gives the round trips in seconds."""
    poll, by_fd = _poll(peers)
    began = time.perf_counter()
    due = [(began + each * n / len(peers), n) for n in range(len(peers))]
    heapq.heapify(due)
    trips: list[float] = []
    while (now := time.perf_counter()) < began + seconds:
        while due[0][0] <= now:
            at, number = heapq.heapreplace(due, (due[0][0] + each, due[0][1]))
            peers[number].sock.send(line)
            peers[number].sent.append(at)
        for fd, _ in poll.poll(max(0.0, min(0.05, due[0][0] - time.perf_counter()))):
            peer = by_fd[fd]
            for _ in range(min(peer.replies(end), len(peer.sent))):
                trips.append(time.perf_counter() - peer.sent.pop(0))
    return trips


def gaps(
    peers: list[Peer], line: bytes, end: bytes, rate: float, order: Callable[[], None], done: Callable[[], bool]
) -> float:
    """Probes at `rate` lines a second each, from before `order` until after `done`. The longest gap between replies,
    one counted that is still open at the end."""
    poll, by_fd = _poll(peers)
    began = time.perf_counter()
    next_send, ordered, stop = began, False, None
    for peer in peers:
        peer.last = began
    while stop is None or time.perf_counter() < stop:
        now = time.perf_counter()
        if now >= next_send:
            next_send += 1 / rate
            for peer in peers:
                peer.sock.send(line)
        if not ordered and now > began + 0.5:
            ordered = True
            for peer in peers:
                peer.longest = 0.0
            order()
        if stop is None and ordered and done():
            stop = now + 0.5
        if now > began + LONGEST:
            raise TimeoutError(f"the copyover did not end within {LONGEST:g} s")
        for fd, _ in poll.poll(max(0.0, next_send - time.perf_counter())):
            if by_fd[fd].replies(end):
                now = time.perf_counter()
                by_fd[fd].longest = max(by_fd[fd].longest, now - by_fd[fd].last)
                by_fd[fd].last = now
    over = time.perf_counter()
    return max(max(peer.longest, over - peer.last) for peer in peers)


def read_until(sock: socket.socket, mark: bytes, seconds: float = 60.0) -> bytes:
    """Everything up to `mark`."""
    sock.settimeout(seconds)
    data = b""
    while mark not in data:
        more = sock.recv(65536)
        if not more:
            raise ConnectionError(f"the end instead of {mark!r} after {data[-200:]!r}")
        data += more
    return data


def _poll(peers: list[Peer]) -> tuple[select.epoll, dict[int, Peer]]:
    poll = select.epoll()
    for peer in peers:
        poll.register(peer.sock.fileno(), select.EPOLLIN)
        peer.buffer = b""
        peer.sent.clear()
    return poll, {peer.sock.fileno(): peer for peer in peers}
