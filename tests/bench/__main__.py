"""`make bench`, `make bench ARGS=--json`: one table; each figure median, min to max, n; and ratios to the floor."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mud.areas.circle import import_world
from mud.areas.write import write_world
from mud.core.model import Account
from mud.ops.passwords import hash_password
from mud.store import rows
from mud.store.batch import Batch
from mud.store.store import Store
from tests.bench import economy, modules, pulse, start, tba
from tests.bench.load import Peer, closed_loop, gaps, paced, read_until
from tests.e2e.harness import PASSWORD, ROOT, Game

WORLD = ROOT / "world"
#: Seconds that a start may take, of any world on any machine.
SLOW = 180.0
#: What names of figures on the imported world end with; and one of its areas.
LARGE, AREA = ", imported world", "30"
FLOOR_IMPORTS = "import os, asyncio, telnetlib3, aiosqlite, msgspec, watchfiles, colorama, argon2; os.write(1, b'x')"
THINK, PROMPT, ECHOED = b"think x\r\n", b"\r\n> ", b"\n"


class Table:
    """The figures, by name, with their unit."""

    def __init__(self) -> None:
        self.figures: dict[str, tuple[str, list[float]]] = {}

    def add(self, name: str, unit: str, *values: float) -> None:
        """More values of a figure."""
        self.figures.setdefault(name, (unit, []))[1].extend(values)

    def median(self, name: str) -> float:
        """A figure's median."""
        return statistics.median(self.figures[name][1])

    def ratio(self, name: str, over: str, under: str, goal: str) -> None:
        """A ratio of two medians, and what it should be."""
        self.add(f"{name} ({goal})", "x", self.median(over) / self.median(under))

    def text(self) -> str:
        """For people."""
        lines = [f"{'figure':66} {'median':>10} {'min':>10} {'max':>10} {'n':>3}"]
        for name, (unit, values) in self.figures.items():
            three = " ".join(f"{v:10,.2f}" for v in (statistics.median(values), min(values), max(values)))
            lines.append(f"{name + ', ' + unit:66} {three} {len(values):3}")
        return "\n".join(lines)

    def json(self) -> str:
        """For programs."""
        return json.dumps(
            {n: {"unit": u, "median": statistics.median(v), "values": v} for n, (u, v) in self.figures.items()}
        )


def name_of(number: int) -> str:
    """A player's name: letters only."""
    letters = ""
    for _ in range(4):
        number, digit = divmod(number, 26)
        letters += chr(ord("a") + digit)
    return f"Bench{letters}"


async def make_accounts(data: Path, count: int) -> None:
    """So many accounts, and an owner called Root, all with one password."""
    store = await Store.open(data / "everwake.db")
    hash_ = hash_password(PASSWORD)
    names = [name_of(n) for n in range(count)]
    made = [Account(name=n, password=hash_, created=0.0) for n in names]
    made.append(Account(name="Root", password=hash_, created=0.0, role="owner"))
    await store.flush(Batch(puts={"accounts": [rows.account_row(a) for a in made]}))
    await store.close()


