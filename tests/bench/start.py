"""Warm starts: the starter world's against that of 12,700 rooms, taken in turn so that both see the same machine."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mud.areas.cache import load_cached
from mud.areas.load import load
from mud.core.world import area as a
from tests.areas.written import write_world
from tests.e2e.harness import ROOT, Game

STARTER = ROOT / "world"
#: A made world of the size of tbaMUD's: areas, and rooms, mobs and items in each.
AREAS, ROOMS, MOBS, ITEMS = 127, 100, 29, 37
RUNS = 9
#: About as long as a room's description is in a real world.
PROSE = "The path winds on between hedges that nobody has cut for years, and something small runs off ahead. " * 5


def write_large(folder: Path) -> None:
    """A world of 12,700 rooms in a chain of areas, with a mob or an item in every other room."""
    write_world([_area(number) for number in range(AREAS)], folder, "0_0")


def _area(number: int) -> a.AreaDef:
    rooms = []
    for n in range(ROOMS):
        exits = {"north": a.ExitDef(to=f"{number}_{n + 1}")} if n + 1 < ROOMS else {}
        exits |= {"south": a.ExitDef(to=f"{number}_{n - 1}")} if n else {}
        if n == 0 and number + 1 < AREAS:
            exits["east"] = a.ExitDef(to=f"{number + 1}_0")
        if n == 0 and number:
            exits["west"] = a.ExitDef(to=f"{number - 1}_0")
        extra = a.Extra(keywords=("hedge", f"path{n}"), text=PROSE[:100])
        rooms.append(
            a.RoomDef(
                id=f"{number}_{n}",
                name=f"Path {n} of {number}",
                description=f"{n}: {PROSE}",
                exits=exits,
                extras=(extra,),
            )
        )
    mobs = [
        a.MobDef(
            id=f"{number}_m{n}",
            keywords=("vole", f"v{n}"),
            short=f"vole {n}",
            long="A vole sits here.",
            description=PROSE,
        )
        for n in range(MOBS)
    ]
    items = [
        a.ItemDef(
            id=f"{number}_i{n}", keywords=("stone", f"s{n}"), short=f"stone {n}", wear=("take",), description=PROSE[:99]
        )
        for n in range(ITEMS)
    ]
    resets: list[a.AnyReset] = []
    for n in range(ROOMS // 2):
        resets.append(a.MobReset(id=f"{number}_m{n % MOBS}", room=f"{number}_{2 * n}", max=100))
        resets.append(a.GiveReset(id=f"{number}_i{n % ITEMS}", max=1000, if_last=True))
    return a.AreaDef(
        id=f"area{number}",
        name=f"Area {number}",
        rooms=tuple(rooms),
        mobs=tuple(mobs),
        items=tuple(items),
        resets=tuple(resets),
    )


def start(game: Game) -> float:
    """Start a server; the seconds from its exec to when it accepts connections."""
    command = [sys.executable, "run.py", "--port", "0", "--data", str(game.data), "--world", str(game.world)]
    began = time.perf_counter()
    game.process = subprocess.Popen(
        command, cwd=game.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=game.environment
    )
    assert game.process.stdout is not None
    for line in game.process.stdout:
        if b"ready" in line:
            return time.perf_counter() - began
    raise AssertionError("the server did not start")


def rss(game: Game) -> float:
    """A server's memory in MB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{game.pid}/status").read_text())
    assert found is not None
    return float(found[1]) / 1024


def measure(add: Callable[..., None], folder: Path, large: Path | None) -> None:
    """Starts and memory of both worlds, `large` or a made one; and what reading the large one takes."""
    if large is None:
        large = folder / "large"
        write_large(large)
    games = {
        "starter world": Game(folder / "starter-data", STARTER),
        "12,700 rooms": Game(folder / "large-data", large),
    }
    began = time.perf_counter()
    defs = load(large)
    add("12,700 rooms: files parsed", "ms", 1000 * (time.perf_counter() - began))
    load_cached(large, folder / "cache")
    for _ in range(RUNS):
        began = time.perf_counter()
        load_cached(large, folder / "cache")
        add("12,700 rooms: compiled world read", "ms", 1000 * (time.perf_counter() - began))
    add("12,700 rooms: rooms", "", float(len(defs.rooms)))
    for name, game in games.items():
        add(f"very first start, {name}", "ms", 1000 * start(game))
        game.stop()
    try:
        for _ in range(RUNS):
            for name, game in games.items():
                add(f"warm start, {name}", "ms", 1000 * start(game))
                add(f"RSS after a warm start, {name}", "MB", rss(game))
                game.stop()
    finally:
        for game in games.values():
            game.close()
