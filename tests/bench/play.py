"""Playing: starts, lines a second, round trips, memory; in the starter world and in a large one."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

from mud.areas.circle import import_world
from tests.areas.written import write_world
from tests.bench import tba
from tests.bench.crowd import PROMPT, SLOW, THINK, Crowd
from tests.bench.floor import KINDS
from tests.bench.load import Peer, closed_loop, paced, read_until
from tests.bench.table import Table
from tests.e2e.harness import ROOT

#: What names of figures on the imported world end with; and one of its areas.
LARGE, AREA = ", imported world", "30"
ECHOED = b"\n"


class Bench:
    """One run, on a server with its own data folder. `place` is what its figures' names end with."""

    def __init__(self, folder: Path, table: Table, world: Path, place: str = "") -> None:
        self.table = table
        self.place = place
        self.crowd = Crowd(folder, world, easy=bool(place))
        self.game = self.crowd.game

    def start(self) -> None:
        """Start to ready: cold without compiled code or world, warm with both."""
        for kind, times in (("cold", 1 if self.place else 3), ("warm", 5)):
            for _ in range(times):
                if kind == "cold":
                    self.crowd.chill()
                began = time.perf_counter()
                self.game.start(limit=SLOW)
                self.table.add(f"start to ready, {kind}{self.place}", "ms", 1000 * (time.perf_counter() - began))
                self.game.stop()
        self.crowd.start()

    def log_in(self, count: int) -> None:
        """More players log in, all at once."""
        more, began = count - len(self.crowd.socks), time.perf_counter()
        self.crowd.grow(count)
        if more >= 1000 - 100 and not self.place:
            self.table.add("1000 logins", "s", (time.perf_counter() - began) * 1000 / more)

    def remember(self, sessions: str) -> None:
        """How much memory the server takes now."""
        self.table.add(f"RSS with {sessions}{self.place}", "MB", self.crowd.rss() / 1024)

    def say(self) -> None:
        """One `say` until the last of a hundred in the room has it."""
        socks = self.crowd.socks
        for number in range(10):
            mark = f"hello {number} there".encode()
            began = time.perf_counter()
            socks[0].setblocking(True)
            socks[0].sendall(b"say " + mark + b"\r\n")
            for sock in socks:
                read_until(sock, mark)
            self.table.add("one say in a room of 100", "ms", 1000 * (time.perf_counter() - began))
            self.crowd.drain()

    def run_large(self, area: str) -> None:
        """What the size of the world may change: start, memory, the reload of an area."""
        self.start()
        self.remember("no sessions")
        self.reload(self.crowd.root, area)
        self.log_in(1000)
        self.remember("1000 sessions in play")

    def reload(self, root: socket.socket, area: str) -> None:
        """A builder changes a room's text, and has its area read again."""
        file = self.game.world / f"{area}.toml"
        for number in range(5):
            text = file.read_text("utf-8").replace('description = """\n', f'description = """\nSince {number}: ', 1)
            file.write_text(text, "utf-8")
            began = time.perf_counter()
            root.sendall(f"world reload {area}\r\nthink {number}\r\n".encode())
            answer = read_until(root, f'think, "{number}"'.encode())
            took = time.perf_counter() - began
            if b"Reading the files" not in answer:
                print(f"No area was reloaded: {answer.decode('utf-8', 'replace')}", file=sys.stderr)
                return
            self.table.add(f"reload of an area, order to answer{self.place}", "ms", 1000 * took)

    def run(self) -> None:
        """Everything, in the order in which sessions come."""
        self.start()
        self.remember("no sessions")
        self.log_in(100)
        self.remember("100 sessions in play")
        for _ in range(3):
            rate = closed_loop([Peer(s) for s in self.crowd.socks], THINK, PROMPT, 3.0)
            self.table.add("think, closed loop, 100 clients", "/s", rate)
        self.say()
        before = self.crowd.rss()
        self.log_in(1000)
        self.remember("1000 sessions in play")
        self.table.add("memory a session", "kB", (self.crowd.rss() - before) / 900)
        for _ in range(3):
            trips = sorted(paced([Peer(s) for s in self.crowd.socks], THINK, PROMPT, 1.0, 5.0))
            self.table.add("think, 1000 sessions at 1/s, p50", "ms", 1000 * trips[len(trips) // 2])
            self.table.add("think, 1000 sessions at 1/s, p99", "ms", 1000 * trips[len(trips) * 99 // 100])


LOOP, P99 = "closed loop, 100 clients", "1000 sessions at 1/s, p99"


def echo(table: Table, kind: str) -> None:
    """The same load on a bare echo of one kind."""
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.floor", kind], stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        socks = [socket.create_connection(("127.0.0.1", port)) for _ in range(1000)]
        for _ in range(3):
            rate = closed_loop([Peer(s) for s in socks[:100]], THINK, ECHOED, 3.0)
            table.add(f"floor: echo ({kind}), {LOOP}", "/s", rate)
            trips = sorted(paced([Peer(s) for s in socks], THINK, ECHOED, 1.0, 5.0))
            table.add(f"floor: echo ({kind}), 1000 sessions at 1/s, p50", "ms", 1000 * trips[len(trips) // 2])
            table.add(f"floor: echo ({kind}), {P99}", "ms", 1000 * trips[len(trips) * 99 // 100])
        for sock in socks:
            sock.close()
    finally:
        server.kill()
        server.wait()
        assert server.stdout is not None
        server.stdout.close()


def measure(table: Table, folder: Path, world: Path) -> None:
    """The starter world, and bare echoes beside it: the floor is the faster kind."""
    for kind in KINDS:
        echo(table, kind)
    bench = Bench(folder, table, world)
    try:
        bench.run()
    finally:
        bench.crowd.close()
    floors = [f"floor: echo ({kind}), {LOOP}" for kind in KINDS]
    table.ratio("think a second to the faster echo's", f"think, {LOOP}", max(floors, key=table.median), ">= 0.3")
    floors = [f"floor: echo ({kind}), {P99}" for kind in KINDS]
    table.ratio("p99 to the faster echo's", f"think, {P99}", min(floors, key=table.median), "<= 4")


def measure_large(table: Table, folder: Path) -> None:
    """The same server on a large world."""
    source = tba.source()
    if source is None:
        return
    bench = Bench(folder, table, folder / "world", LARGE)
    imported = import_world(source)
    write_world(imported.areas, bench.game.world, imported.start)
    try:
        bench.run_large(AREA)
    finally:
        bench.crowd.close()