class Bench:
    """One run over everything, on a server with its own data folder. `place` is what its figures' names end with."""

    def __init__(self, folder: Path, table: Table, world: Path, quick: bool, place: str = "") -> None:
        self.table = table
        self.place = place
        self.quick = quick
        config = folder / "everwake.toml"  # what the server can do is measured, not what a client may
        config.write_text("[limits]\nlines_per_second = 1e9\nlines_burst = 1e9\n")
        self.game = Game(folder / "data", world, "--config", str(config))
        self.environment = self.game.environment
        asyncio.run(make_accounts(folder / "data", 1000))

    def start(self) -> None:
        """Start to ready: cold without compiled code or world, warm with both."""
        for kind, times in (("cold", 1 if self.place else 3), ("warm", 5)):
            for _ in range(times):
                if kind == "cold":
                    for cache in (*ROOT.glob("mud/**/__pycache__"), self.game.data / "cache"):
                        shutil.rmtree(cache, ignore_errors=True)
                began = time.perf_counter()
                self.game.start(limit=SLOW)
                self.table.add(f"start to ready, {kind}{self.place}", "ms", 1000 * (time.perf_counter() - began))
                self.game.stop()
        self.game.start()

    def log_in(self, first: int, last: int) -> list[socket.socket]:
        """Players number `first` to `last` log in, all at once."""
        socks = [socket.create_connection(("127.0.0.1", self.game.port)) for _ in range(first, last)]
        began = time.perf_counter()
        for number, sock in enumerate(socks, first):
            sock.sendall(f'connect {name_of(number)} "{PASSWORD}"\r\n'.encode())
        for sock in socks:
            read_until(sock, PROMPT, 300)
        if len(socks) >= 1000 - 100:
            self.table.add(f"1000 logins{self.place}", "s", (time.perf_counter() - began) * 1000 / len(socks))
        return socks

    def rss(self) -> float:
        """The server's memory in kB."""
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.game.pid}/status").read_text())
        assert found is not None
        return float(found[1])

    def say(self, socks: list[socket.socket]) -> None:
        """One `say` until the last of a hundred in the room has it."""
        for number in range(10):
            mark = f"hello {number} there".encode()
            began = time.perf_counter()
            socks[0].sendall(b"say " + mark + b"\r\n")
            for sock in socks:
                read_until(sock, mark)
            self.table.add("one say in a room of 100", "ms", 1000 * (time.perf_counter() - began))
            for sock in socks:
                sock.setblocking(False)
                drain(sock)

    def silence(self, sessions: int, socks: list[socket.socket], root: socket.socket) -> None:
        """The longest gap between replies, over ten probes (one, where there is but one), in three copyovers."""
        probes = [Peer(sock) for sock in socks[:10]]
        for sock in socks[10:]:
            sock.setblocking(True)
            sock.sendall(b"think half a ")
        for _ in range(3 if self.quick else 5):
            generation = self.game.ready["generation"]
            longest = gaps(
                probes,
                THINK,
                PROMPT,
                100,
                lambda: root.sendall(b"copyover\r\n"),
                lambda g=generation: self.game.ready["generation"] > g,
            )
            self.table.add(f"silence of a copyover, {sessions} sessions{self.place}", "ms", 1000 * longest)
        for sock in socks[10:]:
            sock.sendall(b"line\r\n")
        for sock in socks[10:]:
            read_until(sock, b'think, "half a line"')
        for sock in socks:
            sock.setblocking(False)
            drain(sock)

    def root(self) -> socket.socket:
        """The owner logs in."""
        root = socket.create_connection(("127.0.0.1", self.game.port))
        root.sendall(f'connect Root "{PASSWORD}"\r\n'.encode())
        read_until(root, PROMPT)
        return root

    def run_large(self, area: str) -> None:
        """What the size of the world may change: start, memory, the reload of an area, the silence."""
        self.start()
        self.table.add(f"RSS with no sessions{self.place}", "MB", self.rss() / 1024)
        root = self.root()
        self.reload(root, area)
        socks = self.log_in(0, 1000)
        self.table.add(f"RSS with 1000 sessions in play{self.place}", "MB", self.rss() / 1024)
        self.silence(1000, socks, root)
        for sock in (*socks, root):
            sock.close()
        self.game.stop()

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
        root = self.root()
        empty = self.rss()
        self.table.add("RSS with no sessions", "MB", empty / 1024)
        socks = self.log_in(0, 1)
        self.silence(1, socks, root)
        socks += self.log_in(1, 100)
        empty_again = self.rss()
        self.table.add("RSS with 100 sessions in play", "MB", empty_again / 1024)
        for _ in range(3):
            rate = closed_loop([Peer(s) for s in socks], THINK, PROMPT, 3.0)
            self.table.add("think, closed loop, 100 clients", "/s", rate)
        self.say(socks)
        self.silence(100, socks, root)
        before = self.rss()
        socks += self.log_in(100, 1000)
        after = self.rss()
        self.table.add("RSS with 1000 sessions in play", "MB", after / 1024)
        self.table.add("memory a session", "kB", (after - before) / 900)
        for _ in range(3):
            trips = sorted(paced([Peer(s) for s in socks], THINK, PROMPT, 1.0, 5.0))
            self.table.add("think, 1000 sessions at 1/s, p50", "ms", 1000 * trips[len(trips) // 2])
            self.table.add("think, 1000 sessions at 1/s, p99", "ms", 1000 * trips[len(trips) * 99 // 100])
        self.silence(1000, socks, root)
        for sock in (*socks, root):
            sock.close()
        self.game.stop()


def drain(sock: socket.socket) -> None:
    """Throw away what has come."""
    try:
        while sock.recv(65536):
            pass
    except BlockingIOError:
        pass


def floor(table: Table) -> None:
    """The same load on a bare echo, and how long a Python takes that only imports."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(9):
        began = time.perf_counter()
        child = subprocess.Popen([sys.executable, "-c", FLOOR_IMPORTS], stdout=subprocess.PIPE, env=environment)
        assert child.stdout is not None
        child.stdout.read(1)
        table.add("floor: exec to first byte", "ms", 1000 * (time.perf_counter() - began))
        child.wait()
        child.stdout.close()
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.floor"], stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        socks = [socket.create_connection(("127.0.0.1", port)) for _ in range(1000)]
        for _ in range(3):
            table.add(
                "floor: echo, closed loop, 100 clients",
                "/s",
                closed_loop([Peer(s) for s in socks[:100]], THINK, ECHOED, 3.0),
            )
            trips = sorted(paced([Peer(s) for s in socks], THINK, ECHOED, 1.0, 5.0))
            table.add("floor: echo, 1000 sessions at 1/s, p50", "ms", 1000 * trips[len(trips) // 2])
            table.add("floor: echo, 1000 sessions at 1/s, p99", "ms", 1000 * trips[len(trips) * 99 // 100])
        for sock in socks:
            sock.close()
    finally:
        server.kill()
        server.wait()
        assert server.stdout is not None
        server.stdout.close()


def large(folder: Path, table: Table, source: Path, quick: bool) -> None:
    """The same server on a large world, against the figures of the starter one."""
    bench = Bench(folder, table, folder / "world", quick, LARGE)
    imported = import_world(source)
    write_world(imported.areas, bench.game.world, imported.start)
    try:
        bench.run_large(AREA)
    finally:
        bench.game.close()
    for figure, goal in (("start to ready, warm", "<= 1.5"), ("silence of a copyover, 1000 sessions", "-")):
        table.ratio(f"ratio: {figure}, imported to starter world", f"{figure}{LARGE}", figure, goal)


def main() -> int:
    """Measure, print."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--json", action="store_true", help="figures for programs")
    parser.add_argument("--quick", action="store_true", help="fewer runs of each")
    parser.add_argument("--world", type=Path, default=WORLD, help="another world than the starter one")
    parser.add_argument("--large", type=Path, help="a large world to start with, instead of a made one of 12,700 rooms")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    table = Table()
    floor(table)
    modules.measure(table.add)
    economy.measure(table.add)
    with tempfile.TemporaryDirectory() as folder:
        start.measure(table.add, Path(folder), options.large)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), table, options.world, options.quick)
        try:
            bench.run()
        finally:
            bench.game.close()
    table.ratio(
        "ratio: think a second to the echo's",
        "think, closed loop, 100 clients",
        "floor: echo, closed loop, 100 clients",
        ">= 0.3",
    )
    table.ratio(
        "ratio: p99 to the echo's", "think, 1000 sessions at 1/s, p99", "floor: echo, 1000 sessions at 1/s, p99", "<= 4"
    )
    table.ratio(
        "ratio: warm start with 12,700 rooms to the starter world's",
        "warm start, 12,700 rooms",
        "warm start, starter world",
        "<= 1.5",
    )
    for sessions, goal in ((1, "-"), (100, "<= 2"), (1000, "<= 3")):
        table.ratio(
            f"ratio: silence with {sessions} to the exec floor",
            f"silence of a copyover, {sessions} sessions",
            "floor: exec to first byte",
            goal,
        )
    folder_of_world = tba.source()
    if folder_of_world is None:
        print("The tbaMUD world is not on this machine: EVERWAKE_TBA_WORLD may name it.", file=sys.stderr)
    else:
        pulse.measure(table.add, folder_of_world, options.quick)
        with tempfile.TemporaryDirectory() as folder:
            large(Path(folder), table, folder_of_world, options.quick)
    print(table.json() if options.json else table.text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
