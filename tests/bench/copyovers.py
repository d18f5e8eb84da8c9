"""Copyovers: the silence of players, what a rehearsal costs those who play, the way back, from save to play.

Silence is what players see: the longest time between two answers, over ten of them who type a hundred lines a second.
So it is up to ten milliseconds longer than the server's own figure.
"""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path
from typing import Any

from mud.areas.circle import import_world
from mud.dev.reloader import SETTLED
from tests.areas.written import write_world
from tests.bench import tba
from tests.bench.crowd import ANSWER, THINK, WORLD, Crowd
from tests.bench.execfloor import exec_floor
from tests.bench.load import Peer, gaps, paced, read_until
from tests.bench.table import Table
from tests.e2e.harness import wait_for

SESSIONS = (1, 100, 1000)
#: What silence may be at most, by sessions: so many times the exec floor, which is taken just before.
GOALS = {100: "<= 2", 1000: "<= 2.5"}
PROBES, RATE = 10, 100
#: Names of figures end with where they were taken.
STARTER, IMPORTED = "starter world", "imported world"
#: Appended to a module of the new program: what happens to it after exec.
AT_ONCE = '\nimport os\nif "EVERWAKE_HANDOVER" in os.environ:\n    raise RuntimeError("not today")\n'
HANGS = '\nimport os, time\nif "EVERWAKE_HANDOVER" in os.environ:\n    time.sleep(600)\n'
PARTS = re.compile(r"is in play ([\d.]+) s after the save: noticed ([\d.]+), rehearsed ([\d.]+), silence ([\d.]+)")
#: Seconds of load of each kind, and how far apart one player's lines are.
LOAD_SECONDS, EACH = 5.0, 0.1


def worlds(folder: Path) -> dict[str, Path]:
    """The worlds that it is measured in, by what they are called."""
    found, source = {STARTER: WORLD}, tba.source()
    if source is not None:
        imported = import_world(source)
        write_world(imported.areas, folder / "imported", imported.start)
        found[IMPORTED] = folder / "imported"
    return found


# Silence


def silence(table: Table, folder: Path, quick: bool) -> None:
    """In every world, with so many sessions, new code warm and cold."""
    for place, world in worlds(folder).items():
        crowd, cold = Crowd(folder / place, world), 3 if place == STARTER else 2
        try:
            crowd.start()
            for sessions in SESSIONS:
                crowd.grow(sessions)
                _half_lines(crowd, b"think half a ")
                for kind, times in (("warm", 3 if quick else 7), ("cold", 1 if quick else cold)):
                    for _ in range(times):
                        _once(crowd, table, sessions, kind, place)
                _half_lines(crowd, b"line\r\n")
                for sock in crowd.socks[PROBES:]:
                    read_until(sock, b'think, "half a line"')
        finally:
            crowd.close()


def _once(crowd: Crowd, table: Table, sessions: int, kind: str, place: str) -> None:
    if kind == "cold":
        crowd.chill()
    floor = exec_floor(table)
    longest = _longest(crowd)
    record = crowd.history()[-1]
    assert record["outcome"] == "done" and not record["dropped"], record
    where = f"{kind}, {sessions:4} sessions, {place}"
    table.add(f"silence, {where}", "ms", longest)
    table.add(f"ratio: silence to the exec floor, {where} ({GOALS.get(sessions, '-')})", "x", longest / floor)
    table.add(f"rehearsal, {where}", "ms", 1000 * _phase(record, "rehearsing"))


def _longest(crowd: Crowd) -> float:
    """Order a copyover; the milliseconds between two answers, at most."""
    crowd.drain()
    probes, before = [Peer(sock) for sock in crowd.socks[:PROBES]], crowd.written()
    return 1000 * gaps(probes, THINK, ANSWER, RATE, lambda: crowd.order("copyover"), lambda: crowd.written() > before)


def _phase(record: dict[str, Any], name: str) -> float:
    return float(next(phase["seconds"] for phase in record["phases"] if phase["name"] == name))


def _half_lines(crowd: Crowd, text: bytes) -> None:
    """All but the probes type this."""
    for sock in crowd.socks[PROBES:]:
        sock.setblocking(True)
        sock.sendall(text)


# The rehearsal


def rehearsal(table: Table, folder: Path, quick: bool) -> None:
    """How long one takes, and the round trip of a hundred players while one follows the other, against without."""
    for place, world in worlds(folder).items():
        crowd = Crowd(folder / place, world)
        try:
            crowd.start()
            crowd.grow(100)
            for _ in range(2 if quick else 4):
                _trips(table, crowd, f"normally, {place}")
                with_them = Rehearsals(crowd)
                with_them.start()
                try:
                    _trips(table, crowd, f"while it rehearses, {place}")
                finally:
                    table.add(f"copyover check, order to answer, {place}", "ms", *with_them.stop())
        finally:
            crowd.close()
        for part in ("p50", "p99"):
            name = f"think, 100 sessions at 10/s, {part}"
            table.ratio(
                f"{part} while it rehearses to normal, {place}",
                f"{name}, while it rehearses, {place}",
                f"{name}, normally, {place}",
                "<= 3",
            )


def _trips(table: Table, crowd: Crowd, when: str) -> None:
    trips = sorted(paced([Peer(sock) for sock in crowd.socks], THINK, ANSWER, EACH, LOAD_SECONDS))
    for part, share in (("p50", 0.5), ("p99", 0.99)):
        found = 1000 * trips[int(len(trips) * share)]
        table.add(f"think, 100 sessions at 10/s, {part}, {when}", "ms", found)


class Rehearsals(threading.Thread):
    """The owner has the code checked, again and again."""

    def __init__(self, crowd: Crowd) -> None:
        super().__init__(daemon=True)
        self._crowd = crowd
        self._ended = threading.Event()
        self._took: list[float] = []

    def run(self) -> None:
        """Until it is stopped."""
        while not self._ended.is_set():
            began = time.perf_counter()
            self._crowd.order("copyover check")
            read_until(self._crowd.root, b"a copyover now")
            self._took.append(1000 * (time.perf_counter() - began))

    def stop(self) -> list[float]:
        """End; the milliseconds of each."""
        self._ended.set()
        self.join()
        return self._took


# The way back


def way_back(table: Table, folder: Path, quick: bool) -> None:
    """New code that fails after exec: how long nobody answers."""
    crowd = Crowd(folder / "failing")
    path = crowd.tree / "mud" / "copyover" / "adopt.py"
    good = path.read_text()
    try:
        crowd.start()
        crowd.grow(100)
        for what, fault in (("new code fails at once", AT_ONCE), ("new code hangs until the limit", HANGS)):
            for _ in range(2 if quick else 3):
                path.write_text(good + fault)
                _fails(crowd, table, what)
                path.write_text(good)
                _longest(crowd)
                assert crowd.history()[-1]["outcome"] == "done"
    finally:
        crowd.close()


def _fails(crowd: Crowd, table: Table, what: str) -> None:
    floor = exec_floor(table)
    longest = _longest(crowd)
    record = crowd.history()[-1]
    assert record["outcome"] == "failed", record
    table.add(f"silence of the way back, 100 sessions, {what}", "ms", longest)
    table.add(f"ratio: silence of the way back to the exec floor, {what} (-)", "x", longest / floor)


# From save to play


def develop(table: Table, folder: Path, quick: bool) -> None:
    """A developer saves a module, under `--dev`: until it is in play, with the parts as the console shows them."""
    crowd = Crowd(folder / "developing", WORLD, "--dev")
    path = crowd.tree / "modules" / "raffle" / "__init__.py"
    try:
        crowd.start()
        crowd.grow(10)
        wait_for(lambda: b"watching" in crowd.game.said(), "a server that watches")
        for number in range(3 if quick else 7):
            settled = time.time() + SETTLED  # sooner, it would wait for that
            wait_for(lambda t=settled: time.time() > t, "a generation of some age")  # type: ignore[misc]
            began = time.time()
            path.write_text(f"{path.read_text()}\n#: Saved for the {number}th time.\n")
            wait_for(lambda n=number: len(_in_play(crowd)) > n, "the new code in play", 60)  # type: ignore[misc]
            table.add("save to play, until the console says so", "ms", 1000 * (time.time() - began))
            parts = _in_play(crowd)[-1]
            for name, seconds in zip(("all of it", "noticed", "rehearsed", "silence"), parts, strict=True):
                table.add(f"save to play, {name}", "ms", 1000 * float(seconds))
    finally:
        crowd.close()


def _in_play(crowd: Crowd) -> list[tuple[str, ...]]:
    return PARTS.findall(crowd.game.said().decode())
